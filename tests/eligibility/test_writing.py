"""Documents as people write them: every mistake named in Bahasa with its line and column, expressions, bad input."""

from typing import Any

import pytest
import yaml
from django.utils.translation import gettext, override
from hypothesis import given
from hypothesis import strategies as st

from eligibility.rules.catalogue import CATALOGUE, fact_type
from eligibility.rules.document import DocumentError, parse
from eligibility.rules.evaluate import FactValue, evaluate
from eligibility.rules.source import read_document
from eligibility.rules.tree import comparisons
from tests.eligibility.documents import UMK, family, pkh, small

RULES = """\
programme: {code: uji, name: Program Uji}
version: 2026-1
valid: {from: "2026-01-01", until: null}
sources: [Keputusan rekaan]
parameters:
  power_limit_va: {unit: VA, default: 1300, regional: true}
  share: {unit: percent, default: 80}
criteria:
  - id: power
    test: TEST
    legal: Pasal 1
    text:
      id: {rule: Aturan., met: Ya., not_met: Tidak., unknown: Belum.}
      en: {rule: Rule., met: Yes., not_met: No., unknown: Unknown.}
amount:
  flat: {rupiah_per_year: 100, text: {id: Tunai, en: Cash}}
need: {fact: dtsen.decile, scale: 1000, base: 0, eased_by: []}
"""


def said(text: str) -> list[str]:
    """`line:column message` for everything that is wrong, in Bahasa."""
    with pytest.raises(DocumentError) as caught, override("id"):
        read_document(text)
    with override("id"):
        return [
            f"{one.place.line}:{one.place.column} {gettext(one.message) % one.params}" if one.place else one.message
            for one in caught.value.problems
        ]


def with_test(test: str) -> str:
    return RULES.replace("TEST", test)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("pln.voltage <= 1300", "10:11 “pln.voltage” bukan data dalam katalog."),
        ("pln.power_va <= umk", "10:27 “umk” bukan salah satu parameter."),
        ("pln.power_va <= 1300 and pln.power_va >", "10:49 Di sini harus angka atau nama parameter."),
        ("pln.power_va <= 1300)", "10:31 “)” tidak cocok di sini."),
        ("(pln.power_va <= 1300", "10:32 Di sini harus “)”."),
        ("1300 >= pln.power_va", "10:11 Di sini harus nama data, misalnya pln.power_va."),
        ('"pln.power_va <= 13; 1"', "10:30 “;” tidak punya arti dalam rumus."),
        ('"pln.power_va.__class__ == 1"', "10:12 “pln.power_va.__class__” bukan data dalam katalog."),
        ("pln.power_va <= power_limit_va // 0", "10:11 Tidak ada yang dapat dibagi 0."),
        ("pln.power_va <= power_limit_va * power_limit_va", "10:11 Di sini hanya angka biasa yang boleh mengali"),
        ("bpn.land_m2 <= power_limit_va", "10:26 “power_limit_va” tidak diukur dalam m2."),
        ("dtsen.decile <= 11", "10:11 “dtsen.decile” tidak mungkin bernilai ini."),
        ("dtsen.decile >= 0", "10:11 “dtsen.decile” tidak mungkin bernilai ini."),
        ("pln.power_va >= -1", "10:11 “pln.power_va” tidak mungkin bernilai ini."),
        ("{fact: pln.power_va, le: -1}", "10:36 “pln.power_va” tidak mungkin bernilai ini."),
        ("{fact: pln.power_va, le: tinggi}", "10:36 “tinggi” bukan salah satu parameter."),
        ("{fact: pln.power_va, le: 1.5}", "10:36 Di sini harus bilangan bulat."),
        ("{fact: pln.power_va, le: 1300", "11:10 Bagian ini tidak terbaca."),
    ],
)
def test_a_mistake_is_named_with_line_and_column(test: str, message: str) -> None:
    found = said(with_test(test))
    assert any(line.startswith(message) for line in found), found


def test_all_mistakes_are_told_at_once_in_the_order_of_the_text() -> None:
    text = with_test("pln.voltage <= 1300").replace("    legal: Pasal 1\n", "").replace("base: 0", "base: -5")
    text = text.replace("sources: [Keputusan rekaan]\n", "").replace("2026-01-01", "1 Januari")
    assert said(text) == [
        "1:1 “sources” belum ada.",
        "3:16 Di sini harus tanggal, misalnya 2026-01-31.",
        "8:5 Dasar hukum aturan ini harus disebut.",
        "9:11 “pln.voltage” bukan data dalam katalog.",
        "15:47 Angka harus dari 0 sampai 9999.",
    ]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("{a: {unit: VA, default: b * 2}, b: {unit: VA, default: a + 1}}", "“a” dihitung dari dirinya sendiri."),
        ("{a: {unit: VA, default: a}}", "“a” dihitung dari dirinya sendiri."),
        ("{a: {unit: VA, default: c + 1}}", "“c” bukan salah satu parameter."),
        ("{a: {unit: VA, default: b + 1}, b: {unit: m2, default: 1}}", "“b” tidak diukur dalam VA."),
    ],
)
def test_parameters_are_never_reckoned_in_a_circle_or_in_other_units(parameters: str, message: str) -> None:
    lines = with_test("dtsen.decile <= 4").split("\n")
    lines[4:7] = [f"parameters: {parameters}"]
    assert any(message in line for line in said("\n".join(lines)))


