"""What a source may say instead of an answer: all of it means "ask again later", none of it a value."""

import gzip
import logging
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.support.code import ROOT
from tests.verification.rogue import Rogue
from verification import connectors
from verification.connectors import Reply, SourceRefused, SourceUnavailable, Subjects
from verification.connectors.base import Account
from verification.enums import Source

NIK, KK = "3510161204889001", "3510161503159001"
ABOUT = Subjects(NIK, KK, (NIK,), Account("bri", "009801023456789", "Siti"))
METERS = {"meters": [{"power_va": 900, "tariff": "R-1/TR"}]}


def ask(source: str = Source.PLN) -> Reply:
    return connectors.ask(source, ABOUT, request_id=uuid4())


def test_a_good_answer_with_more_in_it_than_asked_is_fine(rogue: Rogue) -> None:
    rogue.says({**METERS, "owner": "nobody asked", "meters": [{"power_va": 900, "meter_number": "12"}]})
    assert [fact.value for fact in ask().facts] == [900]
    path, headers, question = rogue.asked[0]
    assert (path, question) == ("/sources/pln/v1/meters", {"niks": [NIK]})
    assert headers["Authorization"].startswith("Bearer ")


def test_the_example_in_the_documentation_is_a_connector(rogue: Rogue) -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.S)[1]
    names: dict[str, Any] = {"__name__": "tests.example"}
    exec(compile(code, "docs/sources.md", "exec", dont_inherit=True), names)  # as somebody would copy it
    rogue.says({"boats": [{"gross_tonnage": 3}, {"gross_tonnage": 7, "name": "Bintang"}]})
    reply = names["Kkp"]().ask(ABOUT, request_id=uuid4())
    found = [(fact.name, fact.value, fact.unit, fact.confidence) for fact in reply.facts]
    assert found == [("kkp.boats", 2, "boats", 100), ("kkp.tonnage", 7, "GT", 80)]
    rogue.says({"boats": [{"gross_tonnage": "7"}]})
    with pytest.raises(SourceUnavailable, match="bad_answer"):
        names["Kkp"]().ask(ABOUT, request_id=uuid4())
    assert len(code.splitlines()) <= 60


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "text/plain", "", "application/jsonp"])
def test_a_page_with_status_200_is_an_outage(rogue: Rogue, content_type: str) -> None:
    rogue.says(b"<html><h1>Sistem sedang pemeliharaan</h1></html>", content_type=content_type)
    with pytest.raises(SourceUnavailable, match="not_json"):
        ask()


@pytest.mark.parametrize(
    "body",
    [
        b"<html>not json</html>",
        b"",
        b"{",
        b"[]",
        b"null",
        b'"found"',
        b"\xff\xfe\x00",
        b"[" * 50_000,
        {"meters": None},
        {},
        {"meters": [{"power_va": "2200"}]},
        {"meters": [{"power_va": None}]},
        {"meters": [{"power_va": True}]},
        {"meters": [{"power_va": 900.5}]},
        {"meters": [{"power_va": -1}]},
        {"meters": [{"power_va": 10**9}]},
        {"meters": [{}]},
        {"meters": {"power_va": 900}},
        {**METERS, "status": "maybe"},
        {**METERS, "as_of": "2999-01-01"},
        {**METERS, "as_of": "15-01-2026"},
        {**METERS, "as_of": None},
        {**METERS, "request_id": "00000000-0000-4000-8000-000000000000"},
        {**METERS, "request_id": "x"},
    ],
)
def test_what_the_contract_does_not_know_is_no_answer(rogue: Rogue, body: Any) -> None:
    rogue.says(body)
    with pytest.raises(SourceUnavailable, match="bad_answer"):
        ask()


@pytest.mark.parametrize(
    ("source", "body"),
    [
        (Source.DTSEN, {"decile": 0}),
        (Source.DTSEN, {"decile": 11}),
        (Source.DTSEN, {"decile": "3"}),
        (Source.SAMSAT, {"vehicles": [{"kind": "kapal", "year": 2011}]}),
        (Source.BPN, {"parcels": [{"area_m2": -5}]}),
        (Source.BPJS_TK, {"records": [{"nik": NIK, "status": "aktif", "monthly_wage": 1}]}),
        (Source.BKN, {"records": [{"nik": NIK, "kind": "menteri"}]}),
        (Source.DAPODIK, {"records": [{"nik": NIK, "level": "sd", "active": "ya"}]}),
        (Source.KEMENKEU, {"records": [{"nik": NIK, "active": "ya"}]}),
        (Source.KEMENDAGRI, {"records": [{"nik": NIK, "position": "camat", "active": True}]}),
        (Source.GTK, {"records": [{"nik": NIK, "certified": None, "active": True}]}),
        (Source.KEMENKES, {"records": [{"nik": NIK, "certificate_status": "aktif"}]}),
        (Source.AHU, {"records": [{"nik": NIK, "company_form": "warung", "active": True}]}),
        (Source.ATTENDANCE, {"records": [{"nik": NIK, "school_days": 10, "days_present": 11}]}),
        (Source.ATTENDANCE, {"records": [{"nik": NIK, "school_days": 110, "days_present": -1}]}),
        (Source.POSYANDU, {"records": [{"nik": NIK, "programme": "posyandu", "months": [{"visited": 1}]}]}),
        (Source.POSYANDU, {"records": [{"nik": NIK, "programme": "lansia", "months": []}]}),
        (Source.BPJS_KES, {"records": [{"nik": NIK, "membershipStatus": "active", "membershipClass": "VIP"}]}),
        (Source.BANK, {"account": {"exists": True, "name_matches": "ya", "active": True}}),
        (Source.BANK, {"account": None}),
        (Source.OTHER_AID, {"records": [{"nik": NIK, "kind": "pulsa", "active": True}]}),
        (Source.DUKCAPIL, {"family_card": {"members": []}}),
        (Source.DUKCAPIL, {"family_card": None}),
        (Source.DUKCAPIL, {"family_card": [1]}),
        (Source.DUKCAPIL, {"family_card": {"members": [{"name": "A", "sex": "L", "birth_date": "31-12-1980"}]}}),
    ],
)
def test_each_source_has_its_own_sense(rogue: Rogue, source: str, body: dict[str, Any]) -> None:
    rogue.says(body)
    with pytest.raises(SourceUnavailable, match="bad_answer"):
        ask(source)


