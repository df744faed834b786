"""One definition, several engines: whatever rules and families are drawn, all of them say the same.

The evaluator of one family is the reference; PostgreSQL and Polars decide the same families as a
set. Values are missing, impossible, at the limits of 64 bits; facts are asked once or several times; rules
ask for fresher data than the catalogue, and values are young, old or of unknown age.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.populations import ages, frames, sql
from eligibility.populations.columns import KEY, OUTCOMES, fact_column, facts_of, packed
from eligibility.populations.placing import with_places
from eligibility.rules.catalogue import CATALOGUE, Unit, fact_type, recorded
from eligibility.rules.document import RuleDocument, parse
from eligibility.rules.evaluate import FactValue, decide
from eligibility.rules.plan import Plan, plan
from eligibility.rules.ranking import Candidate, place
from tests.eligibility.documents import data, small
from tests.eligibility.test_properties import PARAMETERS, TEXTS, trees

PEOPLE = sorted(name for name, kind in CATALOGUE.items() if kind.unit == Unit.PERSONS)
SEED = "benih"
AGE = "age_of_"
Family = dict[str, int | None]  # values by fact, and ages by their column
SUMS = {
    "set_sum": {"unit": "rupiah/year", "default": 600_000, "regional": True},
    "unset_sum": {"unit": "rupiah/year", "regional": True},
}
# Named, reckoned, reckoned to less than nothing, and one that only some regions set.
RECKONED = st.sampled_from(["set_sum", "set_sum * 3 // 2", "set_sum - 600_001", {"parameter": "unset_sum"}])


@st.composite
def amounts(draw: st.DrawFn) -> dict[str, Any]:
    """A flat sum, or components with caps, groups and a limit by the size of the family."""
    if draw(st.booleans()):
        flat = draw(st.integers(1, 10**15) | RECKONED)
        return {"flat": {"rupiah_per_year": flat, "text": {"id": "f", "en": "f"}}}
    facts = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5))
    rupiah = st.integers(1, 10**13) | RECKONED
    made: dict[str, Any] = {
        "most": draw(st.integers(1, 6)),
        "picking": draw(st.sampled_from(["amount", "listed"])),
        "components": [
            {"id": f"c{number}", "fact": fact, "rupiah_per_year": draw(rupiah), "cap": draw(st.integers(1, 5)),
             "text": {"id": "c", "en": "c"}}
            for number, fact in enumerate(facts)
        ],
    }  # fmt: skip
    if draw(st.booleans()):
        split = draw(st.integers(1, len(facts)))
        made["groups"] = [{"id": "g", "most": draw(st.integers(1, 3)), "components": [f"c{n}" for n in range(split)]}]
    if draw(st.booleans()):
        made["people"] = "dukcapil.family_size"
    return made


def overlap(programme: str, component: str | None, blocks: bool) -> dict[str, Any]:
    words = {language: dict.fromkeys(("rule", "met", "not_met", "unknown"), "o") for language in ("id", "en")}
    of = {"component": component} if component else {}
    return {"programme": programme, "blocks": blocks, "legal": "x", "text": words, **of}


overlaps = st.lists(
    st.builds(overlap, st.sampled_from(["lain", "sana"]), st.sampled_from([None, "ibu"]), st.booleans()),
    max_size=3,
    unique_by=lambda one: (one["programme"], one.get("component")),
)


def limits(document: RuleDocument) -> st.SearchStrategy[dict[str, int]]:
    """Ages of which the rules want facts: now and then, at times as old as the catalogue believes them anyway."""
    names = sorted(document.facts & CATALOGUE.keys())
    days = {name: st.integers(1, 3) | st.just(CATALOGUE[name].max_age_days) for name in names}
    return st.lists(st.sampled_from(names), max_size=3, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({name: days[name] for name in chosen})
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Rules of one to four criteria; sometimes one waits for a record, or for a parameter nobody set."""
    tests = draw(st.lists(trees, min_size=1, max_size=3))
    rows: list[dict[str, Any]] = [
        {"id": f"c{position}", "test": test, "legal": "x", "text": TEXTS} for position, test in enumerate(tests)
    ]
    texts = {language: {**text, "no_record": "n", "no_limit": "l"} for language, text in TEXTS.items()}
    if draw(st.booleans()):
        test = {"fact": "samsat.motorcycles", "le": draw(st.integers(0, 3))}
        extra = {"only_on_record": True, "only_with": "unset_limit" if draw(st.booleans()) else "set_limit"}
        rows.append({"id": "waits", "test": test, "legal": "x", "text": texts, **extra})
    split = draw(st.integers(1, len(rows)))
    eased = [{"fact": draw(st.sampled_from(PEOPLE)), "points": 30, "cap": draw(st.integers(1, 45))}]
    need = {"fact": "dtsen.decile", "scale": draw(st.integers(1400, 10_000)), "base": 1399, "eased_by": eased}
    changes = {"criteria": rows[:split], "disqualifiers": rows[split:], "amount": draw(amounts()), "need": need,
               "overlaps": draw(overlaps)}  # fmt: skip
    written = small(parameters={**PARAMETERS, **SUMS}, **changes)
    document = parse({**written, "max_age_days": draw(limits(parse(written)))})
    regional = {"set_sum": 700_000, "unset_sum": draw(st.integers(0, 10**13)), "unset_limit": draw(st.integers(0, 3))}
    return plan(document, {name: value for name, value in regional.items() if draw(st.booleans())})