def truth_of(test: str, **values: Any) -> str:
    _data, document = read_document(with_test(test))
    facts = {name.replace("__", "."): FactValue(value) for name, value in values.items()}
    return evaluate(document, facts, {}).trace[0].result


@pytest.mark.parametrize(
    ("test", "value", "result"),
    [
        ("dtsen.decile <= 4 and pln.power_va <= power_limit_va", 1300, "met"),
        ("dtsen.decile <= 4 and pln.power_va <= power_limit_va", 1301, "not_met"),
        ("dtsen.decile > 4 or not pln.power_va > power_limit_va", 1300, "met"),
        ("not (dtsen.decile <= 4 and pln.power_va <= 1300)", 1300, "not_met"),
        ("pln.power_va <= power_limit_va * share // 100", 1040, "met"),
        ("pln.power_va <= power_limit_va * share // 100", 1041, "not_met"),
        ("pln.power_va <= 2 * (power_limit_va - 300) + 1", 2001, "met"),
        ("pln.power_va in (450, 900)", 900, "met"),
        ("pln.power_va in (450, 900)", 1300, "not_met"),
        ("pln.power_va between 450 and power_limit_va and dtsen.decile = 2", 1300, "met"),
        ("pln.power_va <= power_limit_va // (share - 80)", 450, "unknown"),  # divided by 0: nobody is refused
    ],
)
def test_an_expression_means_what_it_says(test: str, value: int, result: str) -> None:
    assert truth_of(test, dtsen__decile=2, pln__power_va=value) == result


def test_a_flag_may_stand_alone() -> None:
    assert truth_of("dukcapil.head_alive", dukcapil__head_alive=False) == "not_met"
    assert truth_of("not dukcapil.head_alive", dukcapil__head_alive=False) == "met"


ODDS = ["__import__('os')", "lambda", "'", "[", "\\", "ａ"]
WORDS = ["and", "or", "not", "in", "between", "(", ")", ",", "<=", "==", "//", "*", "-", "1300", "0", *ODDS,
         "pln.power_va", "dtsen.decile", "samsat.cars", "share", "power_limit_va"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=12).map(" ".join))
def test_an_expression_reaches_nothing_but_facts_and_parameters(written: str) -> None:
    """Whatever is typed: either an error, or a tree over the catalogue and the parameters."""
    data = yaml.safe_load(with_test("x"))
    data["criteria"][0]["test"] = written
    try:
        document = parse(data)
    except DocumentError:
        return
    asked = {one.fact for one in comparisons(document.criteria[0].condition)}
    assert asked <= CATALOGUE.keys()
    assert evaluate(document, {}, {}).outcome in ("eligible", "not_eligible", "undecided")


@given(st.text(max_size=200))
def test_any_text_is_either_rules_or_an_error_with_a_message(text: str) -> None:
    with pytest.raises(DocumentError):
        read_document(text)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, "\n".join(" " * depth + "a:" for depth in range(1000))]
)
def test_a_text_of_nothing_but_levels_is_refused(text: str) -> None:
    """The YAML library goes down by recursion: without a limit such a text ends the process."""
    assert said(text)


def test_criteria_that_ask_the_same_facts_too_often_are_refused() -> None:
    facts = ["pln.power_va", "bpn.land_m2", "samsat.cars", "samsat.motorcycles", "bkn.asn", "dapodik.pupils_sd"]
    one = {"any": [{"fact": fact, "in": [1, 2, 3, 4, 5]} for fact in facts]}
    document = small()
    template = {**document["criteria"][0], "test": one}
    template["text"] = {key: {"rule": "r", "known": "k", "unknown": "u"} for key in ("id", "en")}
    criteria = [{**template, "id": f"c{number}"} for number in range(2)]
    with pytest.raises(DocumentError, match="ask the same facts too often: c0, c1"):
        parse({**document, "criteria": criteria})


def test_a_family_nobody_could_have_is_undecided_and_never_refused() -> None:
    """45 members is the most a card may have; beyond that, and below 0, the record is taken for faulty."""
    full = family(dukcapil__family_size=45, dapodik__pupils_sd=44)
    assert evaluate(pkh(), full, UMK).outcome == "eligible"
    faulty = {"dukcapil.family_size": 46, "dapodik.pupils_sd": -1, "dukcapil.children_0_6": 130}
    nobody = family(dapodik__pupils_smp=None, **{name.replace(".", "__"): value for name, value in faulty.items()})
    assert evaluate(pkh(), nobody, UMK).outcome == "undecided"
    assert evaluate(pkh(), family(dukcapil__head_alive=None), UMK).outcome == "undecided"


def test_facts_of_other_programmes_are_flags_that_only_overlaps_may_ask() -> None:
    assert fact_type("programme.pkh.pregnancy").is_flag
    with pytest.raises(KeyError):
        fact_type("programme.")
    assert "“programme.pkh” bukan data dalam katalog." in said(with_test("programme.pkh"))[0]
