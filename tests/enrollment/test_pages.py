"""The pages of the form: bad input, resuming, the back button, expired sessions, strangers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enrollment import services
from enrollment.enums import ApplicationState, FamilyCardState, PhotoRoute, Step
from enrollment.models import Application, Document
from tests import factories
from tests.enrollment import factories as make

STEPS = {"persetujuan": 1, "foto": 2, "keluarga": 3, "rumah": 4, "hp": 5, "rekening": 6, "periksa": 7}


@pytest.fixture
def visitor(client: Client, sulastri) -> Client:
    client.force_login(sulastri)
    return client


def text(response) -> str:
    return response.content.decode()


def errors(response) -> str:
    assert response.status_code == 200
    assert "<title>Kesalahan:" in " ".join(text(response).split()).replace("<title> ", "<title>")
    return text(response)


# --- where one is -----------------------------------------------------------------------------


def test_returning_resumes_where_one_left(visitor, sulastri) -> None:
    application = make.ready(sulastri)
    for slug, number in STEPS.items():
        Application.objects.filter(pk=application.pk).update(step=list(Step)[number - 1])
        assert visitor.get("/daftar/")["Location"] == f"/daftar/{slug}/"


def test_a_page_that_is_not_reached_leads_to_the_one_that_is(visitor, sulastri) -> None:
    make.asked(sulastri)
    for slug in ("keluarga", "rumah", "hp", "rekening", "periksa"):
        for response in (visitor.get(f"/daftar/{slug}/"), visitor.post(f"/daftar/{slug}/", {})):
            assert response["Location"] == "/daftar/"
    assert visitor.get("/daftar/keluarga/isi/")["Location"] == "/daftar/"
    assert visitor.get("/daftar/keluarga/desa/")["Location"] == "/daftar/"


def test_an_unknown_page_is_not_found(visitor, sulastri) -> None:
    for slug in ("tidak-ada", "consent"):
        assert visitor.get(f"/daftar/{slug}/").status_code == 404


def test_a_correction_from_the_summary_returns_to_the_summary(visitor, sulastri) -> None:
    make.ready(sulastri)
    page = text(visitor.get("/daftar/hp/"))
    assert 'href="/daftar/periksa/"' in page
    answer = {"phone": "0813 9999 8888", "phone_owner": "family"}
    assert visitor.post("/daftar/hp/", answer)["Location"] == "/daftar/periksa/"
    assert "081399998888" in text(visitor.get("/daftar/periksa/"))


def test_after_sending_every_way_leads_to_the_receipt(visitor, sulastri) -> None:
    application = make.sent(sulastri)
    for slug in STEPS:
        if slug != "foto":
            assert visitor.get(f"/daftar/{slug}/", follow=True).redirect_chain[-1][0] == "/daftar/selesai/"
            assert visitor.post(f"/daftar/{slug}/", {}, follow=True).redirect_chain[-1][0] == "/daftar/selesai/"
    assert application.receipt_code in text(visitor.get("/daftar/selesai/"))
    assert visitor.get("/daftar/foto/").status_code == 200


def test_sending_twice_shows_the_same_receipt(visitor, sulastri) -> None:
    application = make.ready(sulastri)
    first = visitor.post("/daftar/periksa/", {"is_true": "on"}, follow=True)
    second = visitor.post("/daftar/periksa/", {"is_true": "on"}, follow=True)
    application.refresh_from_db()
    assert application.receipt_code in text(first)
    assert application.receipt_code in text(second)


def test_a_result_is_shown_on_the_status_page(visitor, sulastri) -> None:
    application = make.sent(sulastri)
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.DECIDED)
    assert visitor.get("/daftar/")["Location"] == f"/status/{application.public_id}/"


def test_staff_do_not_fill_in_the_citizens_form(client, cast, sign_in) -> None:
    sign_in(client, cast.ani)
    assert client.get("/daftar/").status_code == 403


def test_somebody_elses_draft_is_never_shown(client, sulastri) -> None:
    make.ready(sulastri)
    client.force_login(make.citizen(make.PONIRIN))
    assert client.get("/daftar/periksa/")["Location"] == "/daftar/"
    assert "Sulastri" not in text(client.get("/daftar/", follow=True))


# --- consent and photo ------------------------------------------------------------------------


def test_every_source_is_named_with_its_purpose(visitor, sulastri) -> None:
    page = text(visitor.get("/daftar/", follow=True))
    for wording in make.factories.consent_texts():
        assert wording.source_name in page
        assert wording.purpose in page


def test_no_answer_about_consent_asks_again(visitor) -> None:
    visitor.get("/daftar/")
    assert "Pilih salah satu jawaban dulu." in errors(visitor.post("/daftar/persetujuan/", {}))


def test_no_consent_is_met_kindly(visitor, sulastri) -> None:
    visitor.get("/daftar/")
    page = visitor.post("/daftar/persetujuan/", {"answer": "no"}, follow=True)
    assert page.redirect_chain[-1][0] == "/daftar/belum-setuju/"
    assert "Tidak apa-apa" in text(page)
    assert Application.objects.get().state == ApplicationState.WITHDRAWN


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("kosong.jpg", b"", "kosong"),
        ("surat.jpg", b"%PDF-1.7 bukan foto", "PDF"),
        ("catatan.jpg", b"bukan foto", "JPEG"),
        ("terpotong.jpg", factories.photo((640, 480))[:400], "rusak"),
    ],
)
def test_a_bad_photo_is_explained_in_bahasa(visitor, sulastri, name: str, data: bytes, words: str) -> None:
    make.asked(sulastri)
    response = visitor.post("/daftar/foto/", {"photo": SimpleUploadedFile(name, data, "image/jpeg")})
    assert words in errors(response)
    assert Document.objects.count() == 0


def test_no_photo_at_all_asks_for_one(visitor, sulastri) -> None:
    make.asked(sulastri)
    assert "Fotonya belum ada" in errors(visitor.post("/daftar/foto/", {}))


def test_a_good_photo_goes_to_the_check(visitor, sulastri) -> None:
    make.asked(sulastri)
    response = visitor.post("/daftar/foto/", {"photo": SimpleUploadedFile("f.jpg", factories.photo((640, 480)))})
    assert response["Location"] == f"/daftar/foto/{Document.objects.get().public_id}/"


def test_who_cannot_be_photographed_presses_one_button(visitor, sulastri) -> None:
    make.asked(sulastri)
    assert visitor.post("/daftar/foto/", {"cannot": "1"})["Location"] == "/daftar/keluarga/"
    assert Application.objects.get().photo_route == PhotoRoute.MANUAL


# --- phone, bank, statement -------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0812", "081234567890123", "021 555 1234", "nol delapan", "08l234567890"])
def test_a_number_that_is_no_mobile_is_explained_and_kept(visitor, sulastri, number: str) -> None:
    make.ready(sulastri)
    page = errors(visitor.post("/daftar/hp/", {"phone": number, "phone_owner": "self"}))
    assert "mulai dengan 08" in page
    assert f'value="{number}"' in page


@pytest.mark.parametrize("number", ["0812-3456-7890", "+62 812 3456 7890", "62.812.3456.7890", "(0812) 34567890"])
def test_a_mobile_number_may_be_written_anyhow(visitor, sulastri, number: str) -> None:
    make.ready(sulastri)
    visitor.post("/daftar/hp/", {"phone": number, "phone_owner": "neighbour"})
    assert Application.objects.get().phone == "081234567890"


def test_without_a_phone_nothing_else_is_asked(visitor, sulastri) -> None:
    make.ready(sulastri)
    assert visitor.post("/daftar/hp/", {"phone": "12", "phone_owner": "none"})["Location"] == "/daftar/periksa/"
    assert "pilih “Tidak punya HP”" in errors(visitor.post("/daftar/hp/", {"phone": "", "phone_owner": "self"}))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"bank": "bri", "number": "1234567890", "holder": "S"}, "paling sedikit 15 angka. Yang Anda isi 10"),
        ({"bank": "bni", "number": "12345", "holder": "S"}, "Yang Anda isi 5"),
        ({"bank": "bni", "number": "1" * 17, "holder": "S"}, "Yang Anda isi 17"),
        ({"bank": "bni", "number": "12345abcde", "holder": "S"}, "hanya berisi angka"),
        ({"bank": "bni", "number": "", "holder": "S"}, "Isi nomor rekening"),
        ({"bank": "bni", "number": "1234567890", "holder": " "}, "Isi nama di buku tabungan"),
        ({"bank": "", "number": "1234567890", "holder": "S"}, "Pilih banknya"),
    ],
)
def test_a_wrong_account_is_explained_and_kept(visitor, sulastri, answer: dict[str, str], words: str) -> None:
    make.ready(sulastri)
    page = errors(visitor.post("/daftar/rekening/", answer))
    assert words in page
    assert f'value="{answer["number"]}"' in page or not answer["number"]


def test_no_account_yet_is_an_answer(visitor, sulastri) -> None:
    application = make.ready(sulastri)
    assert visitor.post("/daftar/rekening/", {"bank": "none", "number": "12"})["Location"] == "/daftar/periksa/"
    assert "Belum punya rekening" in text(visitor.get("/daftar/periksa/"))
    assert application.bank_account.number


def test_the_statement_must_be_ticked(visitor, sulastri) -> None:
    make.ready(sulastri)
    assert "Centang pernyataan dulu" in errors(visitor.post("/daftar/periksa/", {}))
    assert Application.objects.get().state == ApplicationState.DRAFT


# --- family -----------------------------------------------------------------------------------


def test_the_wait_is_short_and_then_there_is_a_choice(visitor, sulastri) -> None:
    application = services.choose_manual_photo(make.asked(sulastri), by=sulastri)
    assert visitor.get("/daftar/keluarga/")["Refresh"] == "4"
    application.consents.update(given_at=application.created_at.replace(year=2020))
    page = visitor.get("/daftar/keluarga/")
    assert "Refresh" not in page
    assert "/daftar/keluarga/isi/" in text(page)


def test_what_is_wrong_on_the_card_is_written_down(visitor, sulastri) -> None:
    make.with_card(sulastri)
    assert "Tulis apa yang salah" in errors(visitor.post("/daftar/keluarga/", {"is_right": "no"}))
    answer = {"is_right": "no", "correction": "Anak kedua sudah menikah"}
    assert visitor.post("/daftar/keluarga/", answer)["Location"] == "/daftar/rumah/"
    assert Application.objects.get().family_correction == "Anak kedua sudah menikah"


def test_a_village_outside_says_what_to_do(visitor, sulastri) -> None:
    make.with_card(sulastri, make.card(village_code=make.UNSERVED))
    page = visitor.post("/daftar/keluarga/", {"is_right": "yes"})
    assert "Desa Anda belum ikut program" in text(page)
    visitor.post("/daftar/keluarga/desa/?district=35.10.16", {"village": make.LATENG})
    assert visitor.post("/daftar/keluarga/", {"is_right": "yes"})["Location"] == "/daftar/rumah/"


def test_a_card_without_a_village_asks_for_district_and_village(visitor, sulastri) -> None:
    make.with_card(sulastri, make.card(village_code=None))
    assert visitor.get("/daftar/keluarga/")["Location"] == "/daftar/keluarga/desa/"
    assert "Siliragung" in text(visitor.get("/daftar/keluarga/desa/"))
    chosen = "/daftar/keluarga/desa/?district=35.10.22"
    assert "Kesilir" in text(visitor.get(chosen))
    assert "Pilih desa atau kelurahan dulu" in errors(visitor.post(chosen, {"village": make.JATILUWIH}))
    assert visitor.post(chosen, {"village": make.KESILIR})["Location"] == "/daftar/keluarga/"


def test_a_family_that_is_registered_gets_a_clear_word(visitor, sulastri) -> None:
    husband = make.citizen(make.PONIRIN)
    lines = [{**make.SULASTRI, "relation": "kepala"}, {**make.PONIRIN, "relation": "suami"}]
    make.with_family(husband, make.card(members=lines))
    make.with_card(sulastri, make.card(members=lines))
    assert "Keluarga ini sudah terdaftar" in errors(visitor.post("/daftar/keluarga/", {"is_right": "yes"}))


def test_nothing_is_known_yet_is_said_of_the_state(sulastri) -> None:
    application = make.receive(make.asked(sulastri), None, FamilyCardState.UNAVAILABLE)
    assert application.data_warnings == ["card_unavailable"]
