"""Rule documents are read with suspicion: every problem named with its place, nothing executable."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.rules.catalogue import CATALOGUE, Unit
from eligibility.rules.document import DocumentError, RuleDocument, parse
from eligibility.rules.evaluate import decide
from eligibility.rules.plan import plan
from eligibility.rules.reading import LARGEST, Problem
from tests.eligibility.documents import data, pkh, sembako, small
from tests.eligibility.reached import ensure_known


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """The small document with the value at `path` replaced."""
    document = small()
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = to
    return document


def problems(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentError) as caught:
        parse(document)
    return [(problem.path, problem.message % problem.params) for problem in caught.value.problems]


TEST = ("criteria", 0, "test")
SENTENCES = ("criteria", 0, "text", "id")


@pytest.mark.parametrize(
    ("path", "value", "place", "words"),
    [
        (TEST, {"fact": "pln.voltage", "le": 1}, "criteria[0].test.fact", "“pln.voltage” is not a fact"),
        (TEST, {"fact": "pln.power_va", "like": 1}, "criteria[0].test", "one fact and one of: eq, ne"),
        (TEST, {"fact": "pln.power_va", "le": 1, "ge": 0}, "criteria[0].test", "one fact and one of"),
        (TEST, {"fact": "pln.power_va", "le": "1300"}, "criteria[0].test.le", "whole number"),
        (TEST, {"fact": "pln.power_va", "le": 1300.0}, "criteria[0].test.le", "whole number"),
        (TEST, {"fact": "pln.power_va", "le": True}, "criteria[0].test.le", "whole number"),
        (TEST, {"fact": "pln.power_va", "ge": -1}, "criteria[0].test.ge", "can never have this value"),
        (TEST, {"fact": "dtsen.decile", "le": 11}, "criteria[0].test.le", "can never have this value"),
        (TEST, {"fact": "dtsen.decile", "ge": 0}, "criteria[0].test.ge", "can never have this value"),
        (TEST, {"fact": "dukcapil.head_alive", "ge": True}, "criteria[0].test", "use eq or ne"),
        (TEST, {"fact": "dukcapil.head_alive", "eq": 1}, "criteria[0].test.eq", "true or false"),
        (TEST, {"fact": "pln.power_va", "le": {"parameter": "umk"}}, "criteria[0].test.le.parameter", "not among"),
        (TEST, {"fact": "bpn.land_m2", "le": {"parameter": "power_limit_va"}}, "criteria[0].test.le.parameter", "m2"),
        (TEST, {"fact": "dtsen.decile", "between": [4, 1]}, "criteria[0].test.between", "above the upper end"),
        (TEST, {"fact": "dtsen.decile", "between": [1]}, "criteria[0].test.between", "2 to 2 entries"),
        (TEST, {"fact": "dtsen.decile", "in": []}, "criteria[0].test.in", "1 to 60 entries"),
        (TEST, {"all": []}, "criteria[0].test.all", "1 to 60 entries"),
        (TEST, {"python": "1 + 1"}, "criteria[0].test", "one of all, any, not"),
        (TEST, "facts['pln.power_va'] <= 1300", "criteria[0].test", "“[” has no meaning in an expression"),
        (TEST, {"not": [{"fact": "pln.power_va", "le": 1}]}, "criteria[0].test.not", "group of named entries"),
        (("criteria", 0, "legal"), "", "criteria[0].legal", "The law this rule rests on must be named"),
        (("criteria", 0, "id"), "Power!", "criteria[0].id", "lower-case"),
        (SENTENCES, {"rule": "a", "met": "b", "unknown": "c"}, "criteria[0].text.id", "“not_met” is missing"),
        ((*SENTENCES, "known"), "{value.__class__}", "criteria[0].text.id.known", "plain name"),
        ((*SENTENCES, "known"), "{value!r}", "criteria[0].text.id.known", "plain name"),
        ((*SENTENCES, "known"), "{}", "criteria[0].text.id.known", "plain name"),
        ((*SENTENCES, "known"), "{nik}", "criteria[0].text.id.known", "“{nik}” cannot be filled"),
        ((*SENTENCES, "unknown"), "{value}", "criteria[0].text.id.unknown", "cannot be filled"),
        (("criteria",), [], "criteria", "1 to 60 entries"),
        (("valid", "from"), "1 Januari", "valid.from", "must be a date"),
        (("valid", "until"), "2025-12-31", "valid.until", "after the beginning"),
        (("parameters", "power_limit_va"), {"unit": "VA"}, "parameters.power_limit_va", "needs a default"),
        (("parameters", "n" * 31), {"unit": "VA", "default": 1}, f"parameters.{'n' * 31}", "longer than 30"),
        (
            ("parameters", "power_limit_va", "text"),
            {"id": "Batas"},
            "parameters.power_limit_va.text",
            "“en” is missing",
        ),
        (("parameters", "power_limit_va", "unit"), "volt", "parameters.power_limit_va.unit", "must be one of"),
        (("parameters", "power_limit_va", "default"), "x * 2", "parameters.power_limit_va.default", "not among"),
        (("amount",), {}, "amount", "flat sum, components"),
        (("amount", "flat", "rupiah_per_year"), -1, "amount.flat.rupiah_per_year", "from 0 to"),
        (("amount", "flat", "rupiah_per_year"), "tarif", "amount.flat.rupiah_per_year", "“tarif” is not among"),
        (("amount", "flat", "rupiah_per_year"), "power_limit_va", "amount.flat.rupiah_per_year", "in rupiah/year"),
        (("amount", "flat", "rupiah_per_year"), "3 - 4", "amount.flat.rupiah_per_year", "from 0 to"),
        (("amount", "flat", "rupiah_per_year"), "true", "amount.flat.rupiah_per_year", "whole number"),
        (("amount", "flat", "rupiah_per_year"), {"fact": "dtsen.decile"}, "amount.flat.rupiah_per_year", "parameter"),
        (("need", "fact"), "pln.power", "need.fact", "not a fact"),
        (("need", "fact"), "dukcapil.head_alive", "need.fact", "no highest value"),
        (("need", "base"), 1000, "need.base", "from 0 to 999"),
        (("sources",), [], "sources", "1 to 60 entries"),
        (("max_age_days",), ["pln.power_va"], "max_age_days", "group of named entries"),
        (("max_age_days",), {"pln.power_va": 0}, "max_age_days.pln.power_va", "from 1 to 365"),
        (("max_age_days",), {"pln.power_va": 366}, "max_age_days.pln.power_va", "from 1 to 365"),
        (("max_age_days",), {"pln.power_va": "180"}, "max_age_days.pln.power_va", "whole number"),
        (("max_age_days",), {"pln.voltage": 180}, "max_age_days.pln.voltage", "“pln.voltage” is not a fact"),
        (("max_age_days",), {"programme.pkh": 1}, "max_age_days.programme.pkh", "not a fact of the catalogue"),
        (("max_age_days",), {"samsat.cars": 30}, "max_age_days.samsat.cars", "do not ask for “samsat.cars”"),
        (("surprise",), 1, "surprise", "“surprise” has no meaning here"),
    ],
)
def test_a_problem_is_named_with_its_place(path: tuple[str | int, ...], value: Any, place: str, words: str) -> None:
    found = problems(changed(*path, to=value))
    assert [where for where, _words in found] == [place]
    assert words in found[0][1]


def test_all_problems_of_a_list_are_reported_together() -> None:
    bad = deepcopy(small()["criteria"][0])
    document = small(criteria=[{**bad, "legal": ""}, {**bad, "test": {"fact": "x", "eq": 1}}])
    assert [place for place, _words in problems(document)] == ["criteria[0].legal", "criteria[1].test.fact"]


def test_two_criteria_of_one_name_are_refused() -> None:
    criterion = small()["criteria"][0]
    assert problems(small(criteria=[criterion], disqualifiers=[criterion])) == [("criteria", "“power” is used twice.")]


def test_conditions_are_not_endless() -> None:
    condition: dict[str, Any] = {"fact": "pln.power_va", "le": 1300}
    for _level in range(8):
        condition = {"not": condition}
    ((place, words),) = problems(changed(*TEST, to=condition))
    assert place == "criteria[0].test" + ".not" * 8
    assert "8 deep" in words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("components", [], "1 to 60"),
        ("most", 0, "from 1 to 45"),
        ("picking", "random", "amount, listed"),
    ],
)
def test_bad_components_are_refused(field: str, value: Any, words: str) -> None:
    document = data("pkh-2026-1")
    document["amount"][field] = value
    ((place, found),) = problems(document)
    assert place == f"amount.{field}"
    assert words in found


def test_a_component_counts_people() -> None:
    document = data("pkh-2026-1")
    document["amount"]["components"][0]["fact"] = "samsat.cars"
    assert problems(document) == [("amount.components[0].fact", "“samsat.cars” does not count people.")]


def test_ties_never_reach_into_the_next_decile() -> None:
    document = data("pkh-2026-1")
    document["need"]["eased_by"][0]["points"] = 500
    assert problems(document) == [("need.eased_by", "The points together may be at most 900.")]


def test_the_shipped_documents_say_what_they_rest_on() -> None:
    for document in (pkh(), sembako()):
        assert document.version == "2026-1"
        assert all(criterion.legal for criterion in document.criteria)
        assert document.sources
        assert any(note.startswith("Terbuka:") for note in document.notes)
        assert document.regional_parameters == {"minimum_wage", "power_limit_va", "land_limit_m2"}
        assert document.facts <= CATALOGUE.keys()


def test_no_sentence_for_families_is_long() -> None:
    """ux: at most 12 words a sentence; a limit of a rule may be named in one more."""
    for document in (pkh(), sembako()):
        for criterion in document.criteria:
            wording = criterion.texts["id"]
            for text in (wording.rule, wording.met, wording.not_met, wording.unknown):
                assert all(len(sentence.split()) <= 13 for sentence in text.split(". ")), text


def test_every_fact_has_words_in_both_languages_and_an_age() -> None:
    for fact in CATALOGUE.values():
        assert fact.label("id")
        assert fact.label("en")
        assert fact.max_age_days > 0
        assert fact.is_flag == (fact.unit == Unit.FLAG)
        assert not fact.admits("1")
        assert not fact.admits(1.0)
        assert not fact.admits(None)
        assert fact.admits(True) == fact.is_flag


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


PLACES = [(), TEST, SENTENCES, ("parameters",), ("parameters", "power_limit_va", "default"), ("amount",),
          ("amount", "flat", "rupiah_per_year"), ("criteria", 0, "only_with"), ("need",), ("overlaps",), ("duties",),
          ("time_limit",), ("max_age_days",), ("valid", "from"), ("programme", "areas")]  # fmt: skip


@settings(max_examples=400)
@given(where=st.sampled_from(PLACES), value=json_values)
def test_any_data_are_rules_that_can_be_run_or_an_error_that_says_where(
    where: tuple[str | int, ...], value: Any
) -> None:
    document = changed(*where, to=value) if where else value
    read = attempt(document)
    if not isinstance(read, RuleDocument):
        assert read
        elsewhere = ("criteria",) if where[:1] in [("parameters",), ("overlaps",)] else ()  # whoever asks for them
        for problem in read:
            assert problem.message % problem.params  # it can be put into words
            assert not where or problem.path.startswith((str(where[0]), *elsewhere)), problem.path
        return
    ensure_known(read)
    ready = plan(read, {})
    assert 0 <= ready.amount.flat <= LARGEST
    assert decide(ready, {}).outcome in ("eligible", "not_eligible", "undecided")
    assert parse(json.loads(json.dumps(document))).criteria == read.criteria  # as the database keeps it


def attempt(document: Any) -> RuleDocument | tuple[Problem, ...]:
    try:
        return parse(document)
    except DocumentError as error:
        return tuple(error.problems)
