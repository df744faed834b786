"""What was declared: people, families, applications, consents. Nothing here is ever deleted."""

from enrollment.models.applications import (
    DECIDED_STATES,
    READERS,
    Application,
    BankAccount,
    Document,
    DocumentKind,
    FamilyCard,
    assisted_filter,
)
from enrollment.models.consents import Consent, ConsentText
from enrollment.models.people import Family, FamilyCardNumber, Member, Person

__all__ = [
    "DECIDED_STATES",
    "READERS",
    "Application",
    "BankAccount",
    "Consent",
    "ConsentText",
    "Document",
    "DocumentKind",
    "Family",
    "FamilyCard",
    "FamilyCardNumber",
    "Member",
    "Person",
    "assisted_filter",
]
