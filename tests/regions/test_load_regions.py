"""The project's own areas and first parameters."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from perlinsos.regions.models import Area, Level, Parameter

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_regions", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("regency", "districts", "villages", "zone"),
    [("35.10", 25, 217, "Asia/Jakarta"), ("51.02", 10, 133, "Asia/Makassar")],
)
def test_both_regencies_are_complete(regency: str, districts: int, villages: int, zone: str) -> None:
    load()
    inside = Area.objects.filter(code__startswith=f"{regency}.")
    assert inside.filter(level=Level.DISTRICT).count() == districts
    assert inside.villages().count() == villages
    assert set(inside.values_list("timezone", flat=True)) == {zone}


def test_all_villages_of_both_regencies_are_served() -> None:
    load()
    assert Area.objects.served().count() == 217 + 133


def test_minimum_wage_follows_the_year_and_the_regency() -> None:
    load()
    values = [
        Parameter.objects.value(Parameter.Name.MINIMUM_WAGE, village, on)
        for village in ("35.10.22.2003", "51.02.08.2013")
        for on in (date(2025, 6, 1), date(2026, 6, 1))
    ]
    assert values == [2_810_139, 2_986_447, 3_102_520, 3_287_678]


def test_windows_hold_for_the_nation() -> None:
    load()
    assert Parameter.objects.value(Parameter.Name.OBJECTION_DAYS, "35.10.22.2003") == 30
    assert Parameter.objects.value(Parameter.Name.DECISION_DAYS, "12.07.28.1007") == 14


def test_loading_again_adds_nothing_and_keeps_what_the_region_set() -> None:
    load()
    wage = Parameter.objects.get(
        area_id="35.10", name=Parameter.Name.MINIMUM_WAGE, valid_during__startswith="2026-01-01"
    )
    wage.value = 3_000_000
    wage.save(update_fields=["value", "updated_at"])
    assert load() == "areas: 0 new, 0 changed; parameters: 0 new\n"
    assert Parameter.objects.value(Parameter.Name.MINIMUM_WAGE, "35.10", date(2026, 6, 1)) == 3_000_000
