"""Documents as people write them: every mistake named in Bahasa with its line and column, expressions, bad input."""

import re
from copy import deepcopy
from typing import Any

import pytest
import yaml
from django.utils.translation import gettext, override
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.rules.catalogue import CATALOGUE, fact_type
from eligibility.rules.document import DocumentError, parse
from eligibility.rules.evaluate import FactValue, evaluate
from eligibility.rules.groups import facts_of
from eligibility.rules.source import read_document
from tests.eligibility.documents import UMK, family, pkh, small
from tests.eligibility.reached import ensure_known

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
        ("pln.power_va <= power_limit_va // 0", "10:45 Tidak ada yang dapat dibagi 0."),
        ("pln.power_va <= power_limit_va * power_limit_va", "10:42 Di sini hanya angka biasa yang boleh mengali"),
        ("bpn.land_m2 <= power_limit_va", "10:26 “power_limit_va” tidak diukur dalam m2."),
        ("dtsen.decile <= 11", "10:27 “dtsen.decile” tidak mungkin bernilai ini."),
        ("dtsen.decile >= 0", "10:27 “dtsen.decile” tidak mungkin bernilai ini."),
        ("pln.power_va >= -1", "10:27 “pln.power_va” tidak mungkin bernilai ini."),
        ("pln.power_va <= 900 and pln.power <= 900", "10:35 “pln.power” bukan data dalam katalog."),
        ("pln.power_va <= share and pln.power_va <= 1 + share * va", "10:65 “va” bukan salah satu parameter."),
        ("pln.power_va <= 900 and dtsen.decile in (1, 11)", "10:55 “dtsen.decile” tidak mungkin bernilai ini."),
        ("dtsen.decile >= 1 and dtsen.decile between 4 and 1", "10:46 Batas bawah lebih besar dari batas atas."),
        ("{fact: pln.power_va, le: -1}", "10:36 “pln.power_va” tidak mungkin bernilai ini."),
        ("{fact: pln.power_va, le: tinggi}", "10:36 “tinggi” bukan salah satu parameter."),
        ("{fact: pln.power_va, le: 1.5}", "10:36 Tulis bilangan bulat dengan angka saja"),
        ("{fact: pln.power_va, le: ya}", "10:36 “ya” bukan salah satu parameter."),
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
    ("ages", "message"),
    [
        ("{pln.power_va: 400}", "5:30 Angka harus dari 1 sampai 365."),
        ("{pln.power: 30}", "5:27 “pln.power” bukan data dalam katalog."),
        ("{samsat.cars: 30}", "5:29 Aturan ini tidak menanyakan “samsat.cars”."),
    ],
)
def test_an_age_that_rules_cannot_ask_for_is_named(ages: str, message: str) -> None:
    lines = with_test("pln.power_va <= 900").split("\n")
    assert said("\n".join([*lines[:4], f"max_age_days: {ages}", *lines[4:]])) == [message]


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
    ensure_known(document)
    assert evaluate(document, {}, {}).outcome in ("eligible", "not_eligible", "undecided")


# --- names, wherever they may stand ---------------------------------------------------------------
COUNTED = {"id": "anak", "fact": "dukcapil.children_0_6", "rupiah_per_year": 100, "cap": 2,
           "text": {"id": "Anak", "en": "Child"}}  # fmt: skip
