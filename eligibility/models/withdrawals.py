"""A version of rules that is to be taken back before its first day."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eligibility.enums import WithdrawalState
from eligibility.models.drafts import READERS
from eligibility.models.programmes import Programme, RuleSet
from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, state_constraint
from perlinsos.decrees.models import Decree


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def visible_to(self, user: User | AnonymousUser) -> "WithdrawalQuerySet":
        """As drafts: of programmes that run nowhere outside the user's own areas."""
        return self.filter(rule_set__programme__in=Programme.objects.within_reach(user, roles=READERS))

    def proposed(self) -> "WithdrawalQuerySet":
        return self.filter(state=WithdrawalState.PROPOSED)


class Withdrawal(StatefulModel):
    """One officer proposes to take a version back under a decree, another one agrees: the database knows both."""

    TRANSITIONS: ClassVar = {
        WithdrawalState.PROPOSED: frozenset({WithdrawalState.EFFECTIVE, WithdrawalState.REFUSED}),
    }

    state = models.CharField(max_length=10, choices=WithdrawalState, default=WithdrawalState.PROPOSED, editable=False)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.RESTRICT, related_name="withdrawals")
    decree = models.ForeignKey(Decree, on_delete=models.RESTRICT, related_name="+")
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("withdrawal of rules")
        verbose_name_plural = _("withdrawals of rules")
        constraints: ClassVar = [
            state_constraint("withdrawal", WithdrawalState),
            models.UniqueConstraint(
                fields=["rule_set"],
                condition=~Q(state=WithdrawalState.REFUSED),
                name="withdrawal_once_per_version",
                violation_error_message=_("Somebody has proposed already to take this version back."),
            ),
            models.CheckConstraint(
                name="withdrawal_needs_two",
                condition=~Q(state=WithdrawalState.EFFECTIVE)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                violation_error_message=_("Another officer must agree."),
            ),
        ]

    def __str__(self) -> str:
        return f"withdrawal of {self.rule_set_id}"
