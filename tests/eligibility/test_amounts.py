"""Golden amounts and the order of need, whole rupiah."""

import pytest

from eligibility.rules.document import parse
from eligibility.rules.evaluate import Verdict, evaluate
from tests.eligibility.documents import UMK, data, family, pkh, sembako, small

FIVE_COMPONENTS = {
    "citizen__pregnant": 1,
    "dukcapil__children_0_6": 1,
    "dapodik__pupils_sd": 0,
    "dapodik__pupils_smp": 1,
    "dapodik__pupils_sma": 1,
    "dukcapil__elderly_60": 1,
}


def parts(verdict: Verdict) -> dict[str, int]:
    return {part.component: part.rupiah for part in verdict.amount_parts}


@pytest.mark.parametrize("version", ["pkh-2026-1", "pkh-2026-2"])
def test_golden_best_four_by_amount_is_10_4_million(version: str) -> None:
    verdict = evaluate(parse(data(version)), family(**FIVE_COMPONENTS), UMK)
    assert verdict.amount_per_year == 10_400_000
    assert parts(verdict) == {
        "early-childhood": 3_000_000,
        "pregnancy": 3_000_000,
        "elderly": 2_400_000,
        "upper-secondary": 2_000_000,
    }


@pytest.mark.parametrize("version", ["pkh-2026-1", "pkh-2026-2"])
def test_golden_best_four_as_listed_is_8_9_million(version: str) -> None:
    written = data(version)
    written["amount"]["picking"] = "listed"
    verdict = evaluate(parse(written), family(**FIVE_COMPONENTS), UMK)
    assert verdict.amount_per_year == 8_900_000
    assert parts(verdict) == {
        "early-childhood": 3_000_000,
        "lower-secondary": 1_500_000,
        "upper-secondary": 2_000_000,
        "elderly": 2_400_000,
    }


SUMS = {
    "tunai": {"unit": "rupiah/year", "regional": True},
    "tunai_kota": {"unit": "rupiah/year", "default": "tunai + 100", "regional": True},
    "bagian": {"unit": "number", "default": 1},
}


def paid(rupiah: object, regional: dict[str, int]) -> Verdict:
    """What a family of two small children and one pregnant mother is due, at `rupiah` for each small child."""
    components = [
        {"id": name, "fact": fact, "rupiah_per_year": sum_, "cap": 2, "text": {"id": name, "en": name}}
        for name, fact, sum_ in (("ibu", "citizen.pregnant", 500), ("anak", "dukcapil.children_0_6", rupiah))
    ]
    amount = {"flat": small()["amount"]["flat"], "most": 2, "picking": "amount", "components": components}
    document = parse(small(parameters={**small()["parameters"], **SUMS}, amount=amount))
    return evaluate(document, family(citizen__pregnant=1, dukcapil__children_0_6=2), regional)


@pytest.mark.parametrize(
    ("rupiah", "regional", "expected"),
    [
        ("tunai", {"tunai": 400}, {"flat": 1_200_000, "ibu": 500, "anak": 400}),
        ("tunai", {"tunai": 600}, {"flat": 1_200_000, "anak": 1200}),  # the dearest first, as the region has it
        ({"parameter": "tunai"}, {"tunai": 0}, {"flat": 1_200_000, "ibu": 500, "anak": 0}),
        ("tunai_kota * 2", {"tunai": 200}, {"flat": 1_200_000, "anak": 1200}),
        ("tunai_kota", {"tunai": 200, "tunai_kota": 700}, {"flat": 1_200_000, "anak": 1400}),
    ],
)
def test_rupiah_follow_the_number_of_the_region(
    rupiah: object, regional: dict[str, int], expected: dict[str, int]
) -> None:
    verdict = paid(rupiah, regional)
    assert (verdict.outcome, parts(verdict)) == ("eligible", expected)
    assert verdict.amount_per_year == sum(expected.values())
    assert verdict.trace[-1].text_id == "Besar bantuan di daerah Anda sudah ditetapkan."


@pytest.mark.parametrize(
    ("rupiah", "regional"),
    [
        ("tunai", {}),
        ("tunai_kota", {}),
        ("tunai - 500", {"tunai": 400}),  # reckoned below nothing
        ("tunai * 1000", {"tunai": 10**13}),  # more than any engine can add up
        ("tunai // (bagian - 1)", {"tunai": 5}),
    ],
)
def test_a_sum_that_is_not_set_waits_and_is_never_nothing(rupiah: object, regional: dict[str, int]) -> None:
    verdict = paid(rupiah, regional)
    assert (verdict.outcome, verdict.amount_per_year, verdict.amount_parts) == ("undecided", 0, ())
    open_rows = [row for row in verdict.trace if row.result == "unknown"]
    assert [row.text_id for row in open_rows] == ["Besar bantuan di daerah Anda belum ditetapkan. Keputusan menunggu."]
    assert open_rows[0].legal == "Keputusan rekaan"