def values(name: str) -> st.SearchStrategy[int | None]:
    """What a snapshot may hold for a fact: mostly plausible, now and then missing or impossible."""
    low, high = fact_type(name).span
    plausible = st.integers(low, min(high, low + 4))
    return plausible | st.none() | st.sampled_from([low - 1, high, high + 1, -(2**63), 2**63 - 1])


def on_record(*drawn: Plan) -> list[str]:
    """What a snapshot has of each family: values, and the ages of what some rules want fresher than the catalogue."""
    names = [fact.name for fact in facts_of(drawn)]
    return sorted({recorded(name) for name in names} | {ages.age_column(name) for name in names if "@" in name})


def drawn_families(*drawn: Plan) -> st.SearchStrategy[list[Family]]:
    days = st.integers(0, 4) | st.none()
    one = st.fixed_dictionaries({name: days if name.startswith(AGE) else values(name) for name in on_record(*drawn)})
    return st.lists(one, min_size=1, max_size=12)


@st.composite
def populations(draw: st.DrawFn) -> tuple[Plan, list[Family]]:
    drawn = draw(plans())
    return drawn, draw(drawn_families(drawn))


def believed(document: RuleDocument, family: Family) -> dict[str, FactValue]:
    """As a determination has them: what these rules think too old, or whose age nobody knows, is shown and not used."""
    found = {}
    for name, value in family.items():
        if value is not None and not name.startswith(AGE):
            age, limit = family.get(ages.age_column(name)), document.max_age_days.get(name)
            is_fresher = limit is not None and limit < CATALOGUE[name].max_age_days
            found[name] = FactValue(_typed(name, value), is_old=bool(is_fresher and (age is None or age > limit)))
    return found


def evaluated(drawn: Plan, families: list[Family]) -> list[tuple[int, ...]]:
    """The answers of the evaluator, one family after the other, as the engines give them."""
    found = []
    for key, family in enumerate(families, start=1):
        verdict = decide(drawn, believed(drawn.document, family))
        results = packed([row.result for row in verdict.trace])
        outcome = OUTCOMES.index(verdict.outcome)
        found.append((key, outcome, verdict.amount_per_year, verdict.need_score, *results))
    return found


def _typed(name: str, value: int) -> int | bool:
    return bool(value) if fact_type(name).is_flag and value in (0, 1) else value


def in_columns(drawn: Plan, families: list[Family]) -> pl.LazyFrame:
    columns = {fact_column(name): [one[name] for one in families] for name in on_record(drawn)}
    schema = {KEY: pl.Int64, **dict.fromkeys(columns, pl.Int64)}
    frame = pl.DataFrame({KEY: range(1, len(families) + 1), **columns}, schema=schema)
    return ages.with_limited(frame, [fact.name for fact in drawn.columns]).lazy()


def in_polars(drawn: Plan, families: list[Family]) -> list[tuple[int, ...]]:
    return frames.decide(in_columns(drawn, families), [drawn]).collect().rows()


def selected(drawn: Plan) -> Iterator[str]:
    """The columns of a plan from what is on record, in SQL."""
    for fact in facts_of([drawn]):
        value, column = fact_column(recorded(fact.name)), fact_column(fact.name)
        is_limited = value != column
        yield f"{ages.limited_sql(fact.name, value, ages.age_column(fact.name)) if is_limited else value} AS {column}"


def in_postgres(drawn: Plan, families: list[Family]) -> list[tuple[int, ...]]:
    names = on_record(drawn)
    rows = ", ".join(
        f"({key}, {', '.join(_literal(one[name]) for name in names)})" for key, one in enumerate(families, start=1)
    )
    listed = f"(VALUES {rows}) v ({KEY}, {', '.join(map(fact_column, names))})"
    source = f"(SELECT {KEY}, {', '.join(selected(drawn))} FROM {listed})"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql.decide([drawn], source, sql.POSTGRES)} ORDER BY {KEY}")
        return cursor.fetchall()


