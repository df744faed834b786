"""Families that receive: a funded place of a final batch under the shipped rules of PKH, and duties on record."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import factory
import yaml
from django.conf import settings
from django.utils import timezone

from eligibility.enums import BatchState, DutyKind, DutyValue
from eligibility.models import Batch, Determination, DutyRecord, DutyReporter, Participation, Programme, RuleSet
from eligibility.services import participations
from enrollment.enums import ApplicationState, Schooling
from enrollment.models import Application
from perlinsos.accounts.services import service_account
from tests.factories.accounts import ApiClientFactory, UserFactory
from tests.factories.base import Factory
from tests.factories.eligibility import (
    BatchEntryFactory,
    BatchFactory,
    DeterminationFactory,
    ProgrammeFactory,
    QuotaFactory,
    RankedEntryFactory,
    RankingFactory,
    RuleSetFactory,
)
from tests.factories.enrollment import ApplicationFactory, MemberFactory, PersonFactory
from verification.enums import Source

NOBODY_EXEMPT = {"dukcapil.elderly_60": 0, "citizen.severe_disability": 0}


@cache
def pkh_document() -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load(
        (Path(settings.BASE_DIR) / "eligibility" / "rulesets" / "pkh-2026-2.yaml").read_text(encoding="utf-8")
    )
    return written


def pkh_rules() -> RuleSet:
    """The shipped rules of PKH, as a row keeps them."""
    rules: RuleSet = RuleSetFactory(version="2026.2", document=stored(pkh_document()))
    return rules


def used(**values: int) -> dict[str, Any]:
    """Facts as a determination keeps them; `dukcapil__elderly_60=1` changes one, None leaves it out."""
    facts = {**NOBODY_EXEMPT, **{name.replace("__", "."): value for name, value in values.items()}}
    return {
        name: {"id": 0, "value": value, "source": "dukcapil", "as_of": "2026-06-01"}
        for name, value in facts.items()
        if value is not None
    }


def final_batch(programme: Programme | None = None) -> Batch:
    programme = programme or ProgrammeFactory()
    batch = Batch.objects.filter(programme=programme, state=BatchState.FINAL).first()
    quota = QuotaFactory(programme=programme, places=1000)
    return batch or BatchFactory(announced=True, state=BatchState.FINAL, programme=programme, quota=quota)


def participation(application: Application | None = None, *, batch: Batch | None = None, **facts: int) -> Participation:
    """What the worker begins for a funded place: 10.4 million rupiah a year, five years, nobody exempt."""
    application = application or ApplicationFactory(announced=True)
    answer = DeterminationFactory(
        application=application, rule_set=pkh_rules(), amount_per_year=10_400_000, facts=used(**facts)
    )
    return receives(application, answer, batch=batch)


def receives(application: Application, answer: Determination, *, batch: Batch | None = None) -> Participation:
    """What the worker begins for a funded place of a family that was decided so."""
    application.state, application.decided_at = ApplicationState.ANNOUNCED, timezone.now()
    application.save(update_fields=["state", "decided_at"])
    batch = batch or final_batch(answer.programme)
    ranking = batch.rankings.first() or RankingFactory(batch=batch, places=1000)
    RankedEntryFactory(
        ranking=ranking,
        entry=BatchEntryFactory(batch=batch, application=application),
        determination=answer,
        position=ranking.entries.count() + 1,
    )
    participations.start_participations(batch.pk, by=service_account("eligibility"))
    return Participation.objects.get(application=application, programme=answer.programme)


def stored(document: dict[str, Any]) -> dict[str, Any]:
    """As a row keeps it: dates are text."""
    kept: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return kept


class PupilFactory(MemberFactory):
    """A child at primary school, nine years old."""

    person = factory.SubFactory(PersonFactory, born=date(2017, 5, 4))
    schooling = Schooling.PRIMARY


class BabyFactory(MemberFactory):
    person = factory.SubFactory(PersonFactory, born=date(2024, 3, 1))


class DutyRecordFactory(Factory):
    """What an agent saw."""

    class Meta:
        model = DutyRecord

    member = factory.SubFactory(PupilFactory)
    kind = DutyKind.SCHOOL
    month = date(2026, 10, 1)
    value = DutyValue.NOT_FULFILLED
    source = Source.GROUND_CHECK
    as_of = factory.LazyFunction(timezone.localdate)
    recorded_by = factory.SubFactory(UserFactory, staff=True)


class DutyReporterFactory(Factory):
    class Meta:
        model = DutyReporter

    client = factory.SubFactory(ApiClientFactory)
    kind = DutyKind.SCHOOL
