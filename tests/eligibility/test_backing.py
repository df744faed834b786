"""The data behind place and sum: points that add up, whom the sum leaves out and why, who is silent."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from eligibility import backing, presenters
from eligibility.documents import document_of
from eligibility.fact_lines import Lines
from eligibility.models import Determination, Programme, RuleSet
from eligibility.replaying import fact_values, outcome_fields
from eligibility.rules.catalogue import fact_type
from eligibility.rules.evaluate import evaluate
from perlinsos.core.templatetags.portal import tanggal
from perlinsos.regions.models import Parameter
from tests.eligibility.conftest import MakeFamily, answer
from tests.eligibility.documents import POOR_FAMILY, UMK, data
from tests.eligibility.test_presenters import html
from tests.factories.receiving import stored
from verification.enums import RequestState
from verification.models import Fact
from verification.provenance import Asked, Provenance

REFUSED = Asked(RequestState.PARKED, error="no_consent")
PLAIN = Lines("id", lambda _fact_id: "", None, timezone.now())
RULES = {
    f"{code}-2026-2": RuleSet(programme=Programme(code=code), version="2026-2", document=stored(data(f"{code}-2026-2")))
    for code in ("pkh", "sembako")
}
COUNTS = ("citizen.severe_disability", "citizen.pregnant", "dukcapil.elderly_60", "dukcapil.children_0_6",
          "dukcapil.family_size", "dapodik.pupils_sd", "dtsen.decile")  # fmt: skip


def decided_by(version: str, **facts: int | None) -> Determination:
    """An answer by shipped rules that nobody kept; `dtsen__decile=2` changes a fact, None removes it."""
    values = POOR_FAMILY | {name.replace("__", "."): value for name, value in facts.items()}
    kept: dict[str, Any] = {
        name: {"id": 1, "value": value, "source": fact_type(name).source, "as_of": "2026-10-01"}
        for name, value in values.items()
        if value is not None
    }
    found = outcome_fields(evaluate(document_of(RULES[version]), fact_values(kept), UMK))
    rules = RULES[version]
    return Determination(rule_set=rules, programme=rules.programme, facts=kept, parameters=UMK, **found)


# --- points ---------------------------------------------------------------------------------------
@given(st.dictionaries(st.sampled_from(COUNTS), st.none() | st.integers(0, 50)))
def test_the_points_always_add_up_to_the_place(facts: dict[str, int | None]) -> None:
    """Unknown, faulty and capped numbers too."""
    for version in RULES:
        determination = decided_by(version, **facts)
        assert backing.of(determination, PLAIN).total == determination.need_score


def test_every_number_that_decides_the_place_is_said() -> None:
    found = backing.of(decided_by("sembako-2026-2", dtsen__decile=2, dukcapil__children_0_6=3), PLAIN)
    assert [(term.fact.fact, term.said, term.points) for term in found.terms][:5] == [
        ("dtsen.decile", "2 × 1.000 = 2.000 poin", 2000),
        ("citizen.severe_disability", "tanpa poin", 0),
        ("citizen.pregnant", "tanpa poin", 0),
        ("dukcapil.elderly_60", "tanpa poin", 0),
        ("dukcapil.children_0_6", "2 × 75 = 150 poin lebih sedikit", -150),
    ]
    assert found.terms[5].fact.fact == "dukcapil.family_size"
    assert found.base + sum(term.points for term in found.terms) == found.total


def test_what_counts_only_in_the_sum_or_the_time_limit_is_said_where_it_is_on_record() -> None:
    assert backing.of(decided_by("pkh-2026-2"), PLAIN).others == ()
    noted = decided_by("pkh-2026-2", ground_check__rights_victims=1, ground_check__mental_disorder=1)
    assert [line.label for line in backing.of(noted, PLAIN).others] == [
        "Orang dengan gangguan jiwa (ODGJ)", "Korban pelanggaran HAM berat",
    ]  # fmt: skip


# --- the sum --------------------------------------------------------------------------------------
def counted(determination: Determination) -> dict[str, tuple[int | None, int | None]]:
    return {part.label: (part.count, part.on_record) for part in presenters.card(determination).parts}


def test_the_sum_says_who_is_not_counted_and_why() -> None:
    many = decided_by(
        "pkh-2026-2", dukcapil__family_size=9, dukcapil__children_0_6=3, dapodik__pupils_sd=2, dukcapil__elderly_60=2,
        citizen__severe_disability=1,
    )  # fmt: skip
    assert counted(many) == {
        "Anak usia dini": (2, 3), "Disabilitas berat": (1, None), "Lansia": (1, 2), "Murid SD": (0, 2),
    }  # fmt: skip
    assert backing.why_left_out(many, "id") == (
        "Paling banyak 4 orang dihitung, bantuan terbesar dahulu. Paling banyak 2 orang dihitung dari: Anak usia dini."
    )


def test_a_group_has_its_own_limit() -> None:
    pupils = decided_by("pkh-2026-2", dukcapil__family_size=9, dukcapil__children_0_6=0, dapodik__pupils_sd=5)
    assert counted(pupils) == {"Murid SD": (3, 5)}
    assert backing.why_left_out(pupils, "id") == (
        "Paling banyak 3 orang dihitung dari: Anak usia dini, Murid SD, Murid SMP, Murid SMA."
    )


def test_no_more_are_counted_than_the_family_has_members() -> None:
    two = decided_by("pkh-2026-2", dukcapil__family_size=2, dukcapil__children_0_6=1, dapodik__pupils_sd=2)
    assert counted(two) == {"Anak usia dini": (1, None), "Murid SD": (1, 2)}
    assert backing.why_left_out(two, "id").startswith("Tidak lebih banyak dari anggota keluarga yang dihitung")


def test_nothing_is_said_where_everybody_is_counted() -> None:
    all_in = decided_by("pkh-2026-2")
    assert backing.why_left_out(all_in, "id") == ""
    assert set(counted(all_in).values()) == {(1, None)}


# --- who is silent --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "said"),
    [
        (RequestState.NOT_FOUND, "DTSEN tidak punya data keluarga ini."),
        (RequestState.ANSWERED, "DTSEN menjawab, tetapi tidak menyebut ini."),
        (RequestState.DUE, "DTSEN sedang ditanyai lagi."),
        (RequestState.PARKED, "DTSEN sedang ditanyai lagi."),
        (None, "DTSEN tidak ditanyai."),
    ],
)
def test_the_card_says_who_is_silent_and_why(decided: MakeFamily, state: str | None, said: str) -> None:
    determination = answer(decided(dtsen__decile=None))
    asked = {"dtsen": Asked(state, determination.decided_at)} if state else {}
    card = presenters.card(determination, provenance=Provenance(asked=asked))
    (reason,) = card.open
    assert reason.text == f"Desil keluarga Anda belum tercatat. {said}"
    assert said in html(card)


@pytest.mark.parametrize(
    ("asked", "has_ended", "said"),
    [
        (Asked(RequestState.PARKED), False, "DTSEN belum menjawab. Kami terus menanyakan."),
        (Asked(RequestState.AWAITED), False, "DTSEN belum menjawab. Kami terus menanyakan."),
        (REFUSED, False, "DTSEN tidak ditanyai: keluarga tidak setuju lagi."),
        (REFUSED, True, "DTSEN tidak ditanyai lagi: pendaftaran ini sudah ditutup."),
        (Asked(RequestState.DUE), True, "DTSEN tidak ditanyai lagi: pendaftaran ini sudah ditutup."),
        (Asked(RequestState.NOT_FOUND), True, "DTSEN tidak punya data keluarga ini."),
    ],
)
def test_the_card_says_whether_a_question_is_still_put(
    decided: MakeFamily, asked: Asked, has_ended: bool, said: str
) -> None:
    provenance = Provenance(asked={"dtsen": asked}, has_ended=has_ended)
    (reason,) = presenters.card(answer(decided(dtsen__decile=None)), provenance=provenance).open
    assert reason.text.endswith(said)


def test_a_last_answer_after_the_decision_need_not_be_the_first(decided: MakeFamily) -> None:
    """A source that is asked again and again says nothing of it: the decision had its first answer."""
    determination = answer(decided(dtsen__decile=None))
    again = Asked(RequestState.ANSWERED, determination.decided_at + timedelta(days=38))
    (reason,) = presenters.card(determination, provenance=Provenance(asked={"dtsen": again})).open
    assert reason.text.endswith("Jawaban terakhir DTSEN datang setelah ini diputuskan.")


def test_a_limit_that_is_missing_is_named_and_not_the_source(decided: MakeFamily) -> None:
    Parameter.objects.filter(name=Parameter.Name.MINIMUM_WAGE).delete()
    (reason,) = presenters.card(answer(decided())).open
    assert "BPJS" not in reason.text
    assert reason.text.endswith("Batas untuk itu belum ditetapkan di daerah Anda.")


def test_one_of_several_facts_that_is_not_known_is_named_too(decided: MakeFamily) -> None:
    asked = {"dapodik": Asked(RequestState.NOT_FOUND)}
    card = presenters.card(answer(decided(dapodik__pupils_sd=None)), provenance=Provenance(asked=asked))
    shown = html(card)
    assert "Murid SD: <strong>belum diketahui</strong>" in shown
    assert "Dapodik tidak punya data keluarga ini." in shown


def test_data_says_when_it_came(decided: MakeFamily) -> None:
    determination = answer(decided(pln__power_va=2200))
    fact, came = Fact.objects.get(name="pln.power_va"), timezone.localdate() - timedelta(days=1)
    assert f"diterima {tanggal(came)}" in came_on(determination, fact, came)
    assert "diterima" not in came_on(determination, fact, fact.as_of)


def came_on(determination: Determination, fact: Fact, day: date) -> str:
    return html(presenters.card(determination, provenance=Provenance(fetched={fact.pk: day})))
