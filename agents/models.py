"""Who helps whom, where. Scope itself is an accounts.Membership; these rows say who the agent is."""

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.enums import AgentKind, PhotoObstacle
from enrollment.models import READERS, Application
from perlinsos.accounts import scoping
from perlinsos.accounts.models import User
from perlinsos.core.models import PublicModel, Timestamped, choice_constraint
from perlinsos.decrees.models import Decree


class AgentProfile(Timestamped):
    user = models.OneToOneField(User, on_delete=models.RESTRICT, related_name="agent_profile")
    kind = models.CharField(max_length=10, choices=AgentKind)
    decree = models.ForeignKey(Decree, null=True, blank=True, on_delete=models.RESTRICT, related_name="agents")
    trained_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints: ClassVar = [choice_constraint("kind", AgentKind, name="agent_kind_is_known")]

    def __str__(self) -> str:
        return str(self.user)


class AssistedVisitQuerySet(models.QuerySet["AssistedVisit"]):
    def visible_to(self, user: User | AnonymousUser) -> "AssistedVisitQuerySet":
        if not isinstance(user, User):
            return self.none()
        area = scoping.area_filter(user, roles=READERS, field="application__village_id")
        return self.filter(Q(agent=user) | area)

    def by(self, agent: User) -> "AssistedVisitQuerySet":
        return self.filter(agent=agent)

    def finished_on(self, day: date) -> "AssistedVisitQuerySet":
        return self.filter(finished_at__date=day)


class AssistedVisit(PublicModel):
    """One sitting of an agent with a family: how long an enrolment takes is learned from these.

    It begins with the draft and ends with the sending.
    """

    agent = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="assisted_visits")
    application = models.OneToOneField(Application, on_delete=models.RESTRICT, related_name="assisted_visit")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    photo_obstacle = models.CharField(max_length=10, choices=PhotoObstacle, blank=True)

    objects = AssistedVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("assisted visit")
        verbose_name_plural = _("assisted visits")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="assisted_visit_photo_obstacle_is_known",
                condition=Q(photo_obstacle__in=["", *PhotoObstacle.values]),
            ),
            models.CheckConstraint(
                name="assisted_visit_ends_after_it_starts",
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"

    @property
    def minutes(self) -> int | None:
        """Whole minutes the family had to sit there, at least one; None while the visit goes on."""
        if self.finished_at is None:
            return None
        return max(1, round((self.finished_at - self.started_at).total_seconds() / 60))
