"""Situations to train for, each one press away. A preset says something about every service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.switches.enums import Service
from sandbox.switches.forms import fields_for
from sandbox.switches.profiles import profile_of

Changes = dict[str, Any]
BUSY_FACTOR = 3


@dataclass(frozen=True)
class Preset:
    """`changes` names the switches of a service that differ from normal; those it does not have are left out."""

    key: str
    label: str
    changes: Callable[[Service], Changes]

    def state_of(self, service: Service) -> Changes:
        return {name: value for name, value in self.changes(service).items() if name in fields_for(service)}


def _normal(service: Service) -> Changes:
    return {}


def _real(service: Service) -> Changes:
    return {"realistic": True}


def _busy_day(service: Service) -> Changes:
    """The last day of registration: everything three times as slow, some answers refused."""
    p50, p95 = profile_of(service)
    speed = {"latency_p50_ms": p50 * BUSY_FACTOR, "latency_p95_ms": p95 * BUSY_FACTOR}
    return {**speed, "error_rate": 1, "unavailable_rate": 2, "busy_rate": 3}


def _weak_network(service: Service) -> Changes:
    return {"realistic": True, "hang_rate": 5, "drip_rate": 3, "unavailable_rate": 5}


def _nonsense(service: Service) -> Changes:
    """A maintenance page in front of everything, and answers cut off in the middle."""
    return {} if service == Service.IKD else {"html_rate": 15, "broken_rate": 15}


def _down(*services: Service) -> Callable[[Service], Changes]:
    return lambda service: {"down": True} if service in services else {}


def _stale(service: Service) -> Changes:
    return {"stale_record": True}


def _wrong(service: Service) -> Changes:
    """Not the identity: with somebody else's name nobody could sign in to see the rest."""
    identity = (Service.IKD, Service.FAMILY_CARD, Service.PHOTO)
    return {} if service in identity else {"wrong_record": True}


def _later(service: Service) -> Changes:
    """The card and the photograph are waited for on a page, so they still come at once."""
    at_once = (Service.FAMILY_CARD, Service.PHOTO)
    return {} if service in at_once else {"answers_later": True, "later_after_s": 20}


PRESETS = {
    preset.key: preset
    for preset in (
        Preset("normal", "Normal", _normal),
        Preset("realistic", "Seperti sungguhan", _real),
        Preset("busy-day", "Hari sibuk", _busy_day),
        Preset("weak-network", "Jaringan lemah", _weak_network),
        Preset("pln-down", "PLN mati", _down(Service.PLN)),
        Preset("dukcapil-down", "Dukcapil mati", _down(Service.FAMILY_CARD, Service.PHOTO)),
        Preset("nonsense", "Jawaban rusak", _nonsense),
        Preset("wrong", "Catatan salah", _wrong),
        Preset("stale", "Catatan lama", _stale),
        Preset("later", "Dijawab belakangan", _later),
    )
}
