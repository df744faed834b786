"""The YAML of rules: values as people mean them, nothing that unfolds, and always a place where something is wrong."""

import re
import time
from typing import Any

import pytest
import yaml
from django.utils.translation import gettext, override
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.prove_rules import ELIGIBILITY
from eligibility.documents import fingerprint
from eligibility.rules.reading import DocumentError, Place
from eligibility.rules.source import read_document, read_source
from eligibility.rules.spelling import as_text
from tests.eligibility.test_writing import RULES

GOOD = RULES.replace("TEST", "dtsen.decile <= 4")


def said(text: str) -> list[str]:
    """`line:column message` for everything that is wrong, in Bahasa; every problem has its place."""
    with pytest.raises(DocumentError) as caught:
        read_document(text)
    with override("id"):
        return [
            f"{one.place.line if one.place else 0}:{one.place.column if one.place else 0}"
            f" {gettext(one.message) % one.params}"
            for one in caught.value.problems
        ]


def test_what_ships_is_read_as_before() -> None:
    """Servers know shipped documents by the hash of their data, read by the rules of YAML 1.1 until now."""
    files = sorted((ELIGIBILITY / "rulesets").glob("*.yaml"))
    assert len(files) >= 10
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert fingerprint(read_source(text).data) == fingerprint(yaml.safe_load(text)), file.name
    for file in (ELIGIBILITY / "golden_families").glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        assert read_source(text, may_share=True).data == yaml.safe_load(text), file.name


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-01", "2026-01-01"), ("2026-02-30", "2026-02-30"), ("2026", 2026), ("51.02", "51.02"), ("1.5", "1.5"),
        ("1_3:00", "1_3:00"), ("01300", "01300"), ("1_300", "1_300"), ("0x1f", "0x1f"), ("0", 0), ("-5", -5),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("true", True), ("False", False), ("null", None), ("~", None),
        ("", None), ("=", "="), ("<<", "<<"), ('"1300"', "1300"), (".inf", ".inf"), ("1e3", "1e3"),
    ],
)  # fmt: skip
def test_a_plain_value_is_what_it_looks_like(written: str, read: Any) -> None:
    found = read_source(f"a: {written}").data["a"]
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (('"2026-01-01"', "2026-02-30"), "3:15 Tidak ada tanggal 2026-02-30."),
        (('"2026-01-01"', "01/02/2026"), "3:15 Di sini harus tanggal, misalnya 2026-01-31."),
        (("default: 1300", "default: 1.300"), "6:39 Tulis bilangan bulat dengan angka saja, misalnya 1300"),
        (("scale: 1000", "scale: 01000"), "17:35 Tulis bilangan bulat dengan angka saja, misalnya 1300"),
        (("scale: 1000", "scale: 16:40"), "17:35 Tulis bilangan bulat dengan angka saja, misalnya 1300"),
        (("regional: true", "regional: yes"), "6:55 Di sini harus true atau false."),
        (("name: Program Uji", "name: 2026"), "1:30 Di sini harus teks: beri tanda kutip."),
        (("version: 2026-1", "version: 2026.1"), "2:10 “2026.1” harus huruf kecil, angka, dan tanda hubung."),
        (("Keputusan rekaan", "*keputusan"), "4:11 Yang diawali “*” tidak dapat dipakai di sini."),
        (("Keputusan rekaan", "&keputusan x"), "4:11 Yang diawali “&” tidak dapat dipakai di sini."),
        (("Keputusan rekaan", "!penting x"), "4:11 Yang diawali “!” tidak dapat dipakai di sini."),
        (("Keputusan rekaan", "a\x07b"), "4:12 Di sini ada karakter yang tidak terlihat. Hapus."),
    ],
)
def test_what_cannot_be_meant_is_said_where_it_stands(changes: tuple[str, str], message: str) -> None:
    assert GOOD.count(changes[0]) == 1
    (found,) = said(GOOD.replace(*changes))
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("changes", "version"),
    [((('"2026-01-01"', "2026-01-01"),), "2026-1"), ((("version: 2026-1", "version: 2026"),), "2026")],
)
def test_a_day_and_a_version_need_no_quotation_marks(changes: tuple[tuple[str, str], ...], version: str) -> None:
    text = GOOD
    for change in changes:
        text = text.replace(*change)
    document = read_document(text)[1]
    assert (document.version, document.valid_from.isoformat()) == (version, "2026-01-01")


HOSTILE = (
    "a: &x {b: *x}",
    "&x [*x]",
    "!!timestamp x",
    "a: !!binary x",
    "&a [x]\n",
    "".join(f"{name}: &{name} [{', '.join([f'*{chr(ord(name) - 1)}'] * 9)}]\n" for name in "bcdefghijklmnop"),
    "? {a: b}\n: c",
    "a: " + "9" * 5000,
    "\ud800",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_would_unfold_or_run_away_is_refused_at_once(text: str) -> None:
    began = time.monotonic()
    assert not [line for line in said(text) if line.startswith("0:0")]
    assert time.monotonic() - began < 1


def test_shared_parts_of_our_own_files_may_not_hold_themselves() -> None:
    assert read_source("a: &a {b: 1}\nc: {<<: *a, d: 2}", may_share=True).data["c"] == {"b": 1, "d": 2}
    with pytest.raises(DocumentError, match="would hold itself"):
        read_source("a: &a {b: [*a]}", may_share=True)


SIGNS = st.sampled_from(["&a ", "*a", "!!int ", "- ", "? ", ": ", "a: ", "[", "]", "{", "}", "|\n", ">\n", "\n", "  ",
                         "%TAG ",
                         "---\n", "...\n", "'", '"', "#", "2026-02-30", "01", "~", "\t", "\x00", "\ufeff"])  # fmt: skip


@settings(max_examples=400)
@given(st.lists(SIGNS | st.text(max_size=3), max_size=20).map("".join))
@example("")
@example("a")
def test_whatever_is_typed_is_data_or_a_problem_with_its_place(text: str) -> None:
    for may_share in (False, True):
        assert all(place is not None for place in places_of_problems(text, may_share=may_share))
    with pytest.raises(DocumentError):
        read_document(text)


def places_of_problems(text: str, *, may_share: bool) -> list[Place | None]:
    try:
        read_source(text, may_share=may_share)
    except DocumentError as error:
        return [problem.place for problem in error.problems]
    return []


NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029")  # written as blanks
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(LETTERS, max_size=12)
    | st.from_regex(r"[-+]?0?[0-9_]{1,4}([:.e-][0-9]{1,2}){0,2}|yes|no|on|off|null|=|<<|~", fullmatch=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=300)
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_what_is_spelled_out_reads_back_as_the_same(data: dict[str, Any]) -> None:
    assert read_source(as_text(data)).data == data


def test_a_place_is_that_of_the_sign_also_behind_letters_of_two_bytes() -> None:
    text = GOOD.replace("[Keputusan rekaan]", '["Keputusan “é” rekaan", *lain]')
    (found,) = said(text)
    assert re.match(r"4:35 ", found), found
