"""Asking a source to mend its own record, after an appeal was upheld."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from verification.connectors import http
from verification.connectors.arrangements import CORRECTIONS


@dataclass(frozen=True, slots=True)
class Correction:
    """`subject` names whom it is about, such as `{"kk_number": …}` or `{"nik": …}`."""

    source: str
    fact: str
    subject: dict[str, str]
    old: Any
    new: Any
    evidence_reference: str


def send_correction(correction: Correction, *, request_id: UUID) -> None:
    """Hand in a correction; the same `request_id` again changes nothing at the source.

    Raises SourceUnavailable (send again later) or SourceRefused.
    """
    http.post("corrections", asdict(correction), source=CORRECTIONS, request_id=request_id)
