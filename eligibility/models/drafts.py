"""Rules that are still being written: kept as typed, until a second officer enacts them."""

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.enums import DraftState
from eligibility.models.programmes import Programme, RuleSet
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import StatefulModel, Timestamped, state_constraint
from perlinsos.decrees.models import Decree

WRITERS = (Role.POLICY,)
READERS = (*WRITERS, Role.AUDITOR)


class RuleDraftQuerySet(models.QuerySet["RuleDraft"]):
    def visible_to(self, user: User | AnonymousUser) -> "RuleDraftQuerySet":
        """Drafts of programmes that run nowhere outside the user's own areas."""
        return self.filter(programme__in=Programme.objects.within_reach(user, roles=READERS))

    def open(self) -> "RuleDraftQuerySet":
        return self.filter(state__in=[DraftState.DRAFT, DraftState.PROPOSED])


class RuleDraft(StatefulModel):
    """A document on its way to become a version of a programme's rules.

    `text` is YAML as somebody typed it and may be wrong; `edition` counts its savings, and every one
    of them is kept. Proposed by one officer, enacted by another under a decree: the database refuses
    the same person twice, and every change of what was proposed.
    """

    TRANSITIONS: ClassVar = {
        DraftState.DRAFT: frozenset({DraftState.PROPOSED, DraftState.WITHDRAWN}),
        DraftState.PROPOSED: frozenset(
            {DraftState.ENACTED, DraftState.REJECTED, DraftState.DRAFT, DraftState.WITHDRAWN}
        ),
    }

    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.DRAFT, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.RESTRICT, related_name="drafts")
    title = models.CharField(max_length=120, help_text="what it is for, in the words of its author")
    base = models.ForeignKey(
        RuleSet,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="the version it started from",
    )
    is_revert = models.BooleanField(default=False, help_text="brings the rules of `base` back")
    text = models.TextField()
    sha256 = models.CharField(max_length=64, help_text="of the text, which replays and simulations name")
    edition = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    proposed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    golden_reason = models.CharField(max_length=500, blank=True, help_text="why golden families may differ")
    unsimulated_reason = models.CharField(max_length=500, blank=True, help_text="why there is no simulation")
    simulation_summary: Any = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="what simulations of this text said when it was proposed, see eligibility.drafting",
    )
    tried = models.ForeignKey(
        "DraftReplay",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="the replay that was proposed",
    )
    golden_changes: Any = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="what was done to golden families since the version before: [{event, code, action, by, at}]",
    )
    decree = models.ForeignKey(Decree, null=True, blank=True, on_delete=models.RESTRICT, related_name="rule_drafts")
    enacted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    enacted_at = models.DateTimeField(null=True, blank=True)
    rule_set = models.OneToOneField(RuleSet, null=True, blank=True, on_delete=models.RESTRICT, related_name="draft")

    objects = RuleDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of rules")
        verbose_name_plural = _("drafts of rules")
        constraints: ClassVar = [
            state_constraint("rule_draft", DraftState),
            models.CheckConstraint(
                name="rule_draft_proposed_by_somebody",
                condition=~Q(state=DraftState.PROPOSED) | Q(proposed_by__isnull=False, proposed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="rule_draft_enacted_by_another_officer",
                condition=Q(enacted_by=None) | ~Q(enacted_by=F("proposed_by")),
                violation_error_message=_("The officer who proposed rules cannot enact them."),
            ),
            models.CheckConstraint(
                name="rule_draft_enacted_under_a_decree",
                condition=~Q(state=DraftState.ENACTED)
                | Q(
                    decree__isnull=False,
                    proposed_by__isnull=False,
                    enacted_by__isnull=False,
                    enacted_at__isnull=False,
                    rule_set__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def has_text_of(self, user: User) -> bool:
        """Whether somebody wrote at it. To begin with the text of a version is not writing; to bring one back is."""
        saved = self.editions.filter(saved_by=user)
        return saved.exists() if self.is_revert else saved.filter(number__gt=1).exists()

    @property
    def replay(self) -> "DraftReplay | None":
        """The newest one of exactly this text."""
        return self.replays.filter(sha256=self.sha256).first()


class RuleDraftEdition(Timestamped):
    """One saved text of a draft. A number is given once: of two people who save at once, one is second."""

    draft = models.ForeignKey(RuleDraft, on_delete=models.RESTRICT, related_name="editions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    saved_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "number"], name="rule_draft_edition_once"),
        ]

    def __str__(self) -> str:
        return f"edition {self.number} of draft {self.draft_id}"


class DraftReplay(Timestamped):
    """What the golden families made of one text of a draft; it counts for that text only."""

    draft = models.ForeignKey(RuleDraft, on_delete=models.RESTRICT, related_name="replays")
    sha256 = models.CharField(max_length=64, help_text="of the text")
    families = models.PositiveIntegerField(help_text="that were tried")
    differing = models.JSONField(default=list, help_text="[{code, name, story, fields, expected, got}]")
    ran_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"replay {self.pk} of draft {self.draft_id}"
