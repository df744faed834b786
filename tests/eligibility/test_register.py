"""A register of persons: counted once per family, silent sources are unknown, and all engines agree."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bench import engine_population, engine_rules
from eligibility.models import Programme
from eligibility.populations import frames, register, sql
from eligibility.populations.columns import KEY, OUTCOMES, facts_of
from eligibility.populations.registers import Study, decide_regency, decide_register
from eligibility.rules.document import parse
from eligibility.rules.plan import Plan, plan
from tests.cast import BANYUWANGI
from tests.eligibility.documents import UMK, data

PLANS = engine_rules.plans()


@pytest.mark.django_db
def test_members_are_counted_alike_in_columns_and_in_postgres() -> None:
    families, persons = engine_population.people(engine_population.Regency(1, 1, 1_500), 2026)
    expected = decided_in_columns(families, persons)
    assert decided_in_postgres(families, persons) == expected.rows()
    assert set(expected["outcome_0"]) == {0, 1, 2}


def decided_in_columns(families: pl.DataFrame, persons: pl.DataFrame, plans: Sequence[Plan] = PLANS) -> pl.DataFrame:
    facts = register.facts(families.lazy(), persons.lazy(), [fact.name for fact in facts_of(plans)])
    return frames.decide(facts, plans).collect().sort(KEY)


def decided_in_postgres(
    families: pl.DataFrame, persons: pl.DataFrame, plans: Sequence[Plan] = PLANS
) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        for name, table in (("families", families), ("persons", persons)):
            columns = ", ".join(f"{column} bigint" for column in table.columns)
            cursor.execute(f"CREATE TEMPORARY TABLE register_{name} ({columns}) ON COMMIT DROP")
            with cursor.copy(f"COPY register_{name} FROM STDIN (FORMAT csv)") as stream:
                stream.write(table.write_csv(include_header=False).encode())
        wanted = [fact.name for fact in facts_of(plans)]
        facts = register.facts_sql("register_families", "register_persons", wanted)
        cursor.execute(f"{sql.decide(plans, f'({facts})', sql.POSTGRES)} ORDER BY {KEY}")
        return cursor.fetchall()


HEAD = {"age": 40, "head": 1, "school": 0, "work": 0, "is_pregnant": 0, "is_disabled": 0, "wage": 0}
CHILD = {**HEAD, "age": 5, "head": 0}
ELIGIBLE, REFUSED, OPEN = OUTCOMES.index("eligible"), OUTCOMES.index("not_eligible"), OUTCOMES.index("undecided")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("members", "outcome"),
    [
        ([HEAD, CHILD], ELIGIBLE),
        ([{**HEAD, "head": 2}, CHILD], REFUSED),  # its head died
        ([CHILD, CHILD], OPEN),  # nobody is named as its head
        ([HEAD, HEAD, CHILD], ELIGIBLE),
        ([HEAD, *[CHILD] * 44], ELIGIBLE),
        ([HEAD, *[CHILD] * 46], OPEN),  # more children than a card can hold: counted for nothing, refused for nothing
        ([HEAD, {**CHILD, "age": -1}], OPEN),
        ([HEAD, {**CHILD, "age": 130}], OPEN),
        ([HEAD, {**CHILD, "age": None}], OPEN),
        ([HEAD, CHILD, {**CHILD, "work": 9}], OPEN),
        ([HEAD, CHILD, {**CHILD, "wage": -1}], OPEN),
        ([], OPEN),
    ],
)
def test_a_faulty_record_of_a_member_is_unknown_and_never_a_no(members: list[dict[str, int]], outcome: int) -> None:
    home = {"silent": 0, "decile": 2, "power_va": 900, "cars": 0, "motorcycles": 0, "land_m2": 60}
    families = pl.DataFrame({KEY: [1], **{name: [value] for name, value in home.items()}})
    rows = [{KEY: 1, **member} for member in members]
    persons = pl.DataFrame(rows, schema={KEY: pl.Int64, **dict.fromkeys(HEAD, pl.Int64)})
    decided = decided_in_columns(families, persons)
    assert decided["outcome_0"].to_list() == [outcome]
    assert decided_in_postgres(families, persons) == decided.rows()


@pytest.mark.django_db
def test_a_register_has_no_ages_and_is_believed_as_it_stands() -> None:
    """Rules that want facts of the last month decide by it as those that do not."""
    ages = {"dtsen.decile": 30, "dukcapil.children_0_6": 30, "pln.power_va": 30}
    both = [plan(parse({**data("pkh-2026-1"), "max_age_days": one}), UMK) for one in ({}, ages)]
    families, persons = engine_population.people(engine_population.Regency(1, 1, 400), 2026)
    decided = decided_in_columns(families, persons, both)
    assert decided["outcome_1"].to_list() == decided["outcome_0"].to_list()
    assert decided["amount_1"].to_list() == decided["amount_0"].to_list()
    assert decided_in_postgres(families, persons, both) == decided.rows()


def test_a_killed_study_goes_on_and_comes_out_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    for number in (1, 2):
        engine_population.write_regency(folder, engine_population.Regency(number, 1000 * number, 300), 7)
    study = Study(PLANS, lambda families, _number: families // 10, "benih")
    assert list(decide_register(folder, tmp_path / "whole", study)) == [300, 300]
    (tmp_path / "half").mkdir()
    decide_regency(folder / "regency=0001", study).write_parquet(tmp_path / "half" / "regency=0001.parquet")
    (tmp_path / "half" / "regency=0002.unfinished").write_bytes(b"PAR1")
    assert sum(decide_register(folder, tmp_path / "half", study)) == 600
    whole, half = (pl.read_parquet(tmp_path / name / "*.parquet").sort(KEY) for name in ("whole", "half"))
    assert whole.equals(half)


@pytest.mark.usefixtures("rules")
def test_the_command_decides_by_the_rules_in_force(tmp_path: Path) -> None:
    engine_population.write(tmp_path / "register", 400, 7)
    out = StringIO()
    call_command("decide_register", tmp_path / "register", tmp_path / "answers", area=BANYUWANGI, stdout=out)
    assert out.getvalue().count("of 400 families") == Programme.objects.filter(is_active=True).count()
    with pytest.raises(CommandError, match="holds no"):
        call_command("decide_register", tmp_path / "answers", tmp_path / "other")
