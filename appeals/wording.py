"""Codes of the case file in words an officer reads: warnings about the data, and what happened."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application
from perlinsos.accounts.enums import UserKind
from perlinsos.core.models import AuditEvent

WARNINGS: dict[str, Promise] = {
    "applicant_not_listed": _("The applicant is not on the family card."),
    "card_not_found": _("Dukcapil does not know a family card of this NIK."),
    "card_unavailable": _("Dukcapil did not answer; the family was typed by hand."),
    "deceased_head": _("The head of the family has died."),
    "deceased_member": _("The card still lists somebody who has died."),
    "duplicate_nik": _("The card has the same NIK twice."),
    "family_differs_from_card": _("The family was typed by hand and differs from its card."),
    "kk_area_renumbered": _("The area in the number of the family card has another code today."),
    "kk_date_impossible": _("The date in the number of the family card never was. Cards written by hand have such."),
    "kk_number_unknown": _("The number of the family card is not known."),
    "member_without_nik": _("A member has no usable NIK."),
    "nik_area_renumbered": _("The area in a NIK has another code today."),
    "nik_birth_date_differs": _("A NIK and the birth date do not agree. That is possible: NIKs are never changed."),
    "nik_held_by_other": _("A NIK on the card is held by somebody else."),
    "nik_malformed": _("A NIK on the card cannot be one."),
    "nik_sex_differs": _("A NIK and the sex on the card do not agree."),
    "no_head": _("The card names no head of the family."),
    "two_heads": _("The card names two heads of the family."),
    "village_differs": _("The family lives in another village than its card says."),
}

EVENTS: dict[str, Promise] = {
    "enrollment.application.started": _("Registration begun"),
    "enrollment.application.answered": _("Answers filled in"),
    "enrollment.application.answered_again": _("The family said again how it lives"),
    "enrollment.application.village_chosen": _("Village chosen"),
    "enrollment.consent.given": _("Consent given"),
    "enrollment.family_card.recorded": _("Family card received"),
    "enrollment.selfie.added": _("Face photo added"),
    "enrollment.application.submitted": _("Registration sent"),
    "enrollment.application.matching": _("Sources are asked"),
    "enrollment.application.decided": _("Decided"),
    "enrollment.application.announced": _("Announced"),
    "enrollment.application.withdrawn": _("Ended"),
    "enrollment.application.viewed": _("Case opened"),
    "agents.ground_check.opened": _("Address opened for a visit"),
    "appeals.note.written": _("An officer noted something"),
    "appeals.notes.viewed": _("Notes of officers opened"),
    "verification.source.answered": _("A source has answered"),
    "verification.source.parked": _("A source gave no answer for a day"),
    "verification.source.asked_again": _("A source is asked again"),
    "verification.source.asked_anew": _("Sources whose data is too old are asked again"),
    "verification.family.asked_again": _("An officer had the sources asked again"),
}
ACTORS: dict[str, Promise] = {UserKind.CITIZEN: _("The family"), UserKind.SERVICE: _("The system")}


def warnings_of(application: Application) -> list[Promise | str]:
    return [WARNINGS.get(code, code) for code in application.data_warnings]


def actor_name(event: AuditEvent) -> Promise | str:
    """Staff by name; a citizen's sign-in and the worker's accounts by what they are."""
    if event.actor is None:
        return ACTORS[UserKind.SERVICE]
    return ACTORS.get(event.actor.kind, event.actor.name)


def event_title(event: AuditEvent) -> Promise | str:
    return EVENTS.get(event.action, event.action)