@pytest.mark.parametrize("birth_date", ["2062-03-01", "1862-03-01"])
def test_a_member_nobody_can_be_as_old_as_leaves_the_ages_unknown(rogue: Rogue, birth_date: str) -> None:
    """One mistyped year must not turn a small child into nobody, nor into somebody old: unknown is not none."""
    born = {"nik": NIK, "name": "Siti", "sex": "P", "relation": "kepala", "birth_date": "1988-04-12"}
    child = {"nik": None, "name": "Budi", "sex": "L", "relation": "anak", "birth_date": birth_date}
    rogue.says({"family_card": {"kk_number": KK, "members": [born, child]}})
    assert {fact.name: fact.value for fact in ask(Source.DUKCAPIL).facts} == {
        "dukcapil.family_size": 2,
        "dukcapil.head_alive": True,
    }


def test_of_a_card_that_names_no_head_nobody_says_whether_it_lives(rogue: Rogue) -> None:
    """The form takes the first line for the head; a decision must not rest on that guess."""
    wife = {"nik": NIK, "name": "Siti", "sex": "P", "relation": "istri", "birth_date": "1988-04-12", "alive": False}
    child = {"nik": None, "name": "Budi", "sex": "L", "relation": "anak", "birth_date": "2021-03-01"}
    rogue.says({"family_card": {"kk_number": KK, "members": [wife, child]}})
    found = {fact.name: fact.value for fact in ask(Source.DUKCAPIL).facts}
    assert found == {"dukcapil.family_size": 1, "dukcapil.children_0_6": 1, "dukcapil.elderly_60": 0}


def test_what_nobody_needs_is_not_read(rogue: Rogue) -> None:
    """The exchange's message could name an illness; it is not even looked at."""
    record = {"nik": NIK, "membershipStatus": "active", "membershipClass": "1", "hasChronicIllness": ["rahasia"]}
    rogue.says({"records": [record]})
    assert {fact.name: fact.value for fact in ask(Source.BPJS_KES).facts} == {
        "bpjs_kes.premium_paid_by_state": 0,
        "bpjs_kes.first_class": 1,
    }


@pytest.mark.parametrize(
    "body", [{"image_base64": "%%%", "content_type": "image/jpeg"}, {"content_type": "image/jpeg"}]
)
def test_a_photograph_that_is_none(rogue: Rogue, body: dict[str, Any]) -> None:
    rogue.says(body)
    with pytest.raises(SourceUnavailable, match="bad_answer"):
        connectors.reference_photograph(NIK, request_id=uuid4())


@pytest.mark.parametrize("status", [201, 204, 301, 302, 401, 403, 408, 429, 500, 502, 503, 504])
def test_statuses_that_may_get_better(rogue: Rogue, status: int) -> None:
    rogue.says(METERS, status=status, headers={"Location": "/elsewhere"})
    with pytest.raises(SourceUnavailable, match=f"http_{status}"):
        ask()
    assert len(rogue.asked) == 1  # a redirect is not followed: NIKs go where they were sent, and nowhere else


@pytest.mark.parametrize("status", [400, 404, 409, 410, 413, 415, 422])
def test_statuses_that_will_not(rogue: Rogue, status: int) -> None:
    rogue.says(METERS, status=status)
    with pytest.raises(SourceRefused, match=f"http_{status}"):
        ask()


def test_an_answer_without_end_is_cut_off(rogue: Rogue) -> None:
    rogue.says({**METERS, "noise": "x" * (2 * 1024 * 1024)})
    with pytest.raises(SourceUnavailable, match="too_big"):
        ask()


def test_a_photograph_may_be_larger_but_not_endless(rogue: Rogue) -> None:
    rogue.says({"image_base64": "A" * (4 * 1024 * 1024), "content_type": "image/jpeg"})
    assert len(connectors.reference_photograph(NIK, request_id=uuid4()) or b"") == 3 * 1024 * 1024
    rogue.says({"image_base64": "A" * (9 * 1024 * 1024), "content_type": "image/jpeg"})
    with pytest.raises(SourceUnavailable, match="too_big"):
        connectors.reference_photograph(NIK, request_id=uuid4())


def test_a_packed_answer_is_not_unpacked(rogue: Rogue) -> None:
    rogue.says(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceUnavailable, match="bad_answer"):
        ask()


def test_a_source_that_drips_is_cut_off(rogue: Rogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verification.connectors.http.WHOLE_ANSWER_S", 0.4)
    rogue.says(METERS, drip_s=0.02)
    with pytest.raises(SourceUnavailable, match="timeout"):
        ask()


def test_a_bad_answer_is_never_quoted(rogue: Rogue, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rogue.says({"records": [{"nik": NIK, "status": "Sutini Rahayu", "monthly_wage": 3_510_161}]})
    with pytest.raises(SourceUnavailable) as caught:
        ask(Source.BPJS_TK)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "status" in caplog.text  # where it is wrong
    for secret in (NIK, "Sutini", "3510161"):
        assert secret not in caplog.text
        assert secret not in repr(caught.value)
