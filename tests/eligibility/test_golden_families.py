"""Golden families: what ships is right for the rules that ship, and rules that answer otherwise are found."""

import random
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from django.utils import timezone

from bench import prove_rules
from bench.equivalent_rules import are_the_same
from bench.prove_rules import is_no_fault, survivors
from bench.rule_mutants import mutants
from eligibility.rules.catalogue import fact_type
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.golden import GoldenCase, GoldenFact, differences, in_succession, judge, newest, watched

golden_families = cache(prove_rules.golden_families)


@cache
def rules() -> list[RuleDocument]:
    return in_succession(prove_rules.shipped())


WATCHED = watched(rules(), timezone.localdate())


def test_the_shipped_rules_that_hold_or_will_hold_answer_every_golden_family_as_agreed() -> None:
    families = golden_families()
    found = [
        f"{one.programme} {one.family.code} {one.fields}: expected {one.expected}, got {one.got}"
        for document in WATCHED
        for one in differences(document, families)
    ]
    assert found == []
    assert len(families) >= 60
    assert {programme for family in families for programme in family.expected} == set(newest(rules()))


def test_older_rules_answer_the_families_of_their_days() -> None:
    of_the_past = [family for family in golden_families() if family.rules_of]
    tried = [(one.version, family.code) for one in rules() for family in of_the_past if family.is_about(one)]
    assert ("2025-1", "bu-lina-sembako-2025-desil-5") in tried
    assert ("2026-1", "bu-lina-sembako-2026-desil-5") in tried
    assert [one for document in rules() for one in differences(document, of_the_past)] == []


def test_components_are_picked_in_either_order_as_agreed() -> None:
    """The same family, as the rules pick now and as listed: 10.4 and 8.9 million rupiah."""
    pkh = newest(rules())["pkh"]
    pair = {one.code: one for one in golden_families() if one.code.startswith("pak-sugeng")}
    dearest, listed = pair["pak-sugeng-lima-komponen"], pair["pak-sugeng-urutan-daftar"]
    assert dearest.facts == listed.facts
    for document in (pkh, replace(pkh, amount=replace(pkh.amount, picking="listed"))):
        assert judge(document, listed)[0].rupiah_per_year == 8_900_000
    assert judge(pkh, dearest)[0].rupiah_per_year == 10_400_000


def test_a_component_in_another_place_of_the_list_is_noticed_though_the_dearest_count_now() -> None:
    pkh, families = newest(rules())["pkh"], golden_families()
    moved = [one for one in mutants(pkh) if one.kind == "order"]
    assert len(moved) >= len(pkh.amount.components)
    unnoticed = [one for one in moved if not list(differences(one.document, families))]
    assert [str(one) for one in unnoticed if not is_no_fault(one, pkh, families)] == []
    as_now = [family for family in families if family.expected.get("pkh") and not family.expected["pkh"].picking]
    assert len([one for one in moved if not list(differences(one.document, as_now))]) > len(unnoticed)


def test_every_version_that_holds_or_will_hold_is_watched_and_the_last_one_of_each_programme() -> None:
    day = date(2026, 11, 29)
    later = replace(newest(rules())["pkh"], version="2027-1", valid_from=date(2027, 1, 1))
    of_today = {(one.programme, one.version) for one in watched(rules(), day)}
    with_later = {(one.programme, one.version) for one in watched([*rules(), later], day)}
    assert with_later == of_today | {("pkh", "2027-1")}
    assert {("pkh", "2026-2"), ("bst", "2021-1")} <= of_today
    assert ("pkh", "2026-1") not in of_today


@pytest.mark.parametrize("document", WATCHED, ids=lambda document: f"{document.programme}-{document.version}")
def test_every_fault_in_a_rule_is_noticed_by_a_golden_family(document: RuleDocument) -> None:
    families = golden_families()
    total, left = survivors(document, families)
    assert total > 50
    assert [str(mutant) for mutant in left if not is_no_fault(mutant, document, families)] == []
    assert len(left) <= total / 15


def test_rules_that_ask_for_fresher_data_are_judged_and_mutated_by_their_own_age() -> None:
    fresher = replace(newest(rules())["pkh"], max_age_days={"dtsen.decile": 20})
    family = next(one for one in golden_families() if one.code == "bu-lina-sembako-2026-desil-5")
    for days, outcome in ((20, "not_eligible"), (21, "undecided")):
        one = replace(family, facts={"dtsen.decile": GoldenFact(5, days_old=days)})
        assert judge(fresher, one)[0].outcome == outcome
    ages = {mutant.ages["dtsen.decile"] for mutant in mutants(fresher) if "dtsen.decile" in mutant.ages}
    assert ages == {19, 21}


def test_what_is_called_the_same_rules_decides_at_random_alike() -> None:
    """The proof of sameness is itself put to the test: families drawn at random cannot tell them apart."""
    chance, document, families = random.Random(7), newest(rules())["pkh"], golden_families()
    same = [one for one in mutants(document) if one.kind == "cap" and is_no_fault(one, document, families)]
    assert len(same) == 9
    names = sorted(document.facts)
    for _round in range(25):
        facts = {name: GoldenFact(_drawn(name, chance)) for name in names if chance.random() > 0.1}
        one = GoldenCase("acak", "Keluarga Acak", "Diundi", facts, {}, chance.choice(families).parameters)
        expected, _verdict = judge(document, one)
        assert [str(mutant) for mutant in same if judge(mutant.document, one)[0] != expected] == []


def _drawn(name: str, chance: random.Random) -> int | bool:
    kind = fact_type(name)
    if kind.is_flag:
        return chance.random() < 0.9 if name == "dukcapil.head_alive" else chance.random() < 0.05
    if kind.source in ("bkn", "kemenkeu", "kemendagri", "gtk", "kemenkes", "ahu", "samsat", "other_aid"):
        return int(chance.random() < 0.02)
    return chance.randint(1, 4) if name == "dtsen.decile" else chance.randint(0, 6)


def test_equal_rules_are_told_from_others() -> None:
    pkh = newest(rules())["pkh"]
    assert are_the_same(pkh, replace(pkh, notes=()), [{}])
    dearer = replace(pkh.amount.components[0], rupiah_per_year=1)
    changed = replace(pkh, amount=replace(pkh.amount, components=(dearer, *pkh.amount.components[1:])))
    assert not are_the_same(pkh, changed, [{}])
