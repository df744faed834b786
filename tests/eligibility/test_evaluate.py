"""One family under the shipped rules: each criterion at its edges, unknowns, and what is shown."""

import pytest

from eligibility.rules.evaluate import FactValue, Verdict, evaluate
from tests.eligibility.documents import UMK, data, family, pkh, sembako

PKH, SEMBAKO = pkh(), sembako()


def results(verdict: Verdict) -> dict[str, str]:
    return {row.criterion: row.result for row in verdict.trace}


def test_a_poor_family_fits_both_programmes() -> None:
    for document in (PKH, SEMBAKO):
        verdict = evaluate(document, family(), UMK)
        assert verdict.outcome == "eligible"
        assert set(results(verdict).values()) == {"met"}


@pytest.mark.parametrize(
    ("fact", "value", "criterion", "result"),
    [
        ("dtsen__decile", 1, "decile", "met"),
        ("dtsen__decile", 4, "decile", "met"),
        ("dtsen__decile", 5, "decile", "not_met"),
        ("dtsen__decile", None, "decile", "unknown"),
        ("dukcapil__head_alive", True, "head-alive", "met"),
        ("dukcapil__head_alive", False, "head-alive", "not_met"),
        ("dukcapil__head_alive", None, "head-alive", "unknown"),
        ("pln__power_va", 0, "power", "met"),
        ("pln__power_va", 1300, "power", "met"),
        ("pln__power_va", 1301, "power", "not_met"),
        ("pln__power_va", 2200, "power", "not_met"),
        ("pln__power_va", None, "power", "unknown"),
        ("bkn__asn", 0, "civil-servant", "met"),
        ("bkn__asn", 1, "civil-servant", "not_met"),
        ("bkn__tni_polri", 1, "armed-forces", "not_met"),
        ("bkn__pensioners", 1, "pensioner", "not_met"),
        ("bkn__pensioners", None, "pensioner", "unknown"),
        ("bpjs_tk__highest_wage", 2_810_139, "wage", "met"),
        ("bpjs_tk__highest_wage", 2_810_140, "wage", "not_met"),
        ("samsat__cars", 0, "car", "met"),
        ("samsat__cars", 1, "car", "not_met"),
        ("samsat__motorcycles", 3, "car", "met"),
    ],
)
def test_each_criterion_at_its_edge(fact: str, value: int | bool | None, criterion: str, result: str) -> None:
    verdict = evaluate(PKH, family(**{fact: value}), UMK)
    assert results(verdict)[criterion] == result
    outcome = {"met": "eligible", "not_met": "not_eligible", "unknown": "undecided"}[result]
    assert verdict.outcome == outcome


@pytest.mark.parametrize(
    ("name", "value"),
    [("dtsen.decile", 0), ("dtsen.decile", 11), ("pln.power_va", -1), ("pln.power_va", "900"), ("pln.power_va", True),
     ("dukcapil.head_alive", 1), ("citizen.pregnant", 130)],
)  # fmt: skip
def test_an_impossible_value_is_unknown_and_never_a_no(name: str, value: object) -> None:
    facts = family(dapodik__pupils_sd=0, dukcapil__children_0_6=0) if name == "citizen.pregnant" else family()
    verdict = evaluate(PKH, {**facts, name: FactValue(value)}, UMK)  # type: ignore[arg-type]  # wrong on purpose
    assert verdict.outcome == "undecided"


def test_sembako_reaches_decile_five() -> None:
    assert evaluate(SEMBAKO, family(dtsen__decile=5), UMK).outcome == "eligible"
    assert evaluate(SEMBAKO, family(dtsen__decile=6), UMK).outcome == "not_eligible"


def test_pkh_needs_one_member_it_supports() -> None:
    nobody = {"dapodik__pupils_sd": 0, "dukcapil__children_0_6": 0}
    assert results(evaluate(PKH, family(**nobody), UMK))["component"] == "not_met"
    for fact in ("citizen__pregnant", "dapodik__pupils_smp", "dukcapil__elderly_60", "citizen__severe_disability"):
        assert results(evaluate(PKH, family(**{**nobody, fact: 1}), UMK))["component"] == "met"
    assert results(evaluate(PKH, family(**{**nobody, "dapodik__pupils_sma": None}), UMK))["component"] == "unknown"
    assert results(evaluate(PKH, family(dapodik__pupils_sma=None), UMK))["component"] == "met"


