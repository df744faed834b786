"""The officers' list of families that receive, and one of them. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility import checks, differences, receiving, records
from eligibility.contrasts import contrast, side_of
from eligibility.enums import ParticipationState
from eligibility.models import RUNNING, Departure, Participation
from eligibility.models.participations import END_NOTICE, RECHECK_NOTICE
from perlinsos.core.models import AuditEvent
from perlinsos.messages.names import mask_name


class Tab(TextChoices):
    """Parts of the list; the values are seen in addresses."""

    NOW = "sekarang", _("To be looked at now")
    SOON = "segera", _("Soon")
    ALL = "semua", _("All who receive")
    OVER = "selesai", _("Ended")


@dataclass(frozen=True)
class Row:
    """One family; its name stays masked until it is opened, which is on record."""

    participation: Participation
    name: str
    kind: str


def counts(participations: QuerySet[Participation]) -> dict[str, int]:
    """How many each tab has, in one query."""
    return participations.aggregate(**{tab.name: Count("pk", filter=_condition(tab)) for tab in Tab})


def chosen(asked: str, found: dict[str, int]) -> Tab:
    """The tab that was asked for, else the first that has something."""
    if asked in Tab.values:
        return Tab(asked)
    return next((tab for tab in (Tab.NOW, Tab.SOON) if found[tab.name]), Tab.ALL)


def in_tab(participations: QuerySet[Participation], tab: Tab) -> QuerySet[Participation]:
    wanted = participations.filter(_condition(tab))
    return wanted.select_related("application__applicant", "application__village", "programme")


def rows(participations: Iterable[Participation]) -> list[Row]:
    return [Row(one, _name(one), checks.kind_of(one.state)) for one in participations]


def detail(participation: Participation) -> dict[str, Any]:
    """Everything about one, read `with_payments`: how it stands, why somebody must look, records, what happened."""
    kept = records.of_family(participation)
    proposed = Departure.objects.proposed().filter(entry=participation.entry_id)
    about = AuditEvent.objects.filter(subject_type=participation._meta.label_lower, subject_id=participation.pk)
    look = checks.open_look(participation)
    return {
        "participation": participation,
        "application": participation.application,
        "one": receiving.card_of(participation, kept),
        "whys": checks.said(checks.why_check(participation)) if participation.is_running else [],
        "differs": differences.of_participation(participation) if participation.is_running else None,
        "look": look,
        "fresh": contrast(side_of(look.compared_with), side_of(look.proposal)) if look and look.compared_with else None,
        "lines": records.lines(kept, may_doubt=False),
        "proposed": proposed.select_related("proposed_by").first(),
        "history": [(checks.event_title(event), event.at, event.actor) for event in about.order_by("-pk")[:30]],
    }


def _condition(tab: Tab) -> Q:
    today = timezone.localdate()
    near = Q(recertify_on__lte=today + RECHECK_NOTICE) | Q(ends_on__lte=today + END_NOTICE)
    conditions = {
        Tab.NOW: Q(state__in=[ParticipationState.CHECK, ParticipationState.SUSPENDED]),
        Tab.SOON: near & Q(state=ParticipationState.ACTIVE),
        Tab.ALL: Q(state__in=RUNNING),
        Tab.OVER: ~Q(state__in=RUNNING),
    }
    return conditions[tab]


def _name(participation: Participation) -> str:
    applicant = participation.application.applicant
    return mask_name(applicant.name) if applicant else participation.application.reference
