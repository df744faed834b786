"""Who holds a place from an earlier quota: found from places and participations, the same as from every entry."""

from importlib import import_module
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from eligibility.enums import ParticipationState, Placement
from eligibility.models import Batch, BatchEntry, Participation, Quota
from eligibility.models.participations import ENDED
from enrollment.models import Application
from tests import factories
from tests.cast import KESILIR, LATENG

pytestmark = pytest.mark.django_db
PERIODS = (("35", 2023), ("35.10", 2024), ("35.78", 2024), ("35", 2025), ("35.10", 2026), ("35.10.22", 2027))
ENTRIES = 12  # of each quota


def entry(batch: Batch, application: Application, fate: Random) -> BatchEntry:
    """With a place in the order before and in the one that holds, and perhaps a participation."""
    found = factories.BatchEntryFactory(batch=batch, application=application, is_cancelled=fate.random() < 0.2)
    answer = factories.DeterminationFactory(application=application)
    for ranking in batch.rankings.all():
        if fate.random() < 0.8:
            factories.RankedEntryFactory(
                ranking=ranking, entry=found, determination=answer, position=ranking.entries.count() + 1,
                placement=fate.choice([Placement.FUNDED, Placement.WAITING, Placement.NOT_ELIGIBLE]),
            )  # fmt: skip
    if fate.random() < 0.6:
        state, today = fate.choice(list(ParticipationState)), timezone.localdate()
        ended = {"ended_on": today, "return_until": today, "apply_from": today} if state in ENDED else {}
        Participation.objects.create(
            entry=found, application=application, programme=batch.programme, determination=answer, state=state,
            started_on=today, checked_on=today, statement="Keluarga saya berhenti.", **ended,
        )  # fmt: skip
    return found


def held(function: str, quota: Quota) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [quota.pk])
        return sorted(row[0] for row in cursor.fetchall())


def test_the_rows_are_those_of_the_definition_before() -> None:
    fate = Random(20261129)
    for area, year in PERIODS:
        quota = Quota.objects.create(
            programme=factories.ProgrammeFactory(), area=factories.area(area), places=1000, source="Surat (rekaan)",
            valid_during=(f"{year}-01-01", f"{year + 1}-01-01"),
        )  # fmt: skip
        batch = factories.BatchFactory(announced=True, quota=quota, area=quota.area)
        for number in (1, 2):
            factories.RankingFactory(batch=batch, number=number, is_current=number == 2)
        for _number in range(ENTRIES):
            village = factories.area(fate.choice([KESILIR, LATENG, "51.02.05.2004"]))
            entry(batch, factories.ApplicationFactory(announced=True, village=village), fate)
    before = import_module("eligibility.migrations.0033_look_for_held_places_only").BEFORE
    with connection.cursor() as cursor:
        cursor.execute(before.replace("eligibility_held_from_earlier", "held_before"))
    found = [held("eligibility_held_from_earlier", quota) for quota in Quota.objects.order_by("pk")]
    assert found == [held("held_before", quota) for quota in Quota.objects.order_by("pk")]
    assert [len(rows) > 0 for rows in found] == [False, True, False, True, True, True]