def test_one_failed_criterion_decides_whatever_is_unknown() -> None:
    verdict = evaluate(PKH, family(samsat__cars=1, dtsen__decile=None, bkn__asn=None), UMK)
    assert verdict.outcome == "not_eligible"
    assert results(verdict)["decile"] == "unknown"


def test_without_the_minimum_wage_of_the_region_nobody_is_refused() -> None:
    verdict = evaluate(PKH, family(bpjs_tk__highest_wage=9_000_000), {})
    assert results(verdict)["wage"] == "unknown"
    assert verdict.outcome == "undecided"
    assert evaluate(PKH, family(), {"minimum_wage": "2810139"}).outcome == "undecided"  # type: ignore[dict-item]  # wrong on purpose


def test_a_land_limit_counts_only_where_a_region_sets_one() -> None:
    rich = family(bpn__land_m2=20_000)
    unset = evaluate(PKH, rich, UMK)
    assert unset.outcome == "eligible"
    assert next(row for row in unset.trace if row.criterion == "land").text_id == (
        "Daerah Anda belum menetapkan batas luas tanah."
    )
    assert evaluate(PKH, rich, {**UMK, "land_limit_m2": 10_000}).outcome == "not_eligible"
    assert evaluate(PKH, family(bpn__land_m2=None), {**UMK, "land_limit_m2": 10_000}).outcome == "undecided"


def test_a_region_may_set_what_the_rules_leave_to_it_and_nothing_else() -> None:
    assert evaluate(PKH, family(), {**UMK, "power_limit_va": 450}).outcome == "not_eligible"
    assert evaluate(PKH, family(dtsen__decile=5), {**UMK, "decile_limit": 10}).outcome == "not_eligible"
    limits = data("pkh-2026-1")["parameters"]
    left = pkh(parameters={**limits, "decile_limit": {**limits["decile_limit"], "regional": True}})
    assert evaluate(left, family(dtsen__decile=5), {**UMK, "decile_limit": 5}).outcome == "eligible"
    assert evaluate(left, family(dtsen__decile=5), UMK).outcome == "not_eligible"


def test_the_reason_is_a_plain_sentence_with_its_numbers() -> None:
    row = next(row for row in evaluate(PKH, family(pln__power_va=2200), UMK).trace if row.criterion == "power")
    assert row.text_id == "Daya listrik rumah tercatat 2.200 VA. Batasnya 1.300 VA."
    assert row.text_en == "The electric power of your house is recorded as 2,200 VA. The limit is 1,300 VA."
    assert (row.fact, row.value, row.unit, row.limit) == ("pln.power_va", 2200, "VA", 1300)
    assert (row.source, row.as_of) == ("pln", "2026-01-15")
    assert row.fact_id == list(family()).index("pln.power_va") + 1
    assert row.legal.startswith("Kepmensos 73/2024")


def test_a_reason_with_several_facts_lists_them_all() -> None:
    row = next(
        row for row in evaluate(PKH, family(dapodik__pupils_sma=None), UMK).trace if row.criterion == "component"
    )
    assert (row.fact, row.fact_id, row.value, row.limit) == ("", None, None, None)
    assert len(row.inputs) == 7
    unknown = next(one for one in row.inputs if one.fact == "dapodik.pupils_sma")
    assert (unknown.value, unknown.fact_id, unknown.source) == (None, None, "dapodik")


def test_every_row_is_whole_in_both_languages() -> None:
    for document in (PKH, SEMBAKO):
        for facts in (family(), {}):
            verdict = evaluate(document, facts, {})
            assert len(verdict.trace) == len(document.criteria)
            for row in verdict.trace:
                assert row.text_id
                assert row.text_en
                assert "{" not in row.text_id + row.text_en
