"""What a simulation counts is what deciding each family one by one, under both versions, comes to."""

from collections import Counter
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.populations.columns import KEY, OUTCOMES, fact_column
from eligibility.populations.snapshots import HEAD_AGE, HEAD_SEX, VILLAGE
from eligibility.rules.catalogue import Unit
from eligibility.rules.document import parse
from eligibility.rules.evaluate import Verdict, decide
from eligibility.rules.overlapping import is_heard
from eligibility.rules.plan import Plan, plan
from eligibility.rules.steps import Line, lines, step_down, step_up
from eligibility.simulations import tally
from eligibility.simulations.standing import Quota, Share
from eligibility.simulations.worlds import side_by_side
from tests.eligibility.documents import SMALL, data, small
from tests.eligibility.test_populations import Family, believed, drawn_families, plans


@st.composite
def studies(draw: st.DrawFn) -> tuple[Plan, Plan, list[Family]]:
    """Rules in force, a draft, and families of whom some facts are missing or impossible; no other programme is run."""
    before, after = (plan(draw(plans()).document, {}) for _one in range(2))
    drawn = draw(drawn_families(before, after))
    return before, after, [{name: 0 if is_heard(name) else value for name, value in one.items()} for one in drawn]


def frame(families: list[Family]) -> pl.DataFrame:
    names = sorted(families[0])
    columns: dict[str, Any] = {fact_column(name): [one[name] for one in families] for name in names}
    about: dict[str, Any] = {
        KEY: range(1, len(families) + 1),
        VILLAGE: [f"35.10.{22 + place % 2}.2003" for place in range(len(families))],
        HEAD_SEX: [("L", "P", None)[place % 3] for place in range(len(families))],
        HEAD_AGE: [(20, 50, 80, None)[place % 4] for place in range(len(families))],
    }
    facts = dict.fromkeys(columns, pl.Int64)
    schema = {KEY: pl.Int64, VILLAGE: pl.String, HEAD_SEX: pl.String, HEAD_AGE: pl.Int16, **facts}
    return pl.DataFrame({**about, **columns}, schema=schema)


def counted(before: Plan, after: Plan, families: list[Family]) -> Counter[str]:
    worlds = side_by_side([before.document], [after.document], {})
    return tally.tally(frame(families), worlds, worlds.touched)


@settings(max_examples=40)
@given(studies())
def test_gained_and_lost_are_those_of_deciding_one_by_one(drawn: tuple[Plan, Plan, list[Family]]) -> None:
    before, after, families = drawn
    found = counted(before, after, families)
    pairs = [(_decided(before, one), _decided(after, one)) for one in families]
    expected = Counter((OUTCOMES.index(was.outcome), OUTCOMES.index(now.outcome)) for was, now in pairs)
    for dimension in tally.DIMENSIONS:
        where = tally.key("move", 1, "uji", dimension, "")
        moved: Counter[tuple[int, int]] = Counter()
        for name, count in found.items():
            if name.startswith(where):
                moved[(int(name.split("|")[5]), int(name.split("|")[6]))] += count
        assert moved == expected
    assert found["sum|1|uji|paid"] == sum(was.amount_per_year for was, _now in pairs)
    assert found["sum|1|uji|due"] == sum(now.amount_per_year for _was, now in pairs)
    assert found["sum|1|uji|more"] == sum(_rises(*pair) for pair in pairs)


def _decided(ready: Plan, family: Family) -> Verdict:
    return decide(ready, believed(ready.document, family))


def _rises(was: Verdict, now: Verdict) -> bool:
    return was.outcome == now.outcome == "eligible" and now.amount_per_year > was.amount_per_year


@settings(max_examples=40)
@given(studies())
def test_who_is_near_a_line_is_who_a_moved_line_turns_round(drawn: tuple[Plan, Plan, list[Family]]) -> None:
    before, after, families = drawn
    found = counted(before, after, families)
    for world, ready in ((0, before), (1, after)):
        expected: Counter[str] = Counter()
        for line in lines(ready):
            gain, lose = _turned(ready, line, families)
            expected[tally.key("near", world, "uji", tally.GAIN, tally.line_name(line))] += gain
            expected[tally.key("near", world, "uji", tally.LOSE, tally.line_name(line))] += lose
        assert {name: found[name] for name in expected} == dict(expected)


def _turned(ready: Plan, line: Line, families: list[Family]) -> tuple[int, int]:
    """How many families the evaluator lets in, and shuts out, with this one line moved a step."""
    turned = []
    for question, was, now in ((line.easier, "not_eligible", "eligible"), (line.stricter, "eligible", "not_eligible")):
        moved = _with(ready, line, question) if question else ready
        turned.append(
            sum(_decided(ready, one).outcome == was and _decided(moved, one).outcome == now for one in families)
        )
    return turned[0], turned[1]


