from collections.abc import Mapping
from typing import Any

from django import forms

from sandbox.switches.enums import Service
from sandbox.switches.models import RATES, Switch

SPEED = ("latency_ms", "latency_p50_ms", "latency_p95_ms", "realistic")
COMMON = ("down", *SPEED, *RATES)
RECORDS = ("wrong_record", "stale_record")
LATER = ("answers_later", "later_after_s", "later_twice")
IKD = ("down", *SPEED, "error_rate", "wrong_record", "clock_skew_seconds", "wrong_nonce", "weak_acr")
SECTIONS = {
    "Hidup atau mati": ("down",),
    "Kecepatan": SPEED,
    "Isi jawaban": (*RECORDS, "clock_skew_seconds", "wrong_nonce", "weak_acr"),
    "Jawaban belakangan": LATER,
    "Gagal acak": RATES,
}


def fields_for(service: str) -> tuple[str, ...]:
    """The switches that mean something for `service`."""
    if service == Service.IKD:
        return IKD
    return COMMON if service == Service.CORRECTIONS else (*COMMON, *RECORDS, *LATER)


class SwitchForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Switch
        fields = tuple(dict.fromkeys((*COMMON, *RECORDS, *LATER, *IKD)))

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: Switch) -> None:
        super().__init__(data, instance=instance)
        for name in set(self.fields) - set(fields_for(instance.service)):
            del self.fields[name]

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields in blocks, as the page shows them."""
        blocks = [(title, [self[name] for name in names if name in self.fields]) for title, names in SECTIONS.items()]
        return [(title, fields) for title, fields in blocks if fields]


def state_of(switch: Switch) -> dict[str, Any]:
    return {name: getattr(switch, name) for name in fields_for(switch.service)}
