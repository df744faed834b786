"""Programmes, rule sets, determinations, batches and rankings."""

import hashlib
from typing import Any

import factory
from django.utils import timezone

from eligibility.enums import BatchState, DraftState, Outcome, Placement, RankingCause
from eligibility.models import (
    Batch,
    BatchEntry,
    Determination,
    Programme,
    Quota,
    RankedEntry,
    Ranking,
    RuleDraft,
    RuleSet,
)
from enrollment.enums import ApplicationState
from tests.factories.accounts import UserFactory
from tests.factories.base import SINCE, Factory, area
from tests.factories.enrollment import ApplicationFactory
from tests.factories.regions import DecreeFactory


class ProgrammeFactory(Factory):
    class Meta:
        model = Programme
        django_get_or_create = ("code",)

    code = "pkh"
    name = "Program Keluarga Harapan"


class RuleSetFactory(Factory):
    """A version without a rule in it; tests of decisions load the real documents."""

    class Meta:
        model = RuleSet
        django_get_or_create = ("programme", "version")

    programme = factory.SubFactory(ProgrammeFactory)
    version = "2026.1"
    document: Any = factory.LazyFunction(lambda: {"criteria": []})
    sha256 = "0" * 64
    valid_during = (SINCE, None)


class RuleDraftFactory(Factory):
    """A draft that is being written; `proposed=True` waits for a second officer."""

    class Meta:
        model = RuleDraft

    class Params:
        proposed = factory.Trait(
            state=DraftState.PROPOSED,
            proposed_by=factory.SelfAttribute("written_by"),
            proposed_at=factory.LazyFunction(timezone.now),
        )

    programme = factory.SubFactory(ProgrammeFactory)
    title = "Batas daya 2.200 VA"
    text = "version: 2027-1"
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.text.encode()).hexdigest())
    written_by = factory.SubFactory(UserFactory, staff=True)


class DeterminationFactory(Factory):
    class Meta:
        model = Determination

    application = factory.SubFactory(ApplicationFactory, decided=True)
    rule_set = factory.SubFactory(RuleSetFactory)
    programme = factory.SelfAttribute("rule_set.programme")
    outcome = Outcome.ELIGIBLE
    facts: Any = factory.LazyFunction(dict)
    trace: Any = factory.LazyFunction(list)
    criteria_count = factory.LazyAttribute(lambda o: len(o.trace))
    cause = "first"


class QuotaFactory(Factory):
    class Meta:
        model = Quota
        django_get_or_create = ("programme", "area")

    programme = factory.SubFactory(ProgrammeFactory)
    area = factory.LazyFunction(lambda: area("35.10"))
    valid_during = (SINCE, None)
    places = 2
    source = "Surat Kemensos (rekaan)"


class BatchFactory(Factory):
    """A draft of Banyuwangi; `prepared=True` waits for a second officer, `announced=True` is public."""

    class Meta:
        model = Batch

    class Params:
        prepared = factory.Trait(state=BatchState.PREPARED, prepared_at=factory.LazyFunction(timezone.now))
        announced = factory.Trait(
            prepared=True,
            state=BatchState.ANNOUNCED,
            decree=factory.SubFactory(DecreeFactory),
            announced_by=factory.SubFactory(UserFactory, staff=True),
            announced_at=factory.LazyFunction(timezone.now),
            seed="0" * 64,
        )

    reference = factory.Sequence(lambda number: f"BWI-PKH-2026-{number:02}")
    area = factory.LazyFunction(lambda: area("35.10"))
    programme = factory.SubFactory(ProgrammeFactory)
    quota = factory.LazyAttribute(lambda o: QuotaFactory(programme=o.programme, area=o.area))
    prepared_by = factory.SubFactory(UserFactory, staff=True)


class BatchEntryFactory(Factory):
    class Meta:
        model = BatchEntry

    batch = factory.SubFactory(BatchFactory)
    application = factory.SubFactory(ApplicationFactory, decided=True)
    programme = factory.SelfAttribute("batch.programme")


class RankingFactory(Factory):
    class Meta:
        model = Ranking

    batch = factory.SubFactory(BatchFactory, announced=True)
    number = 1
    cause = RankingCause.ANNOUNCEMENT
    places = factory.SelfAttribute("batch.quota.places")


class RankedEntryFactory(Factory):
    class Meta:
        model = RankedEntry

    ranking = factory.SubFactory(RankingFactory)
    entry = factory.LazyAttribute(
        lambda o: BatchEntryFactory(batch=o.ranking.batch, application__state=ApplicationState.ANNOUNCED)
    )
    determination = factory.LazyAttribute(lambda o: DeterminationFactory(application=o.entry.application))
    placement = Placement.FUNDED
    position = 1
    places = factory.SelfAttribute("ranking.places")