def _with(ready: Plan, line: Line, question: Any) -> Plan:
    bundle = ready.bundles[line.bundle]
    if len(bundle.positions) == 1:
        place = bundle.positions[0]
        criteria = list(ready.criteria)
        criteria[place] = replace(criteria[place], question=question)
        return replace(ready, criteria=tuple(criteria))
    bundles = list(ready.bundles)
    bundles[line.bundle] = replace(bundle, question=question)
    return replace(ready, bundles=tuple(bundles))


@pytest.mark.parametrize(
    ("unit", "line", "first", "last"),
    [
        (Unit.DECILE, 4, 4, 5),
        (Unit.VA, 1300, 901, 2200),
        (Unit.VA, 1000, 901, 1300),
        (Unit.VA, 450, 1, 900),
        (Unit.RUPIAH_MONTH, 2_810_139, 2_669_633, 2_950_646),
        (Unit.PERCENT, 85, 81, 90),
        (Unit.PERSONS, 0, 0, 1),
    ],
)
def test_one_step_is_the_next_value_that_means_something(unit: Unit, line: int, first: int, last: int) -> None:
    assert (step_down(unit, line), step_up(unit, line)) == (first, last)


def test_a_draft_of_one_programme_moves_families_of_another_that_it_blocks() -> None:
    """BST is not for who fits PKH: where fewer fit PKH, more fit BST."""
    pkh, stricter = parse(data("pkh-2026-2")), data("pkh-2026-2")
    stricter["parameters"]["decile_limit"]["default"] = 1
    bst = parse(data("bst-2021-1"))
    assert [overlap.programme for overlap in bst.blocked_by]
    worlds = side_by_side([pkh, bst], [parse({**stricter, "version": "draft"})], {"minimum_wage": 2_810_139})
    assert worlds.touched == {(1, "pkh"), (1, "bst")}


def test_a_draft_that_only_changes_the_order_of_need_is_seen_to_do_so() -> None:
    before, rules = parse(small()), small(version="b")
    rules["need"]["scale"] = 2 * rules["need"].get("scale", 1)
    worlds = side_by_side([before], [parse(rules)], {})
    families: list[Family] = [{"pln.power_va": 900, "dtsen.decile": 2}] * 3
    found = tally.tally(frame(families), worlds, worlds.touched)
    assert (found["sum|1|uji|reordered"], found["move|1|uji|decile|2|1|1"]) == (3, 3)


def test_who_fits_is_counted_by_need_and_by_the_shares_they_belong_to_for_certain() -> None:
    """Every second family lives in 35.10.22; one of three has a severe disability, of one in three it is not known."""
    shares = (Share("citizen.severe_disability >= 1", "", 5), Share("", "35.10.22", 5))
    quotas = {"uji": Quota(20, (*shares, Share("citizen.severe_disability >= 1", "35.10.22", 5)))}
    families: list[Family] = [
        {"pln.power_va": (900, 900, 900, 2200)[place % 4], "dtsen.decile": 2, "citizen.severe_disability": severe}
        for place in range(24)
        for severe in [(1, None, 0)[place % 3]]
    ]
    before, after = parse(small()), parse(small(version="b", need={**SMALL["need"], "scale": 10}))
    worlds = side_by_side([before], [after], {})
    whole = frame(families)
    found = tally.tally(whole, worlds, worlds.touched, quotas)
    fit = [place for place, one in enumerate(families) if one["pln.power_va"] == 900]
    here = {place for place in fit if place % 2 == 0}
    severe = {place for place in fit if place % 3 == 0}
    expected = Counter((place in severe) + 2 * (place in here) + 4 * (place in here & severe) for place in fit)
    for world, need in ((0, 2000), (1, 20)):
        stand = tally.key("stand", world, "uji", "")
        told = {name.removeprefix(stand): count for name, count in found.items() if name.startswith(stand)}
        assert told == {f"{bits}|{need}": count for bits, count in expected.items()}
        assert all(
            found[tally.key("stood", world, "uji", bits, need)] == 1_200_000 * count for bits, count in expected.items()
        )
    parts = [tally.tally(part, worlds, worlds.touched, quotas) for part in (whole[:5], whole[5:6], whole[6:])]
    assert parts[2] + parts[0] + parts[1] == +found


def test_a_new_programme_starts_from_nobody() -> None:
    ready = parse(small())
    worlds = side_by_side([], [ready], {})
    families: list[Family] = [{"pln.power_va": 900, "dtsen.decile": 2}] * 3
    found = tally.tally(frame(families), worlds, worlds.touched)
    assert (found["move|1|uji|decile|2|0|1"], found["sum|1|uji|paid"], found["sum|1|uji|due"]) == (3, 0, 3_600_000)


def test_chunks_add_up_to_the_whole() -> None:
    before, after = plan(parse(small()), {}), plan(parse(small(version="b")), {"power_limit_va": 900})
    families: list[Family] = [{"pln.power_va": va, "dtsen.decile": 2} for va in (450, 900, 1300, 2200)] * 3
    worlds = side_by_side([before.document], [after.document], {})
    whole = frame(families)
    parts = tally.tally(whole[:5], worlds, worlds.touched) + tally.tally(whole[5:], worlds, worlds.touched)
    assert parts == +tally.tally(whole, worlds, worlds.touched)
