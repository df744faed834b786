"""What differs between two versions of rules, in plain words: never silent, never invented."""

from copy import deepcopy
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
import yaml
from django.utils.translation import gettext, override
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eligibility.rules import changes, spoken
from eligibility.rules.changes import Part
from eligibility.rules.document import DocumentError, RuleDocument, parse
from eligibility.rules.spelling import as_text
from tests.eligibility.documents import RULESETS, data, small

SHIPPED = sorted(path.stem for path in RULESETS.glob("*.yaml"))
RICH = data("pkh-2026-2")
RICH["parameters"]["tarif_dini"] = {"unit": "rupiah/year", "default": 3_100_000}
RICH["parameters"]["tarif_daerah"] = {"unit": "rupiah/year", "regional": True}
RICH["max_age_days"] = {"pln.power_va": 180}
RICHEST = parse(RICH)
TABLED = data("paket-nutrisi-2020-1")


def said(old: dict[str, Any], new: dict[str, Any], language: str = "id") -> list[str]:
    with override(language):
        found = changes.between(parse(old), parse(new))
        return [gettext(change.message) % change.filled(language) for change in found]


def test_a_limit_that_rises_is_said_as_people_say_it() -> None:
    raised = small(parameters={"power_limit_va": {"unit": "VA", "default": 2200, "regional": True}})
    assert said(small(), raised)[:1] == ["Batas daya listrik rumah naik dari 1.300 VA menjadi 2.200 VA."]
    assert said(raised, small(), "en") == ["The limit of electric power falls from 2,200 VA to 1,300 VA."]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("valid", "until"), "2027-01-01",
         "Tidak berlaku lagi mulai: sekarang 1 Januari 2027, sebelumnya tidak diatur."),
        (("version",), "2027-1", "Versi: dari 2026-2 menjadi 2027-1."),
        (("criteria", 0, "legal"), "Perpres 1/2027", "Dasar hukum “Keluarga termasuk desil 1 sampai 4.”"),
        (("disqualifiers", 0, "test"), "bkn.asn in (1, 2)",
         "dulu Anggota keluarga ASN paling kecil 1 orang; sekarang Anggota keluarga ASN salah satu dari 1 orang"),
        (("amount", "picking"), "listed",
         "Komponen dipilih menurut urutan daftar, sebelumnya yang terbesar lebih dulu."),
        (("amount", "components", 0, "rupiah_per_year"), 3_300_000,
         "Anak usia dini, setahun naik dari Rp3.000.000 menjadi Rp3.300.000."),
        (("amount", "components", 0, "rupiah_per_year"), "tarif_dini",
         "Anak usia dini, setahun: dari Rp3.000.000 menjadi Rp3.100.000 (parameter “tarif_dini”)."),
        (("amount", "components", 0, "rupiah_per_year"), "tarif_daerah",
         "Anak usia dini, setahun: dari Rp3.000.000 menjadi nilai daerah “tarif_daerah”."),
        (("amount", "components", 0, "cap"), 1,
         "Batas orang untuk “Anak usia dini” turun dari 2 orang menjadi 1 orang."),
        (("amount", "groups", 0, "most"), 2, "Batas kelompok “children” turun dari 3 orang menjadi 2 orang."),
        (("amount", "legal"), "Perpres 1/2027", "Dasar hukum “besar bantuan”: “–” menjadi “Perpres 1/2027”."),
        (("duties", 0, "cut_percent"), 20, "naik dari 10 % menjadi 20 %."),
        (("time_limit", "years"), 6, "Batas waktu, tahun naik dari 5 menjadi 6."),
        (("time_limit", "exempt"), ["dukcapil.elderly_60"],
         "Batas waktu kini berlaku juga untuk: Penyandang disabilitas"),
        (("max_age_days", "pln.power_va"), 90,
         "Umur data daya listrik rumah yang masih dipercaya turun dari 180 hari menjadi 90 hari."),
        (("max_age_days",), {},
         "Umur data daya listrik rumah yang masih dipercaya naik dari 180 hari menjadi 365 hari."),
        (("parameters", "power_limit_va", "text"), {"id": "Batas daya", "en": "Power limit"}, "menjadi “Batas daya”"),
        (("need", "eased_by", 0, "points"), 200, "Keringanan untuk penyandang disabilitas berat: dari 150 angka"),
        (("disqualifiers", 0, "text", "id", "rule"), "Tidak ada ASN.",
         "“Tidak ada anggota keluarga yang ASN.” menjadi"),
    ],
)  # fmt: skip
def test_each_part_has_words_of_its_own(path: tuple[Any, ...], value: Any, sentence: str) -> None:
    told = said(RICH, changed(RICH, path, value))
    assert any(sentence in line for line in told), told
    assert not any("ditulis berbeda" in line for line in told)


