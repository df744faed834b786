"""Areas and parameters as the database keeps them."""

from datetime import date

import pytest
import yaml
from django.db import IntegrityError, transaction

from perlinsos.regions.kinds import known_kinds
from perlinsos.regions.models import Area, Level, Parameter
from tests.factories import ParameterFactory, area
from tests.support import code
from tests.support.rules import load_shipped_rules

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "level"), [("35.1", Level.REGENCY), ("35.10", Level.VILLAGE), ("35.10.22.03", Level.VILLAGE)]
)
def test_a_code_fits_its_level(code: str, level: str) -> None:
    with pytest.raises(IntegrityError, match="area_code_fits_its_level"), transaction.atomic():
        Area.objects.create(code=code, level=level, name="Rekaan")


def test_one_value_at_a_time_also_for_the_nation() -> None:
    ParameterFactory(area=None, name=Parameter.Name.OBJECTION_DAYS, value=30)
    with pytest.raises(IntegrityError, match="parameter_one_value_at_a_time"), transaction.atomic():
        ParameterFactory(area=None, name=Parameter.Name.OBJECTION_DAYS, value=14)


def test_a_value_names_its_source() -> None:
    with pytest.raises(IntegrityError, match="parameter_has_a_source"), transaction.atomic():
        ParameterFactory(source="")


def test_the_nearest_area_decides() -> None:
    ParameterFactory(area=None, name=Parameter.Name.OBJECTION_DAYS, value=30)
    ParameterFactory(area=area("35.10"), name=Parameter.Name.OBJECTION_DAYS, value=21)
    assert Parameter.objects.value(Parameter.Name.OBJECTION_DAYS, "35.10.22.2003") == 21
    assert Parameter.objects.value(Parameter.Name.OBJECTION_DAYS, "51.02.08.2013") == 30
    assert Parameter.objects.value(Parameter.Name.MINIMUM_WAGE, "51.02.08.2013") is None


def test_a_value_ends_the_day_before_the_next_begins() -> None:
    ParameterFactory(name=Parameter.Name.MINIMUM_WAGE, value=1, valid_during=(date(2025, 1, 1), date(2026, 1, 1)))
    ParameterFactory(name=Parameter.Name.MINIMUM_WAGE, value=2, valid_during=(date(2026, 1, 1), None))
    days = (date(2024, 12, 31), date(2025, 12, 31), date(2026, 1, 1))
    values = [Parameter.objects.value(Parameter.Name.MINIMUM_WAGE, "35.10", day) for day in days]
    assert values == [None, 1, 2]


def test_only_regencies_that_take_part_are_served() -> None:
    area("35.10.22.2003"), area("51.02.08.2013")
    ParameterFactory(area=area("35.10"), value=True)
    ParameterFactory(area=area("51.02"), value=False)
    assert [village.code for village in Area.objects.served()] == ["35.10.22.2003"]


@pytest.mark.parametrize("name", ["", "Tarif", "tarif ibu", "-tarif", "tarif\nibu"])
def test_a_name_is_one_that_a_rule_document_could_spell(name: str) -> None:
    with pytest.raises(IntegrityError, match="parameter_name_is_well_formed"), transaction.atomic():
        ParameterFactory(name=name, value=1)


def test_every_regional_number_of_the_rules_can_be_set() -> None:
    """A rule document may leave a number to the region; then the region must be able to enter it."""
    load_shipped_rules()
    documents = [yaml.safe_load(file.read_text()) for file in (code.ROOT / "eligibility" / "rulesets").glob("*.yaml")]
    asked = {name for document in documents for name, spec in document["parameters"].items() if spec.get("regional")}
    assert asked
    assert asked <= set(known_kinds())
