"""A version of rules is taken back before its first day: proposed by one officer under a decree, agreed by another."""

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import drafting, gaps, overlap_checks, permissions
from eligibility.documents import document_of
from eligibility.enums import WithdrawalState
from eligibility.models import Programme, RuleDraft, RuleSet, Withdrawal
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, workflow
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree


@transaction.atomic
def propose_withdrawal(rule_set: RuleSet, *, decree: Decree, reason: str, by: User) -> Withdrawal:
    """Say that a version should not begin. A second officer must agree.

    For policy staff of every area the programme runs in, as every service here, under a decree about rules
    other than the one it was enacted under. Refused with `decree_not_valid`, `same_decree`,
    `already_proposed`, with `not_scheduled` once its first day has come or it was taken back before, and with
    `circular`, `unknown_programme` or `component_needed` where the one before it cannot go on beside other programmes.
    """
    programme = Programme.objects.hold(rule_set.programme_id)
    access.ensure(permissions.can_write_rules(by, programme))
    _ensure_decree_holds(decree, programme)
    if RuleDraft.objects.filter(rule_set=rule_set, decree=decree).exists():
        message = _("This version was enacted under this decree. Taking it back needs one of its own.")
        raise DomainError(message, code="same_decree")
    _ensure_the_one_before_may_hold(_ensure_scheduled(rule_set))
    if Withdrawal.objects.proposed().filter(rule_set=rule_set).exists():
        message = _("Somebody has proposed already to take this version back.")
        raise DomainError(message, code="already_proposed")
    withdrawal = Withdrawal.objects.create(rule_set=rule_set, decree=decree, reason=reason, proposed_by=by)
    told = {"rule_set": rule_set.pk, "decree": decree.pk, "reason": reason}
    audit.record("eligibility.withdrawal.proposed", subject=withdrawal, by=by, **told)
    return withdrawal


@transaction.atomic
def agree_to_withdrawal(withdrawal: Withdrawal, *, by: User) -> RuleSet:
    """Take the version back; the one before it holds on as if nothing had been.

    Refused with `same_officer`, `bad_transition` and `stale` when it was answered already, and as above.
    """
    programme = Programme.objects.hold(withdrawal.rule_set.programme_id)
    access.ensure(permissions.can_write_rules(by, programme))
    if withdrawal.proposed_by_id == by.pk:
        raise DomainError(_("You proposed this. Another officer must agree."), code="same_officer")
    _ensure_decree_holds(withdrawal.decree, programme)
    rule_set = _ensure_scheduled(withdrawal.rule_set)
    _ensure_the_one_before_may_hold(rule_set)
    earlier, end = gaps.reach_without(rule_set)
    workflow.move(withdrawal, WithdrawalState.EFFECTIVE, by=by, decided_by=by)
    rule_set.valid_during = DateRange(empty=True)
    rule_set.withdrawn_at, rule_set.withdrawn_under = timezone.now(), withdrawal.decree
    rule_set.save(update_fields=["valid_during", "withdrawn_at", "withdrawn_under", "updated_at"])
    if earlier is not None:
        earlier.valid_during = DateRange(earlier.valid_during.lower, end)
        earlier.save(update_fields=["valid_during", "updated_at"])
    told = {"withdrawal": withdrawal.pk, "decree": withdrawal.decree_id, "reason": withdrawal.reason}
    audit.record("eligibility.rule_set.withdrawn", subject=rule_set, by=by, **told)
    return rule_set


@transaction.atomic
def decline_withdrawal(withdrawal: Withdrawal, *, reason: str, by: User) -> Withdrawal:
    """Disagree, or take the own proposal back: the version begins as it was enacted."""
    access.ensure(permissions.can_write_rules(by, withdrawal.rule_set.programme))
    return workflow.move(withdrawal, WithdrawalState.REFUSED, by=by, reason=reason, decided_by=by)


# --- how ------------------------------------------------------------------------------------------
def _ensure_decree_holds(decree: Decree, programme: Programme) -> None:
    if not drafting.decrees_for(programme).filter(pk=decree.pk).exists():
        raise DomainError(_("This decree does not hold here and today. Choose another one."), code="decree_not_valid")


def _ensure_scheduled(rule_set: RuleSet) -> RuleSet:
    """The version as it is now."""
    found = RuleSet.objects.scheduled().select_related("programme").filter(pk=rule_set.pk).first()
    if found is None:
        message = _("Only a version whose first day is still to come can be taken back.")
        raise DomainError(message, code="not_scheduled")
    return found


def _ensure_the_one_before_may_hold(rule_set: RuleSet) -> None:
    """Other programmes may have been enacted for the days on which the version before it was to hold no more."""
    earlier, end = gaps.reach_without(rule_set)
    if earlier is not None:
        overlap_checks.ensure_none(document_of(earlier), overlap_checks.Period(rule_set.valid_during.lower, end))
