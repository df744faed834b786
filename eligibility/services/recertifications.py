"""Looking at a family that receives again: ask what is too old, decide on what is known, let a person compare."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import checks, permissions, receiving_notices
from eligibility.enums import Outcome, RecertificationState
from eligibility.models import Participation, Recertification
from eligibility.services import decisions
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError
from verification.services import stale

KEPT = ("amount_parts", "need_score", "facts", "parameters", "trace", "criteria_count")


@transaction.atomic
def look_again(participation: Participation, *, by: User) -> Recertification:
    """Begin: sources whose facts are too old are asked, and the family is told that its data is looked at.

    For officers of the area. A look that is still open gives way to this one. Refused with `not_running`.
    """
    access.ensure(permissions.can_look_after(by, participation.application))
    participation = checks.hold_running(participation)
    for earlier in Recertification.objects.open().filter(participation=participation):
        workflow.move(earlier, RecertificationState.DROPPED, by=by)
    sources = stale.ask_anew(participation.application, by=by)
    look = Recertification.objects.create(participation=participation, asked_by=by, sources=sources)
    audit.record("eligibility.participation.asked_anew", subject=participation, by=by, look=look.pk, sources=sources)
    receiving_notices.tell_look(look)
    jobs.enqueue("eligibility.answer_recertification", recertification_id=look.pk)
    return look


@transaction.atomic
def answer(recertification_id: int, *, by: User) -> None:
    """Find what would be decided today, once the sources have answered or were waited for long enough.

    For the worker; it may run twice. What holds stays as it is.
    """
    access.ensure(permissions.is_worker(by))
    participation_id = Recertification.objects.values_list("participation", flat=True).get(pk=recertification_id)
    participation = Participation.objects.hold(participation_id)
    look = Recertification.objects.due().filter(pk=recertification_id).first()
    if look is None or not participation.is_running:
        return
    found = decisions.consider(participation.application, participation.programme, by=by)
    before = found.supersedes
    fits_both = before is not None and before.outcome == found.outcome == Outcome.ELIGIBLE
    workflow.move(
        look,
        RecertificationState.ANSWERED,
        by=by,
        answered_at=timezone.now(),
        rule_set=found.rule_set,
        compared_with=before,
        outcome=found.outcome,
        amount_per_year=found.amount_per_year,
        answer={name: getattr(found, name) for name in KEPT},
        takes_money=fits_both and before is not None and found.amount_per_year < before.amount_per_year,
    )


@transaction.atomic
def confirm(participation: Participation, *, by: User) -> Recertification:
    """Assistance goes on by the answer that was found. The caller holds the participation.

    For officers of the area. What is not known changes nothing. Refused with `look_first` while no fresh
    answer is there, `not_funded` when it is against the family (then only an end helps), `same_officer` when
    it is less than before and nobody else looked at it, and `stale`.
    """
    access.ensure(permissions.can_look_after(by, participation.application))
    look = Recertification.objects.filter(participation=participation, state=RecertificationState.ANSWERED).first()
    if look is None:
        raise DomainError(_("Look at the data again first: assistance goes on by fresh data."), code="look_first")
    if look.outcome == Outcome.NOT_ELIGIBLE:
        message = _("The data that was looked at again does not fit. Propose an end, or look again.")
        raise DomainError(message, code="not_funded")
    if look.takes_money and look.asked_by_id == by.pk:
        message = _("The sum would be smaller and you looked at it. Another officer must confirm it.")
        raise DomainError(message, code="same_officer")
    fields: dict[str, Any] = {"confirmed_by": by, "confirmed_at": timezone.now()}
    if look.outcome == Outcome.ELIGIBLE and _is_news(look):
        fields["determination"] = decisions.adopt(look.proposal, by=by)
    return workflow.move(look, RecertificationState.CONFIRMED, by=by, **fields)


# --- how ------------------------------------------------------------------------------------------
def _is_news(look: Recertification) -> bool:
    held = look.compared_with
    assert held is not None  # noqa: S101 - a constraint of Recertification: answered is complete
    now = (look.rule_set_id, look.answer["facts"], look.answer["parameters"])
    return now != (held.rule_set_id, held.facts, held.parameters)