def test_who_is_refused_anyway_does_not_wait_for_a_sum() -> None:
    flat = {"rupiah_per_year": "tunai", "text": {"id": "Tunai", "en": "Cash"}}
    document = parse(small(parameters={**small()["parameters"], **SUMS}, amount={"flat": flat}))
    assert evaluate(document, family(pln__power_va=2200), {}).outcome == "not_eligible"
    assert evaluate(document, family(), {}).outcome == "undecided"
    assert evaluate(document, family(), {"tunai": 7}).amount_per_year == 7


@pytest.mark.parametrize(
    ("changes", "rupiah"),
    [
        ({}, 3_900_000),
        ({"dukcapil__children_0_6": 3}, 6_900_000),  # two small children count, the third does not
        ({"dapodik__pupils_sd": 6, "dukcapil__children_0_6": 0}, 3_600_000),  # four components a family
        ({"dukcapil__elderly_60": 2, "citizen__severe_disability": 2}, 10_200_000),
        ({"dapodik__pupils_smp": None}, 3_900_000),  # what is not known adds nothing yet
    ],
)
def test_amounts_follow_counts_and_caps(changes: dict[str, int | None], rupiah: int) -> None:
    assert evaluate(pkh(), family(**changes), UMK).amount_per_year == rupiah


@pytest.mark.parametrize(
    ("changes", "rupiah"),
    [
        # three children, whichever they are
        ({"dukcapil__family_size": 9, "dapodik__pupils_sd": 6, "dukcapil__children_0_6": 0}, 2_700_000),
        ({"dukcapil__family_size": 9, "dapodik__pupils_sd": 2, "dapodik__pupils_sma": 2}, 3_000_000 + 4_000_000),
        ({"dukcapil__family_size": 9, "dapodik__pupils_sd": 2, "dukcapil__elderly_60": 1}, 7_200_000),
        ({"dukcapil__family_size": 2, "citizen__pregnant": 1, "dapodik__pupils_sma": 1}, 6_000_000),  # two people
        ({"ground_check__rights_victims": 1}, 3_900_000 + 10_800_000),
    ],
)  # fmt: skip
def test_at_most_three_children_and_no_more_components_than_people(changes: dict[str, int], rupiah: int) -> None:
    verdict = evaluate(parse(data("pkh-2026-2")), family(**changes), UMK)
    assert verdict.amount_per_year == rupiah
    assert "rights-victim" in parts(verdict) or "ground_check__rights_victims" not in changes


def test_an_unknown_count_is_shown_as_unknown() -> None:
    verdict = evaluate(pkh(), family(dapodik__pupils_smp=None), UMK)
    unknown = next(part for part in verdict.amount_parts if part.component == "lower-secondary")
    assert (unknown.count, unknown.rupiah, unknown.each) == (None, 0, 1_500_000)


def test_sembako_is_200_thousand_a_month() -> None:
    assert evaluate(sembako(), family(), UMK).amount_per_year == 12 * 200_000


def test_who_is_not_eligible_is_promised_nothing() -> None:
    for changes in ({"samsat__cars": 1}, {"dtsen__decile": None}):
        verdict = evaluate(pkh(), family(**changes), UMK)
        assert (verdict.amount_per_year, verdict.amount_parts) == (0, ())


def test_need_is_the_decile_first_and_people_second() -> None:
    plain = family(dukcapil__family_size=4, dukcapil__children_0_6=1)
    assert evaluate(pkh(), plain, UMK).need_score == 2 * 1000 + 900 - 75 - 40
    crowded = family(
        dukcapil__family_size=14, dukcapil__children_0_6=5, dukcapil__elderly_60=3,
        citizen__pregnant=2, citizen__severe_disability=3,
    )  # fmt: skip
    assert evaluate(pkh(), crowded, UMK).need_score == 2000 + 900 - 300 - 100 - 150 - 150 - 100
    next_decile = family(dtsen__decile=3, dukcapil__family_size=1, dukcapil__children_0_6=0)
    assert evaluate(pkh(), next_decile, UMK).need_score > evaluate(pkh(), plain, UMK).need_score


def test_the_neediest_of_a_decile_never_overtakes_the_one_before() -> None:
    most = family(
        dtsen__decile=3, dukcapil__family_size=45, dukcapil__children_0_6=9, dukcapil__elderly_60=9,
        citizen__pregnant=9, citizen__severe_disability=9,
    )  # fmt: skip
    least = family(dtsen__decile=2, dukcapil__family_size=0, dukcapil__children_0_6=0)
    assert evaluate(pkh(), least, UMK).need_score < evaluate(pkh(), most, UMK).need_score
