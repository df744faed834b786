"""The database keeps decisions and orders as they were made; an order ends once, a family is told once."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from eligibility.models import Determination, RankedEntry, Ranking
from tests import factories

pytestmark = pytest.mark.django_db
COLUMNS = {
    Determination: [field.column for field in Determination._meta.concrete_fields if not field.primary_key],
    Ranking: [
        field.column
        for field in Ranking._meta.concrete_fields
        if not field.primary_key and field.name not in ("is_current", "updated_at")
    ],
    RankedEntry: [
        field.column for field in RankedEntry._meta.concrete_fields if not field.primary_key and field.name != "told_at"
    ],
}
OTHER_VALUES = {
    "timestamp with time zone": "now() + interval '1 day'",
    "uuid": "gen_random_uuid()",
    "character varying": "'other'",
    "jsonb": """'{"other": 1}'""",
    "boolean": "true",
    "date": "date '2030-01-01'",
}


@pytest.fixture
def place(db: None) -> RankedEntry:
    """A place in a past order: the order after it is the current one."""
    place: RankedEntry = factories.RankedEntryFactory(ranking__is_current=False)
    ranking = factories.RankingFactory(batch=place.ranking.batch, number=2)
    factories.RankedEntryFactory(ranking=ranking, entry=place.entry, determination=place.determination)
    return place


CHANGES = [(model._meta.db_table, column) for model, columns in COLUMNS.items() for column in columns]


@pytest.mark.parametrize(("table", "column"), CHANGES)
def test_no_column_of_what_was_decided_is_changed(place: RankedEntry, table: str, column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
            [table, column],
        )
        other = OTHER_VALUES.get(cursor.fetchone()[0], f"coalesce({column}, 0) + 1")
        with pytest.raises(ProgrammingError, match="newer row, never changed"), transaction.atomic():
            cursor.execute(f"UPDATE {table} SET {column} = {other}")


@pytest.mark.parametrize("table", [model._meta.db_table for model in COLUMNS])
def test_nothing_of_it_is_removed(place: RankedEntry, table: str) -> None:
    with pytest.raises(ProgrammingError, match="newer row, never changed"), transaction.atomic():
        connection.cursor().execute(f"DELETE FROM {table}")


def test_an_order_ends_once_and_never_holds_again(place: RankedEntry) -> None:
    current = Ranking.objects.filter(is_current=True)
    assert current.update(is_current=False, updated_at=timezone.now()) == 1
    with pytest.raises(ProgrammingError, match="an order is followed by a newer row"), transaction.atomic():
        Ranking.objects.filter(pk=place.ranking_id).update(is_current=True)


def test_a_family_is_told_once(place: RankedEntry) -> None:
    mine = RankedEntry.objects.filter(pk=place.pk)
    assert mine.update(told_at=timezone.now()) == 1
    for moment in (None, timezone.now()):
        with pytest.raises(ProgrammingError, match="a place is followed by a newer row"), transaction.atomic():
            mine.update(told_at=moment)
