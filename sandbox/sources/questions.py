"""What the portal may ask: the bodies of the requests, checked strictly so that mistakes show here."""

import re
from dataclasses import dataclass
from typing import Any

MAX_NIKS = 60
SIXTEEN = re.compile(r"\d{16}")
ACCOUNT = re.compile(r"\d{10,16}")


class Malformed(Exception):
    """The body is not what the contract says; `field` names the part that is wrong."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class CorrectionRequest:
    source: str
    fact: str
    subject: dict[str, Any]
    old: Any
    new: Any
    evidence_reference: str


def number(body: dict[str, Any], field: str) -> str:
    """A NIK or KK number: a string of exactly 16 digits."""
    value = body.get(field)
    if not isinstance(value, str) or not SIXTEEN.fullmatch(value):
        raise Malformed(field)
    return value


def niks(body: dict[str, Any]) -> list[str]:
    """`{"niks": [...]}`: 1 to 60 NIKs."""
    values = body.get("niks")
    if not isinstance(values, list) or not 1 <= len(values) <= MAX_NIKS:
        raise Malformed("niks")
    return [number({"niks": value}, "niks") for value in values]


def account_number(body: dict[str, Any]) -> str:
    """`{"bank", "account_number", "account_name"}`: the number, once all three are there."""
    _text(body, "bank", 20)
    _text(body, "account_name", 100)
    number_ = _text(body, "account_number", 16)
    if not ACCOUNT.fullmatch(number_):
        raise Malformed("account_number")
    return number_


def correction(body: dict[str, Any]) -> CorrectionRequest:
    subject = body.get("subject")
    if not isinstance(subject, dict) or not subject:
        raise Malformed("subject")
    for field in ("old", "new"):
        if field not in body:
            raise Malformed(field)
    return CorrectionRequest(
        source=_text(body, "source", 40),
        fact=_text(body, "fact", 60),
        subject=subject,
        old=body["old"],
        new=body["new"],
        evidence_reference=_text(body, "evidence_reference", 60),
    )


def _text(body: dict[str, Any], field: str, longest: int) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise Malformed(field)
    return value
