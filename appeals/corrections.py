"""What is asked of a source whose record a ruling found wrong."""

from appeals.models import SourceCorrection
from enrollment.models import FamilyCardNumber
from verification.connectors import Correction


def question(correction: SourceCorrection) -> Correction:
    """What is asked of the source: whom it is about, what it says, what was seen, under which appeal."""
    ruling = correction.ruling
    fact, new_fact = ruling.appeal.fact, ruling.new_fact
    assert new_fact is not None  # noqa: S101 - a constraint of Ruling: upheld brings a fact
    number = FamilyCardNumber.objects.filter(family=fact.family, ended_on=None).first()
    applicant = ruling.appeal.application.applicant
    subject = {"kk_number": number.number} if number else {"nik": applicant.nik if applicant else ""}
    return Correction(
        source=correction.source,
        fact=fact.name,
        subject=subject,
        old=fact.value,
        new=new_fact.value,
        evidence_reference=ruling.appeal.reference,
    )
