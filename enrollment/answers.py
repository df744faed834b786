"""What each page of the form hands to a service: plain values, already checked for shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from enrollment.cards import CardData


@dataclass(frozen=True, slots=True)
class ApplicantInput:
    """Whom an agent enrols: NIK of 16 digits, name as on the card, birth date."""

    nik: str
    name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Proxy:
    """Why somebody agreed in the person's stead (enums.ProxyReason) and who saw it."""

    reason: str
    witness: str


@dataclass(frozen=True, slots=True)
class FamilyAnswers:
    """The family as confirmed: as on its card, or `typed` when there is no card to show.

    `correction` is what the family says is wrong on the card, `village_code` where it lives when
    the card does not say or the family has moved.
    """

    typed: CardData | None = None
    correction: str = ""
    village_code: str = ""


@dataclass(frozen=True, slots=True)
class MemberAnswers:
    """What only the family knows about one member; `schooling` is of enums.Schooling."""

    schooling: str = "none"
    is_pregnant: bool = False
    has_severe_disability: bool = False


@dataclass(frozen=True, slots=True)
class HomeAnswers:
    """Answers by primary key of the Member; `power_va` is None for "I do not know"."""

    members: Mapping[int, MemberAnswers] = field(default_factory=dict)
    power_va: int | None = None


@dataclass(frozen=True, slots=True)
class ContactAnswers:
    """A phone number (`0812…`) and whose it is (enums.PhoneOwner); no number with `none`."""

    phone: str
    phone_owner: str


@dataclass(frozen=True, slots=True)
class AccountAnswers:
    """Bank (enums.Bank), bare digits and the name on the book; both empty with `none`."""

    bank: str
    number: str = ""
    holder: str = ""
