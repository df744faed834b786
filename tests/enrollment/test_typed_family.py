"""Typing a family by hand: every press saves, nothing typed is lost, all of it without JavaScript."""

import pytest
from django.test import Client

from enrollment import services
from enrollment.enums import FamilyCardState
from enrollment.models import Application
from tests.enrollment import factories as make

PAGE = "/daftar/keluarga/isi/"
HEAD = {"relation": "kepala", "kk_number": "", "address": "Dusun Krajan", "rt": "1", "rw": "2"}


def line(number: int, **answers: str) -> dict[str, str]:
    known = {"name": "Rizki Maulana", "nik": make.RIZKI["nik"], "sex": "L", "relation": "anak",
             "birth_date_day": "5", "birth_date_month": "Nopember", "birth_date_year": "2012"}  # fmt: skip
    return {f"m-{number}-{name}": value for name, value in {**known, **answers}.items()}


def sent(*lines: dict[str, str], saved: int = 0, **head: str) -> dict[str, str]:
    answers = {**HEAD, **head, "m-TOTAL_FORMS": str(len(lines)), "m-INITIAL_FORMS": str(saved)}
    for answer in lines:
        answers |= answer
    return answers


@pytest.fixture
def visitor(client: Client, sulastri) -> Client:
    application = services.choose_manual_photo(make.asked(sulastri), by=sulastri)
    make.receive(application, None, FamilyCardState.UNAVAILABLE)
    services.choose_village(application, village_code=make.KESILIR, by=sulastri)
    client.force_login(sulastri)
    return client


def text(response) -> str:
    return response.content.decode()


def names() -> list[str]:
    return sorted(member.person.name for member in Application.objects.get().family.members.current())


def test_without_a_card_the_family_page_leads_here(visitor) -> None:
    assert visitor.get("/daftar/keluarga/")["Location"] == PAGE
    page = text(visitor.get(PAGE))
    assert "Sulastri" in page
    assert "3510********9005" in page


def test_without_a_village_it_is_asked_first(visitor) -> None:
    Application.objects.update(village=None)
    assert visitor.get(PAGE)["Location"] == "/daftar/keluarga/desa/"


def test_somebody_alone_just_continues(visitor) -> None:
    assert visitor.post(PAGE, sent())["Location"] == "/daftar/rumah/"
    assert names() == ["Sulastri"]
    family = Application.objects.get().family
    assert (family.rt, family.rw, family.address) == ("1", "2", "Dusun Krajan")


def test_adding_a_member_saves_and_brings_an_empty_line(visitor) -> None:
    answer = visitor.post(PAGE, {**sent(), "add": "1"})
    assert answer["Location"] == f"{PAGE}?add=1#new"
    assert "Anggota baru" in text(visitor.get(f"{PAGE}?add=1"))
    visitor.post(PAGE, {**sent(line(0)), "add": "1"})
    later = text(visitor.get(PAGE))
    assert "Rizki Maulana" in later
    assert "Anggota baru" not in later
    assert Application.objects.get().family is None


def test_an_empty_line_is_no_member(visitor) -> None:
    empty = dict.fromkeys(line(1), "")
    assert visitor.post(PAGE, sent(line(0), empty))["Location"] == "/daftar/rumah/"
    assert names() == ["Rizki Maulana", "Sulastri"]


def test_a_member_can_be_taken_off_again(visitor) -> None:
    visitor.post(PAGE, {**sent(line(0)), "add": "1"})
    off = {**line(0, name=""), "m-0-DELETE": "on"}
    assert visitor.post(PAGE, sent(off, saved=1))["Location"] == "/daftar/rumah/"
    assert names() == ["Sulastri"]


def test_a_line_may_have_no_nik(visitor) -> None:
    visitor.post(PAGE, sent(line(0, nik="")))
    assert "member_without_nik" in Application.objects.get().data_warnings


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nik": "351022051112900"}, "NIK harus 16 angka. Yang Anda isi 15"),
        ({"nik": "35102205111290066"}, "Yang Anda isi 17"),
        ({"nik": "35102205l1129006"}, "hanya berisi angka"),
        ({"nik": "3510223113129006"}, "Tanggal di dalam NIK ini tidak ada"),
        ({"nik": "9910220511129006"}, "tidak cocok dengan daerah mana pun"),
        ({"nik": "3510220511120000"}, "tidak mungkin 0000"),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "Bulan itu hanya sampai tanggal"),
        ({"birth_date_year": "2190"}, "belum"),
        ({"sex": ""}, "Jenis kelamin"),
        ({"relation": ""}, "Hubungan dengan kepala keluarga"),
        ({"name": ""}, "Nama lengkap"),
    ],
)
def test_bad_input_is_explained_and_kept(visitor, changes: dict[str, str], words: str) -> None:
    response = visitor.post(PAGE, sent(line(0, **changes)))
    page = text(response)
    assert response.status_code == 200
    assert "Ada yang perlu diperbaiki" in page
    assert words in page
    assert "Dusun Krajan" in page
    assert changes.get("nik", make.RIZKI["nik"]) in page


@pytest.mark.parametrize("written", ["3510 2205 1112 9006", "3510.2205.1112.9006", "3510-2205-1112-9006"])
def test_spaces_and_dots_in_a_nik_are_fine(visitor, written: str) -> None:
    assert visitor.post(PAGE, sent(line(0, nik=written)))["Location"] == "/daftar/rumah/"
    assert Application.objects.get().family.members.filter(person__nik_index__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("number", "words"),
    [("0", "Yang Anda isi 1"), ("0000000000000000", "daerah mana pun"), ("351022090716900", "Yang Anda isi 15")],
)
def test_a_kk_number_that_is_none_is_explained(visitor, number: str, words: str) -> None:
    assert words in text(visitor.post(PAGE, sent(kk_number=number)))


def test_a_family_has_one_head(visitor) -> None:
    assert "Belum ada kepala keluarga" in text(visitor.post(PAGE, sent(relation="istri")))
    two = visitor.post(PAGE, sent(line(0, relation="kepala")))
    assert "Kepala keluarga hanya satu" in text(two)
    assert "Rizki Maulana" in text(visitor.get(PAGE))


def test_the_applicants_own_nik_typed_again_is_one_person(visitor) -> None:
    again = line(0, name="Sulastri", nik=make.SULASTRI["nik"], sex="P")
    visitor.post(PAGE, sent(again))
    assert names() == ["Sulastri"]


def test_once_the_card_is_there_it_is_shown_instead(visitor) -> None:
    make.receive(Application.objects.get(), make.card())
    assert visitor.get(PAGE)["Location"] == "/daftar/"
    assert "Rizki Maulana" in text(visitor.get("/daftar/keluarga/"))


def test_a_forged_line_count_is_refused(visitor) -> None:
    assert visitor.post(PAGE, {**sent(), "m-TOTAL_FORMS": "5000"}).status_code == 200
    assert visitor.post(PAGE, {**HEAD}).status_code == 200
    assert Application.objects.get().family is None
