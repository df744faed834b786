"""Closing the loop: an upheld appeal corrects the fact, decides again, moves the ranking, tells everybody."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from appeals import letters, permissions
from appeals.enums import AppealState, GroundCheckState
from appeals.models import Appeal, GroundCheck, Ruling, SourceCorrection
from eligibility.documents import document_of, in_order_of_overlaps
from eligibility.enums import RankingCause
from eligibility.models import BatchEntry, Determination
from eligibility.rules.overlapping import is_heard, speaker
from eligibility.services import batches, decisions
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError
from perlinsos.messages.services import tell
from verification.enums import ASKED_SOURCES, Source
from verification.models import Fact
from verification.services import facts, readiness


@transaction.atomic
def rule_appeal(appeal: Appeal, *, is_upheld: bool, reason: str, by: User) -> Ruling:
    """Answer an appeal. For officers and verifiers who neither decided the batch nor made the visit.

    Upheld: the contested fact is superseded by what the visit saw, every decision that used it, or hears one
    that did, is made again under its own rule version, the rankings of its batches are drawn again, a letter is
    written and the source is asked to mend its record. One transaction: all of it or nothing.
    Refused with `visit_first`, `nothing_to_correct`, `bad_transition` or `stale`.
    """
    access.ensure(permissions.can_rule(by, appeal))
    readiness.hold(appeal.application_id)  # application before family, as everywhere: nobody waits in a circle
    check = appeal.ground_checks.filter(state=GroundCheckState.RECORDED).order_by("-recorded_at").first()
    if is_upheld:
        _ensure_correctable(appeal, check)
    appeal = workflow.move(appeal, AppealState.UPHELD if is_upheld else AppealState.DISMISSED, by=by)
    ruling = Ruling(appeal=appeal, is_upheld=is_upheld, reason=reason, ruled_by=by)
    if is_upheld and check is not None:
        ruling.new_fact = _correct(appeal, check, by=by)
        ruling.new_determination = _decide_again(appeal, by=by)
    ruling.save(force_insert=True)
    audit.record("appeals.ruling.made", subject=ruling, by=by, upheld=is_upheld, appeal=appeal.pk)
    if is_upheld:
        _ask_source_to_correct(ruling)
    letters.order_ruling_letter(ruling, by=by)
    _tell_family(ruling)
    return ruling


def _ensure_correctable(appeal: Appeal, check: GroundCheck | None) -> None:
    if check is None:
        raise DomainError(_("Ask for a ground check first: a correction rests on what was seen."), code="visit_first")
    if check.observed_value == appeal.fact.value:
        raise DomainError(
            _("The visit saw the same value as the data, so there is nothing to correct."), code="nothing_to_correct"
        )


def _correct(appeal: Appeal, check: GroundCheck, *, by: User) -> Fact:
    seen_on = timezone.localdate(check.recorded_at)
    seen = check.observed_value
    assert seen is not None  # noqa: S101 - a constraint of GroundCheck: recorded has a value
    return facts.supersede_fact(appeal.fact, value=seen, source=Source.GROUND_CHECK, as_of=seen_on, by=by)


def _decide_again(appeal: Appeal, *, by: User) -> Determination | None:
    """What every programme says now that used the fact, or that hears one whose answer is another one."""
    application = appeal.application
    current = Determination.objects.current().filter(application=application).select_related("programme", "rule_set")
    held = {row.rule_set_id: row for row in current}
    new: dict[str, Determination] = {}
    for rule_set in in_order_of_overlaps(row.rule_set for row in held.values()):
        old = held[rule_set.pk]
        heard = {speaker(name) for name in document_of(rule_set).facts if is_heard(name)}
        if appeal.fact.name in old.facts or heard & new.keys():
            code, cause = old.programme.code, f"appeal:{appeal.pk}"
            new[code] = decisions.redecide(application, old.programme, rule_set=rule_set, cause=cause, by=by)
    for answer in sorted(new.values(), key=lambda one: one.programme_id):  # quotas are locked in one order
        for entry in BatchEntry.objects.filter(
            application=application, programme=answer.programme, is_cancelled=False
        ).select_related("batch"):
            batches.rerank(entry.batch, cause=RankingCause.APPEAL, reference=appeal.reference, by=by)
    return new.get(appeal.determination.programme.code)


def _ask_source_to_correct(ruling: Ruling) -> None:
    source = ruling.appeal.fact.source
    if source in ASKED_SOURCES:
        correction = SourceCorrection.objects.create(ruling=ruling, source=source)
        jobs.enqueue("appeals.send_correction", correction_id=correction.pk)


def _tell_family(ruling: Ruling) -> None:
    appeal = ruling.appeal
    with override(appeal.application.language):
        answer = (
            _("Objection %(reference)s is accepted. The data is corrected and we decided again. See your letter.")
            if ruling.is_upheld
            else _("Objection %(reference)s is not accepted. The reason is in your letter.")
        )
        tell(
            appeal.application,
            key=f"appeal-ruled:{appeal.pk}",
            title=_("The answer to your objection"),
            body=answer % {"reference": appeal.reference},
            address=appeal.application.phone or "",
        )
