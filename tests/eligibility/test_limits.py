"""Limits that say nothing or cannot be kept are refused where they are written; what is met by all is said truly."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext, override
from hypothesis import given
from hypothesis import strategies as st

from eligibility import drafting
from eligibility.models import Determination, Programme, RuleSet
from eligibility.parameter_kinds import of_rules
from eligibility.rules.catalogue import CATALOGUE, bounds_of
from eligibility.rules.document import CODE_LETTERS, VERSION_LETTERS, DocumentError, RuleDocument, parse
from eligibility.rules.evaluate import evaluate
from eligibility.rules.source import read_document
from eligibility.rules.spelling import as_text
from tests import factories
from tests.eligibility.documents import RULESETS, UMK, data, family, small
from tests.eligibility.test_writing import RULES

GOOD = RULES.replace("TEST", "dtsen.decile <= batas").replace(
    "  share:", "  batas: {unit: decile, default: 4}\n  share:"
)


def said(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read_document(text)
    with override("id"):
        return [
            f"{one.place.line}:{one.place.column} {gettext(one.message) % one.params}" if one.place else one.message
            for one in caught.value.problems
        ]


# --- a limit beyond what there is -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (("default: 4", "default: 11"), "7:34 Angka harus dari 1 sampai 10."),
        (("default: 4", "default: 0"), "7:34 Angka harus dari 1 sampai 10."),
        (("default: 4", "default: share - 69"), "7:34 Angka harus dari 1 sampai 10."),
        (("default: 4", "default: 5 + 6"), "7:34 Angka harus dari 1 sampai 10."),
        (("default: 1300", "default: 3 - 4"), "6:39 Angka harus dari 0 sampai 1000000000000000."),
        (
            ("unit: decile, default: 4", "unit: number, default: 11"),
            "11:11 “dtsen.decile” tidak mungkin bernilai seperti",
        ),
        (("<= batas", "<= batas + 7"), "11:11 “dtsen.decile” tidak mungkin bernilai seperti"),
        (("<= batas", "between 1 and batas * 3"), "11:11 “dtsen.decile” tidak mungkin bernilai seperti"),
    ],
)
def test_a_limit_that_everybody_or_nobody_meets_is_refused(changes: tuple[str, str], message: str) -> None:
    assert GOOD.count(changes[0]) == 1
    (found,) = said(GOOD.replace(*changes))
    assert found.startswith(message)


@pytest.mark.parametrize("limit", [1, 10])
def test_the_ends_of_the_scale_are_limits(limit: int) -> None:
    assert read_document(GOOD.replace("default: 4", f"default: {limit}"))[1].parameters["batas"].default == limit


@pytest.mark.django_db
def test_the_administration_and_the_documents_have_the_same_bounds() -> None:
    regional = {"batas": {"unit": "decile", "regional": True}, **small()["parameters"]}
    factories.RuleSetFactory(document=small(parameters=regional))
    for name, kind in of_rules().items():
        unit = parse(small(parameters=regional)).parameters[name].unit
        assert (kind.low, kind.high) == bounds_of(unit)
    assert (of_rules()["batas"].low, of_rules()["batas"].high) == (1, 10)


# --- what is met whatever the value is ------------------------------------------------------------
def sentence(document: RuleDocument, criterion: str, parameters: dict[str, int], **facts: Any) -> tuple[str, str, str]:
    row = next(one for one in evaluate(document, family(**facts), parameters).trace if one.criterion == criterion)
    return row.result, row.text_id, row.text_en


def test_where_the_limit_alone_answers_the_rule_is_said_and_no_value() -> None:
    kis = parse(data("kis-pbi-daerah-2026-1"))
    rule = ("met", "Keluarga termasuk desil 1 sampai 10.", "The family is in decile 1 to 10.")
    assert sentence(kis, "decile", UMK, dtsen__decile=None) == rule
    assert sentence(kis, "decile", UMK, dtsen__decile=11) == rule  # no decile, so taken for unknown
    assert sentence(kis, "decile", UMK, dtsen__decile=9)[1] == "Keluarga Anda tercatat di desil 9. Batasnya desil 10."
    lower = {**UMK, "kis_decile_limit": 5}
    assert sentence(kis, "decile", lower, dtsen__decile=None)[1] == "Desil keluarga Anda belum tercatat."


@pytest.mark.parametrize("name", sorted(path.stem for path in RULESETS.glob("*.yaml")))
def test_no_other_decision_of_shipped_rules_was_kept_in_other_words(name: str) -> None:
    """So the change of words leaves every stored decision as it was: only a decile limit of 10 answers by itself."""
    document = parse(data(name))
    for regional in (UMK, {**UMK, "land_limit_m2": 10_000, "power_limit_va": 900}):
        for row in evaluate(document, {}, regional).trace:
            asks = next(one for one in document.criteria if one.name == row.criterion)
            if row.fact and not asks.only_on_record and not (asks.only_with and row.limit is None):
                answered = row.result != "unknown"
                assert answered == (document.programme == "kis-pbi-daerah" and row.criterion == "decile"), row


# --- an order of need that fits its column --------------------------------------------------------
@pytest.mark.parametrize(
    ("need", "place", "words"),
    [
        ({"fact": "bpjs_tk.highest_wage", "scale": 1}, "need.fact", "terlalu banyak nilai"),
        ({"fact": "bpjs_tk.highest_wage", "scale": 1000}, "need.fact", "terlalu banyak nilai"),
        ({"fact": "bpn.land_m2", "scale": 3}, "need.scale", "paling besar 2"),
        ({"fact": "pln.power_va", "scale": 10_000, "base": 9_999}, None, ""),
        ({"fact": "pln.monthly_kwh", "scale": 895}, "need.scale", "paling besar 894"),
        ({"fact": "pln.monthly_kwh", "scale": 894}, None, ""),
    ],
)
def test_an_order_that_the_database_cannot_keep_is_refused(need: dict[str, Any], place: str | None, words: str) -> None:
    document = small(need={"base": 0, "eased_by": [], **need})
    if place is None:
        assert parse(document).need.scale == need["scale"]
        return
    with pytest.raises(DocumentError) as caught, override("id"):
        parse(document)
    (problem,) = caught.value.problems
    with override("id"):
        assert (problem.path, words in gettext(problem.message) % problem.params) == (place, True)


@given(
    fact=st.sampled_from(sorted(CATALOGUE)),
    scale=st.integers(1, 10_000),
    base=st.integers(0, 9_999),
    points=st.integers(1, 10_000),
    value=st.none() | st.integers(-1, 10**10),
    elderly=st.none() | st.integers(0, 45),
)
def test_every_order_of_rules_that_are_accepted_fits(
    fact: str, scale: int, base: int, points: int, value: int | None, elderly: int | None
) -> None:
    eased = [{"fact": "dukcapil.elderly_60", "points": points, "cap": 45}]
    try:
        document = parse(small(need={"fact": fact, "scale": scale, "base": base, "eased_by": eased}))
    except DocumentError:
        return
    known = family(**{fact.replace(".", "__"): value, "dukcapil__elderly_60": elderly})
    least, most = connection.ops.integer_field_range(Determination._meta.get_field("need_score").get_internal_type())
    assert least <= evaluate(document, known, {}).need_score <= most


# --- names that fit their columns -----------------------------------------------------------------
def test_names_are_as_long_as_their_columns_and_no_longer() -> None:
    assert RuleSet._meta.get_field("version").max_length == VERSION_LETTERS
    assert Programme._meta.get_field("code").max_length == CODE_LETTERS
    longest, longer = "a" * 20, "a" * 21
    assert parse(small(version=longest, programme={"code": longest, "name": "Uji"})).programme == longest
    for changes, path in (
        ({"version": longer}, "version"),
        ({"programme": {"code": longer, "name": "Uji"}}, "programme.code"),
    ):
        with pytest.raises(DocumentError) as caught:
            parse(small(**changes))
        assert [problem.path for problem in caught.value.problems] == [path]


# --- the law behind a sum -------------------------------------------------------------------------
TARIFF = {"tarif": {"unit": "rupiah/year", "regional": True}, **small()["parameters"]}
RECKONED = {"rupiah_per_year": "tarif", "text": {"id": "Tunai", "en": "Cash"}}


def test_a_sum_that_is_not_set_cites_the_law_behind_it_and_not_where_numbers_came_from() -> None:
    for legal, cited in (({"legal": "Perda 1/2027 pasal 4"}, "Perda 1/2027 pasal 4"), ({}, "Keputusan rekaan")):
        document = parse(small(parameters=TARIFF, amount={"flat": RECKONED, **legal}))
        (row,) = [one for one in evaluate(document, family(), {}).trace if one.criterion == "amount-set"]
        assert (row.result, row.legal) == ("unknown", cited)
    kis = parse(data("kis-pbi-daerah-2026-1"))
    (row,) = [one for one in evaluate(kis, family(), UMK).trace if one.criterion == "amount-set"]
    assert row.legal == "Kebijakan jaminan kesehatan daerah Tabanan (nomor aturan belum ditemukan)"


@pytest.mark.django_db
def test_a_draft_with_a_reckoned_sum_must_name_its_law() -> None:
    programme = factories.RuleSetFactory(programme__code="uji", document=small()).programme
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    rules = small(version="2027-1", valid={"from": day, "until": None}, parameters=TARIFF, amount={"flat": RECKONED})
    (problem,) = drafting.check(as_text(rules), programme).problems
    assert problem.path == "amount.legal"
    assert problem.place is not None
    rules["amount"]["legal"] = "Perda 1/2027 pasal 4"
    assert drafting.check(as_text(rules), programme).is_ready
