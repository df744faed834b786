"""The ministry services the portal asks. Only tasks call them: never a view, never a transaction.

Adding a source is described in `docs/sources.md`: one small class, and a line in CONNECTORS.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from verification.connectors.ahu import Ahu
from verification.connectors.attendance import SchoolAttendance
from verification.connectors.bank import Bank
from verification.connectors.base import Connector, Reply, Subjects
from verification.connectors.bkn import Bkn
from verification.connectors.bpjs_kes import BpjsKes
from verification.connectors.bpjs_tk import BpjsTk
from verification.connectors.bpn import Bpn
from verification.connectors.corrections import Correction, send_correction
from verification.connectors.dapodik import Dapodik
from verification.connectors.dtsen import Dtsen
from verification.connectors.dukcapil import Dukcapil
from verification.connectors.errors import SourceError, SourceRefused, SourceUnavailable
from verification.connectors.gtk import Gtk
from verification.connectors.kemendagri import Kemendagri
from verification.connectors.kemenkes import Kemenkes
from verification.connectors.kemenkeu import Kemenkeu
from verification.connectors.other_aid import OtherAid
from verification.connectors.pln import Pln
from verification.connectors.posyandu import Posyandu
from verification.connectors.register import FoundCard, family_card, reference_photograph
from verification.connectors.samsat import Samsat

__all__ = [
    "CONNECTORS",
    "Correction",
    "FoundCard",
    "Reply",
    "SourceError",
    "SourceRefused",
    "SourceUnavailable",
    "Subjects",
    "ask",
    "blocking",
    "family_card",
    "understand",
    "reference_photograph",
    "send_correction",
]

CONNECTORS: Mapping[str, Connector[Any]] = {
    connector.source: connector
    for connector in (
        *(Dukcapil(), Dtsen(), Pln(), Samsat(), Bpn()),
        *(BpjsTk(), Bkn(), Kemenkeu(), Kemendagri(), Gtk(), Kemenkes(), Ahu()),
        *(Dapodik(), SchoolAttendance(), Posyandu(), BpjsKes(), Bank(), OtherAid()),
    )
}


def blocking() -> list[str]:
    """Sources whose answer a decision waits for."""
    return [source for source, connector in CONNECTORS.items() if connector.is_blocking]


def ask(source: str, about: Subjects, *, request_id: UUID) -> Reply:
    """Put the question of `source`. Raises SourceUnavailable or SourceRefused."""
    return CONNECTORS[source].ask(about, request_id=request_id)


def understand(source: str, content: bytes, *, request_id: UUID) -> Reply:
    """What a source says that was asked before and calls back. Raises SourceUnavailable `bad_answer`."""
    return CONNECTORS[source].understand(content, request_id=request_id)