def test_what_came_and_went_is_named() -> None:
    without = changed(RICH, ("disqualifiers",), RICH["disqualifiers"][1:])
    assert said(RICH, without) == ["Tidak ditanyakan lagi: Tidak ada anggota keluarga yang ASN."]
    assert said(without, RICH)[0].startswith("Syarat baru: Tidak ada anggota keluarga yang ASN. Dasar hukum: Kepmensos")


def test_an_overlap_is_told_once_and_not_as_a_criterion() -> None:
    overlap = next(number for number, one in enumerate(TABLED["overlaps"]) if one["blocks"])
    told = changes.between(parse(TABLED), parse(changed(TABLED, ("overlaps", overlap, "blocks"), False)))
    assert [change.part for change in told] == [Part.OVERLAPS]


@pytest.mark.parametrize("name", SHIPPED)
def test_no_difference_without_a_change_and_texts_read_back(name: str) -> None:
    document = data(name)
    assert changes.between(parse(document), parse(deepcopy(document))) == ()
    assert yaml.safe_load(as_text(document)) == document
    for criterion in parse(document).criteria:
        for sentence in spoken.condition(criterion.condition, parse(document)).values():
            assert "{" not in sentence


def test_a_day_and_a_reckoned_limit_in_words() -> None:
    assert spoken.day(date(2027, 8, 17)) == {"id": "17 Agustus 2027", "en": "17 August 2027"}
    words = {language: dict.fromkeys(("rule", "known", "unknown"), "Kalimat.") for language in ("id", "en")}
    document = parse(small(criteria=[{**small()["criteria"][0], "test": RECKONED, "text": words}]))
    assert spoken.condition(document.criteria[0].condition, document)["id"] == (
        "tidak benar bahwa (Daya listrik rumah paling besar (1.300 VA (parameter “power_limit_va”) × 2)"
        " atau Desil dari 1 sampai 2)"
    )


RECKONED = "not (pln.power_va <= power_limit_va * 2 or dtsen.decile between 1 and 2)"
paths = st.deferred(lambda: st.sampled_from(sorted(_paths(RICH), key=repr)))


@settings(max_examples=60)
@given(path=paths, draw=st.data())
def test_whatever_changes_a_document_is_told(path: tuple[Any, ...], draw: st.DataObject) -> None:
    mutated = changed(RICH, path, draw.draw(mutations(value_at(RICH, path))))
    try:
        document = parse(mutated)
    except DocumentError:
        assume(False)
    told = changes.between(RICHEST, document)
    assert bool(told) == (contents(document) != contents(RICHEST))
    for change in told:
        for language in ("id", "en"):
            assert change.message % change.filled(language)


def mutations(value: Any) -> st.SearchStrategy[Any]:
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, int):
        return st.sampled_from([value + 1, max(value - 1, 0), value * 2])
    if isinstance(value, str):
        return st.sampled_from([f"{value} x", "2031-05-05", "dukcapil.children_0_6", "listed", None])
    if isinstance(value, list):
        return st.sampled_from([value[1:], value[::-1], [*value, *value[-1:]]])
    if isinstance(value, dict) and value:
        return st.sampled_from(sorted(value)).map(lambda name: {key: one for key, one in value.items() if key != name})
    return st.just("2031-05-05")


def contents(document: RuleDocument) -> list[Any]:
    return [getattr(document, one.name) for one in fields(document)]


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [(*path, name) for name, _one in inside] + [
        found for name, one in inside for found in _paths(one, (*path, name))
    ]


def value_at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def changed(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    copy = deepcopy(document)
    value_at(copy, path[:-1])[path[-1]] = value
    return copy