FULL = {
    "amount": {"most": 2, "picking": "amount", "people": "dukcapil.family_size", "components": [COUNTED],
               "flat": {"rupiah_per_year": 100, "text": {"id": "Tunai", "en": "Cash"}}},
    "time_limit": {"years": 5, "recertify_months": 12, "reapply_after_years": 2, "legal": "Pasal 2",
                   "exempt": ["dukcapil.elderly_60"]},
    "need": {"fact": "dtsen.decile", "scale": 1000, "base": 500,
             "eased_by": [{"fact": "dukcapil.elderly_60", "points": 10, "cap": 2}]},
}  # fmt: skip
CONDITION, NUMBER, MONEY, COUNT, PARAMETER = "condition", "number", "money", "count", "parameter"
PLACES: dict[tuple[str | int, ...], str] = {
    ("criteria", 0, "test"): CONDITION,
    ("criteria", 0, "only_with"): PARAMETER,
    ("parameters", "limit", "default"): NUMBER,
    ("amount", "flat", "rupiah_per_year"): MONEY,
    ("amount", "components", 0, "rupiah_per_year"): MONEY,
    ("amount", "components", 0, "fact"): COUNT,
    ("amount", "people"): COUNT,
    ("need", "fact"): COUNT,
    ("need", "eased_by", 0, "fact"): COUNT,
    ("time_limit", "exempt", 0): COUNT,
}
GOOD = {
    CONDITION: ["pln.power_va <= power_limit_va", "dukcapil.family_size in (1, 2)",
                "pln.power_va between 450 and power_limit_va * share // 100", "not dukcapil.head_alive"],
    NUMBER: ["power_limit_va", "power_limit_va * share // 100"],
    MONEY: ["sum_of_region", "sum_of_region * 2"],
    COUNT: ["dukcapil.elderly_60", "citizen.pregnant"],
    PARAMETER: ["limit", "share"],
}  # fmt: skip
STRANGERS = ["pln.voltage", "umk", "programme.pkh", "settings", "__class__", "limit.__init__", "dtsen", "id"]
NAME = re.compile(r"[a-z_][a-z0-9_.]*")
WORDS_OF_EXPRESSIONS = {"and", "or", "not", "in", "between"}


def written_at(place: tuple[str | int, ...], text: str) -> Any:
    document: Any = {**yaml.safe_load(with_test("dtsen.decile <= 4")), **deepcopy(FULL)}
    document["parameters"] |= {
        "limit": {"unit": "VA", "default": 900},
        "sum_of_region": {"unit": "rupiah/year", "regional": True},
    }
    for language in document["criteria"][0]["text"].values():
        language |= {"no_limit": "–"} if place[-1] == "only_with" else {}
    node = document
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = text
    return document


@pytest.mark.parametrize(("place", "kind"), PLACES.items(), ids=str)
def test_a_name_is_known_wherever_it_stands(place: tuple[str | int, ...], kind: str) -> None:
    """Each name of a good text is replaced by a stranger: then the document is refused, and at that place."""
    for good in GOOD[kind]:
        if place != ("need", "fact"):  # any fact with a highest value
            ensure_known(parse(written_at(place, good)))
        for name in set(NAME.findall(good)) - WORDS_OF_EXPRESSIONS:
            for stranger in STRANGERS:
                with pytest.raises(DocumentError) as caught:
                    parse(written_at(place, good.replace(name, stranger)))
                assert {one.path.partition(".")[0].partition("[")[0] for one in caught.value.problems} == {place[0]}


@settings(max_examples=300)
@given(st.data())
def test_whatever_is_typed_anywhere_reaches_known_names_only(drawn: st.DataObject) -> None:
    place = drawn.draw(st.sampled_from(sorted(PLACES, key=str)))
    piece = st.sampled_from([*WORDS, *STRANGERS, *GOOD[PLACES[place]], "limit", "sum_of_region"])
    text = drawn.draw(st.lists(piece, min_size=1, max_size=6).map(" ".join))
    try:
        document = parse(written_at(place, text))
    except DocumentError:
        return
    ensure_known(document)
    known = CATALOGUE.keys() | document.parameters.keys() | WORDS_OF_EXPRESSIONS
    assert set(NAME.findall(text)) <= known


@given(st.lists(st.sampled_from([*WORDS, *STRANGERS]), min_size=1, max_size=6).map(" ".join))
def test_the_condition_of_a_share_reaches_facts_only(text: str) -> None:
    """A share of places has no parameters: what it asks are facts of the catalogue and nothing else."""
    try:
        asked = facts_of(text)
    except DocumentError:
        return
    assert asked <= CATALOGUE.keys()
    assert set(NAME.findall(text)) - WORDS_OF_EXPRESSIONS == asked


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