def _literal(value: int | None) -> str:
    return "NULL::bigint" if value is None else f"('{value}'::bigint)"


@pytest.mark.django_db
@settings(max_examples=120)
@given(populations())
def test_every_engine_says_what_the_evaluator_says(drawn: tuple[Plan, list[Family]]) -> None:
    expected = evaluated(*drawn)
    assert in_polars(*drawn) == expected
    assert in_postgres(*drawn) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["pkh-2026-1", "sembako-2026-1"])
def test_a_family_of_nothing_but_gaps_or_faults_is_the_same_everywhere(name: str) -> None:
    drawn = plan(parse(data(name)), {})
    nothing: Family = {fact.name: None for fact in drawn.columns}
    faulty: Family = {fact.name: fact.span[1] + 1 for fact in drawn.columns}
    crowded: Family = {fact.name: min(45, fact.span[1]) for fact in drawn.columns}
    families = [nothing, faulty, crowded]
    expected = evaluated(drawn, families)
    assert [row[1] for row in expected[:2]] == [OUTCOMES.index("undecided")] * 2
    assert in_polars(drawn, families) == in_postgres(drawn, families) == expected


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.integers(1, 3)), max_size=30), st.integers(0, 12))
def test_places_go_to_the_same_families_in_columns(answers: list[tuple[int, int]], places: int) -> None:
    decided = pl.DataFrame(
        {
            KEY: range(len(answers)),
            "outcome_0": [one for one, _need in answers],
            "need_0": [need for _, need in answers],
        },
        schema={KEY: pl.Int64, "outcome_0": pl.Int8, "need_0": pl.Int64},
    )
    funded = with_places(decided, 0, places=places, seed=SEED).filter(pl.col("funded_0") == 1)[KEY].to_list()
    assert sorted(funded) == sorted(_funded(answers, places))


def _funded(answers: list[tuple[int, int]], places: int) -> list[int]:
    candidates = [Candidate(key, str(key), outcome == 1, need) for key, (outcome, need) in enumerate(answers)]
    return [one.key for one in place(candidates, places=places, seed=SEED) if one.placement == "funded"]


@pytest.mark.django_db
def test_ten_thousand_families_tied_at_the_line_are_drawn_alike() -> None:
    answers, places = [(1, 5)] * 10_000, 3_000
    expected = set(_funded(answers, places))
    decided = pl.DataFrame({KEY: range(len(answers)), "outcome_0": 1, "need_0": 5})
    assert set(with_places(decided, 0, places=places, seed=SEED).filter(pl.col("funded_0") == 1)[KEY]) == expected
    tied = f"SELECT n AS {KEY}, 1 AS regency, 1 AS outcome_0, 5 AS need_0 FROM generate_series(0, 9999) n"
    assert funded_in_postgres(tied, {1: places}) == expected


Entries = list[tuple[int, int, int]]  # regency, outcome, need
ENTRIES = st.lists(st.tuples(st.integers(1, 2), st.sampled_from([0, 1, 1, 2]), st.integers(1, 3)), max_size=20)


@pytest.mark.django_db
@settings(max_examples=40)
@given(ENTRIES, st.integers(0, 8), st.integers(0, 8))
def test_each_regency_gives_its_own_places_in_postgres_as_one_by_one(entries: Entries, first: int, second: int) -> None:
    quotas = {1: first, 2: second}
    rows = ", ".join(f"({key}, {', '.join(map(str, entry))})" for key, entry in enumerate([*entries, (1, 0, 1)]))
    expected = set()
    for regency, places in quotas.items():
        here = [Candidate(key, str(key), entry[1] == 1, entry[2])
                for key, entry in enumerate(entries) if entry[0] == regency]  # fmt: skip
        expected |= {one.key for one in place(here, places=places, seed=SEED) if one.placement == "funded"}
    listed = f"SELECT * FROM (VALUES {rows}) v ({KEY}, regency, outcome_0, need_0)"
    assert funded_in_postgres(listed, quotas) == expected


def funded_in_postgres(decided: str, quotas: dict[int, int]) -> set[int]:
    places = ", ".join(f"({regency}, {count})" for regency, count in quotas.items())
    listed = f"SELECT * FROM (VALUES {places}) q (regency, places_0)"
    placed = sql.with_places(decided, listed, f"concat('{SEED}', {KEY})", 1, sql.POSTGRES, [KEY])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {KEY} FROM ({placed}) placed WHERE funded_0 = 1")
        return {key for (key,) in cursor.fetchall()}
