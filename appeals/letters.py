"""The letter that answers an appeal: the ruling, the decisions as they stand now, and what happens next."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from appeals.models import Ruling
from eligibility import presenters
from eligibility.fact_lines import FactLine
from eligibility.models import Determination
from perlinsos.accounts.models import User
from perlinsos.core.templatetags.portal import mask_nik, rupiah
from perlinsos.messages.models import Letter
from perlinsos.messages.names import mask_name
from perlinsos.messages.services import issue_letter
from perlinsos.regions.models import Area

LETTER_LANGUAGE = "id"  # a government letter is in Bahasa (UU 24/2009 art. 27); the portal shows both languages


def order_ruling_letter(ruling: Ruling, *, by: User) -> Letter:
    """Order the letter of a ruling; a worker writes the PDF."""
    application = ruling.appeal.application
    applicant = application.applicant
    assert applicant is not None  # noqa: S101 - a constraint: what was sent has an applicant
    with override(LETTER_LANGUAGE):
        current = Determination.objects.current().filter(application=application).select_related("programme")
        content = _content(ruling, list(current.order_by("programme__code")))
        answer = _("Objection accepted") if ruling.is_upheld else _("Objection not accepted")
        return issue_letter(
            application,
            kind="decision",
            masked_name=mask_name(applicant.name),
            status_text=answer,
            content=content,
            by=by,
        )


def _content(ruling: Ruling, decisions: list[Determination]) -> dict[str, Any]:
    appeal, application = ruling.appeal, ruling.appeal.application
    applicant, village = application.applicant, application.village
    assert applicant is not None
    assert village is not None
    regency = Area.objects.get(pk=village.regency_code)
    return {
        "letterhead": _("Government of %(regency)s") % {"regency": regency.name},
        "office": _("Social Affairs Office (Dinas Sosial)"),
        "reference": f"{appeal.reference} · {application.reference}",
        "name": applicant.name,
        "nik_masked": mask_nik(applicant.nik or ""),
        "village": village.name,
        "subject": _("Answer to objection %(reference)s") % {"reference": appeal.reference},
        "opening": _("You told us that data about your family is wrong. We checked it on site or in our records."),
        "ruling": _ruling_sentence(ruling),
        "decisions": [_decision(determination) for determination in decisions],
        "next": _next_steps(ruling),
        "signer": _("Head of the Social Affairs Office"),
        "place": regency.name.removeprefix("Kabupaten ").removeprefix("Kota "),
        "check_notice": _("Check this letter: scan the QR code or open"),
        "qr_alt": _("QR code of the page that checks this letter"),
        "free_notice": _("This service is free. Staff may not ask for money."),
        "labels": {
            "number": _("Number"),
            "date": _("Date"),
            "name": _("Name"),
            "village": _("Village"),
            "rule": _("Rule"),
            "value": _("Data"),
            "source": _("Source"),
            "result": _("Result"),
            "next": _("What happens next"),
        },
    }


def _ruling_sentence(ruling: Ruling) -> str:
    answer = _("Your objection is accepted.") if ruling.is_upheld else _("Your objection is not accepted.")
    return f"{answer} {ruling.reason}"


def _decision(determination: Determination) -> dict[str, Any]:
    card = presenters.card(determination)
    return {
        "programme": card.programme,
        "outcome": card.outcome_word,
        "sentence": " ".join(filter(None, [card.sentence, *card.bars, _amount(card)])),
        "rows": [_row(reason) for reason in card.reasons],
    }


def _amount(card: presenters.Card) -> str:
    if not card.rupiah_per_year:
        return ""
    return _("That is %(amount)s a year.") % {"amount": rupiah(card.rupiah_per_year)}


def _row(reason: presenters.Reason) -> dict[str, str]:
    """One line of the letter: the data on record and where each comes from."""
    known = [fact for fact in reason.facts if fact.value is not None]
    return {
        "text": reason.text,
        "value": ", ".join(fact.display for fact in known),
        "source": ", ".join(dict.fromkeys(_source(fact) for fact in known)),
        "result": reason.result_word,
    }


def _source(fact: FactLine) -> str:
    return f"{fact.source}, {date_format(fact.as_of, 'j M Y')}" if fact.as_of else fact.source


def _next_steps(ruling: Ruling) -> list[str]:
    if ruling.is_upheld:
        return [
            _("The data is corrected. We also asked the source to correct its record."),
            _("Your place in the list was counted again. See it on the status page or at the village office."),
            _("Keep this letter."),
        ]
    return [
        _("The decision stays as it was."),
        _("If something changes, you may register again. Ask at the village office about other help."),
        _("Keep this letter."),
    ]
