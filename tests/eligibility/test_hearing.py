"""Programmes that look at each other, decided for everybody at once: the same as for one family after the other."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import engine_population, engine_rules
from eligibility.enums import DepartureReason, Placement
from eligibility.models import Determination, Programme, RankedEntry, Run, RunAnswer, RunChange
from eligibility.populations import cards, frames, hearing, register, registers, snapshots
from eligibility.populations.columns import KEY, OUTCOMES, fact_column, facts_of
from eligibility.populations.registers import Study, decide_regency
from eligibility.replaying import programme_snapshot, replay
from eligibility.rules.catalogue import CATALOGUE, fact_type
from eligibility.rules.document import parse
from eligibility.rules.evaluate import FactValue, decide
from eligibility.rules.plan import Plan, plan
from eligibility.services import decisions, runs
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area
from tests.cast import KESILIR, TABANAN
from tests.eligibility.conftest import MakeFamily, answer
from tests.eligibility.documents import small
from tests.eligibility.test_places import Announced, announced, fill, leave
from tests.eligibility.test_populations import Family, believed, in_columns, populations
from tests.eligibility.test_programmes import BLOCKED, load
from tests.eligibility.test_replay import replay as replayed
from tests.eligibility.test_runs import finish

__all__ = ["announced"]

PREGNANT = {**BLOCKED, "component": "pregnancy"}
# “bantuan-lain” hears both others, and its code comes first in the alphabet.
LAST = {
    "programme": {"code": "bantuan-lain", "name": "Lain"},
    "overlaps": [{**BLOCKED, "programme": "uji"}, PREGNANT],
}


@pytest.fixture
def entangled(tmp_path: Path) -> Callable[[], None]:
    """Two more programmes: one that PKH blocks, and one that both may block."""

    def enact() -> None:
        load(tmp_path, overlaps=[BLOCKED])
        load(tmp_path, **LAST)

    return enact


def again(application: Application, by: User) -> list[Determination]:
    """What one family decided by itself is given anew after the run."""
    return decisions.decide_application(application, by=by)


def agree(run: Run, but_for: Collection[int] = ()) -> None:
    """Every answer of a run, but for some applications, is that of the current determination, row by row."""
    answers = RunAnswer.objects.filter(rules__run=run).exclude(application__in=but_for)
    answers = answers.select_related("rules__run__snapshot", "rules__rule_set")
    assert answers
    for stored in answers:
        known = Determination.objects.current().get(
            application=stored.application_id, programme=stored.rules.rule_set.programme_id
        )
        verdict = cards.verdict_of(stored)
        assert cards.agrees(stored, verdict)
        assert [row.as_json() for row in verdict.trace] == known.trace
        assert (verdict.outcome, verdict.amount_per_year) == (known.outcome, known.amount_per_year)


# --- one family and columns -----------------------------------------------------------------------
@given(populations(), st.sampled_from([None, *Placement]))
def test_what_a_programme_says_in_columns_is_what_it_says_about_one_family(
    drawn: tuple[Plan, list[Family]], placement: Placement | None
) -> None:
    ready, families = drawn
    parts = [None, *(component.name for component in ready.document.amount.components)]
    names = [".".join(filter(None, ("programme.uji", part))) for part in parts]
    expected = []
    for one in families:
        verdict = decide(ready, believed(ready.document, one))
        made = Determination(outcome=verdict.outcome, amount_parts=[part.as_json() for part in verdict.amount_parts])
        said = [programme_snapshot(name, made, placement) for name in names]
        expected.append(tuple(one and int(one["value"]) for one in said))
    place = None if placement is None else placement == Placement.FUNDED
    frame = in_columns(ready, families).with_columns(pl.lit(place, dtype=pl.Boolean).alias("place"))
    told = [
        hearing.told(0, hearing.is_paid(name, ready, 0), pl.col("place")).alias(str(number))
        for number, name in enumerate(names)
    ]
    assert frames.answered(frame, {0: ready}).select(told).collect().rows() == expected


def _typed(name: str, value: int) -> int | bool:
    return bool(value) if fact_type(name).is_flag and value in (0, 1) else value


# --- runs -----------------------------------------------------------------------------------------
FAMILIES: list[dict[str, Any]] = [
    {},
    {"citizen__pregnant": 1},
    {"citizen__pregnant": 1, "dapodik__pupils_sd": 2},
    {"samsat__cars": 1},
    {"samsat__cars": 1, "citizen__pregnant": 1},
    {"pln__power_va": 2200},
    {"dtsen__decile": None},
    {"dtsen__decile": None, "citizen__pregnant": 1},
    {"citizen__pregnant": None},
    {"pln__power_va": None},
]


@pytest.mark.parametrize("at_once", [2, 3, 50])
def test_a_run_says_what_each_family_would_be_told_by_itself(
    decided: MakeFamily, entangled: Callable[[], None], worker: User, banyuwangi: Area,
    monkeypatch: pytest.MonkeyPatch, at_once: int,
) -> None:  # fmt: skip
    families = [decided(**facts) for facts in FAMILIES]
    entangled()
    monkeypatch.setattr(snapshots, "PART", at_once)
    run = finish(runs.start_run(banyuwangi, by=worker))
    assert RunAnswer.objects.filter(rules__run=run).count() == 4 * len(families)
    agree(run)
    found = {(answer(one, "uji").outcome, answer(one, "bantuan-lain").outcome) for one in families}
    assert len(found) >= 4
    assert [again(one, worker) for one in families] == [[]] * len(families)
    assert all(replay(one) for one in Determination.objects.filter(cause=run.cause))
    assert replayed()["replay_differences"] == 0
    assert not RunChange.objects.filter(rules__run=finish(runs.start_run(banyuwangi, by=worker))).exists()


def test_a_run_hears_of_places_and_not_of_answers_once_there_are_some(
    announced: Announced, entangled: Callable[[], None], worker: User, banyuwangi: Area
) -> None:
    batch, families = announced(1, 2, 3, 4, 5)
    leave(families[0], by=families[0].owner, reason=DepartureReason.OPTED_OUT)
    fill(batch)
    placed = dict(RankedEntry.objects.current().values_list("entry__application", "placement"))
    assert len(set(placed.values())) == 4
    entangled()
    run = finish(runs.start_run(banyuwangi, by=worker))
    assert [again(one, worker) for one in families] == [[]] * len(families)
    agree(run)
    funded = {one.pk for one in families if answer(one, "uji").outcome == "not_eligible"}
    assert funded == {pk for pk, placement in placed.items() if placement == Placement.FUNDED}


def test_a_programme_that_is_not_run_here_is_not_heard(
    decided: MakeFamily, entangled: Callable[[], None], worker: User, banyuwangi: Area, pkh: Programme
) -> None:
    family = decided()
    entangled()
    pkh.areas.set([Area.objects.get(pk=TABANAN)])
    run = finish(runs.start_run(banyuwangi, by=worker))
    assert (answer(family, "pkh").outcome, answer(family, "uji").outcome) == ("eligible", "eligible")
    assert again(family, worker) == []
    agree(run)


def test_what_was_heard_and_tampered_with_is_found(
    decided: MakeFamily, entangled: Callable[[], None], worker: User, banyuwangi: Area
) -> None:
    family = decided(KESILIR)
    entangled()
    finish(runs.start_run(banyuwangi, by=worker))
    heard = RunAnswer.objects.filter(rules__rule_set__programme__code="uji", application=family)
    assert heard.get().heard == [1]
    heard.update(heard=[0])
    with pytest.raises(Exception, match=f"answers of applications \\[{family.pk}\\]"):
        replayed()


# --- registers ------------------------------------------------------------------------------------
def test_a_study_of_a_register_hears_who_has_a_place(tmp_path: Path) -> None:
    engine_population.write_regency(tmp_path, engine_population.Regency(1, 1000, 800), 7)
    (home,) = registers.homes(tmp_path)
    pkh, _sembako = engine_rules.plans()
    code, part = pkh.document.programme, pkh.document.amount.components[0].name
    blocked = plan(parse(small(overlaps=[{**BLOCKED, "programme": code}])), {})
    by_part = {"programme": {"code": "lain", "name": "Lain"}, "overlaps": [{**BLOCKED, "programme": "uji"},
               {**BLOCKED, "programme": code, "component": part}]}  # fmt: skip
    last = plan(parse(small(**by_part)), {})
    study = Study([last, blocked, pkh], lambda families, _number: families // 20, "benih")
    decided = decide_regency(home, study).sort(KEY)
    alone = decide_regency(home, Study([pkh], lambda families, _number: families // 20, "benih")).sort(KEY)
    assert decided["funded_2"].to_list() == alone["funded_0"].to_list()
    families, persons = (pl.scan_parquet(home / f"{name}.parquet") for name in ("families", "persons"))
    wanted = [fact.name for fact in facts_of([pkh, blocked, last]) if fact.name in CATALOGUE]
    known = register.facts(families, persons, wanted).sort(KEY).collect()
    for facts, said in zip(known.iter_rows(named=True), decided.iter_rows(named=True), strict=True):
        values = {name: facts[fact_column(name)] for name in wanted}
        on_record = {name: FactValue(_typed(name, int(one))) for name, one in values.items() if one is not None}
        for ready, number, others in ((blocked, 1, {code: (pkh, 2)}), (last, 0, {"uji": (blocked, 1), code: (pkh, 2)})):
            heard = {}
            for name in hearing.heard(ready):
                other, place = others[name.split(".")[1]]
                told = _placed_snapshot(name, other, said, place, on_record)
                if told is not None:
                    heard[name] = FactValue(told)
            verdict = decide(ready, {**on_record, **heard})
            assert OUTCOMES[said[f"outcome_{number}"]] == verdict.outcome
            on_record = {**on_record, **heard}
    assert {0, 1} <= set(decided["outcome_1"])


def _placed_snapshot(
    name: str, ready: Plan, said: dict[str, Any], number: int, facts: dict[str, FactValue]
) -> bool | None:
    """As the portal keeps it once places are given: whoever is undecided has none."""
    verdict = decide(ready, facts)
    made = Determination(outcome=verdict.outcome, amount_parts=[part.as_json() for part in verdict.amount_parts])
    place = Placement.FUNDED if said[f"funded_{number}"] else Placement.WAITING
    found = programme_snapshot(name, made, None if verdict.outcome == "undecided" else place)
    return found and found["value"]
