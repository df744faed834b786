"""Coming in and coming back: sign-in, expired sessions, the proof number, what is stored about me."""

from datetime import date

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as RedisLost

from enrollment import grants, kept
from enrollment.models import Application
from perlinsos.core import audit
from tests.enrollment import factories as make

BORN = {"birth_date_day": "27", "birth_date_month": "feb", "birth_date_year": "1979"}


def text(response) -> str:
    return response.content.decode()


@pytest.fixture(autouse=True)
def counters() -> None:
    cache.clear()


# --- the session ended ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/daftar/", "/daftar/hp/", "/daftar/selesai/", "/data-saya/", "/daftar/keluarga/isi/"]
)
def test_without_a_session_one_signs_in_and_comes_back(client: Client, sulastri, address: str) -> None:
    response = client.get(address)
    assert response["Location"].startswith("/?next=")
    door = text(client.get(response["Location"]))
    assert f'name="next" value="{address}"' in door


def test_the_front_door_leads_nowhere_else(client: Client, db) -> None:
    for elsewhere in ("https://contoh.example/", "//contoh.example/", "javascript:alert(1)"):
        assert f'value="{elsewhere}' not in text(client.get("/", {"next": elsewhere}))


def test_what_was_typed_waits_for_the_same_person(client: Client, sulastri) -> None:
    make.ready(sulastri)
    answer = {"phone": "0877 1234", "phone_owner": "family", kept.STAMP_FIELD: kept.stamp(sulastri)}
    assert client.post("/daftar/hp/", answer)["Location"] == "/?next=/daftar/hp/"
    assert "0877" not in str(dict(client.session))
    client.force_login(sulastri)
    page = text(client.get("/daftar/hp/"))
    assert 'value="0877 1234"' in page
    assert "Isian Anda tadi masih ada" in page
    assert "0877 1234" not in text(client.get("/daftar/hp/"))


def test_nobody_else_gets_what_was_typed(client: Client, sulastri) -> None:
    make.ready(sulastri)
    answer = {"phone": "0877 1234", "phone_owner": "family", kept.STAMP_FIELD: kept.stamp(sulastri)}
    client.post("/daftar/hp/", answer)
    neighbour = make.citizen(make.PONIRIN)
    make.asked(neighbour)
    Application.objects.filter(owner=neighbour).update(step="review")
    client.force_login(neighbour)
    assert "0877 1234" not in text(client.get("/daftar/hp/"))


@pytest.mark.parametrize("stamp", ["", "x", "6f1c:forged"])
def test_answers_without_our_stamp_are_not_kept(client: Client, sulastri, stamp: str) -> None:
    client.post("/daftar/hp/", {"phone": "0877 1234", kept.STAMP_FIELD: stamp})
    assert kept.KEY not in client.session


def test_a_flood_is_not_kept(client: Client, sulastri) -> None:
    client.post("/daftar/hp/", {"phone": "0" * 20_000, kept.STAMP_FIELD: kept.stamp(sulastri)})
    assert kept.KEY not in client.session


# --- the result by proof number -----------------------------------------------------------------


def look(client: Client, code: str, **changes: str):
    return client.post("/cek/", {"code": code, **BORN, **changes})


def test_number_and_birth_date_open_the_result(client: Client, sulastri) -> None:
    application = make.sent(sulastri)
    spoken = application.receipt_code.lower().replace("-", " ")
    assert look(client, spoken)["Location"] == f"/status/{application.public_id}/"
    assert client.session[grants.KEY] == [str(application.public_id)]


def test_the_qr_code_fills_in_the_number(client: Client, sulastri) -> None:
    application = make.sent(sulastri)
    assert f'value="{application.receipt_code}"' in text(client.get(f"/cek/?kode={application.receipt_code}"))


def test_wrong_date_and_unknown_number_get_the_same_answer(client: Client, sulastri) -> None:
    application = make.sent(sulastri)
    wrong_date = look(client, application.receipt_code, birth_date_day="28")
    from perlinsos.core.codes import new_code

    unknown = look(client, new_code("BWI"))
    for response in (wrong_date, unknown):
        assert response.status_code == 200
        assert "Nomor bukti dan tanggal lahir belum cocok" in text(response)
        assert grants.KEY not in client.session


def test_a_misread_number_is_told_before_it_counts(client: Client, sulastri) -> None:
    assert "Nomor bukti ini belum tepat" in text(look(client, "BWI-7K4M-92QZ"))


def test_a_draft_has_no_result(client: Client, sulastri) -> None:
    application = make.ready(sulastri)
    Application.objects.filter(pk=application.pk).update(receipt_code="BWI-7K4M-92QX")
    assert grants.find("BWI-7K4M-92QX", date(1979, 2, 27)) is None


def test_the_sixth_try_in_an_hour_waits(client: Client, sulastri) -> None:
    application = make.sent(sulastri)
    for _try in range(5):
        assert look(client, application.receipt_code, birth_date_day="28").status_code == 200
    waiting = look(client, application.receipt_code)
    assert waiting.status_code == 429
    assert "satu jam lagi" in text(waiting)
    elsewhere = client.post("/cek/", {"code": application.receipt_code, **BORN}, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == 302


def test_the_right_answer_starts_the_count_again(client: Client, sulastri) -> None:
    application = make.sent(sulastri)
    for _round in range(3):
        for _try in range(4):
            look(client, application.receipt_code, birth_date_day="28")
        assert look(client, application.receipt_code).status_code == 302


def test_without_the_counter_nobody_may_try(client: Client, sulastri, monkeypatch) -> None:
    def lost(*_args: object) -> None:
        raise RedisLost

    application = make.sent(sulastri)
    monkeypatch.setattr(cache, "add", lost)
    assert look(client, application.receipt_code).status_code == 429


def test_a_grant_ends_after_a_quarter_of_an_hour(rf, sulastri) -> None:
    from django.contrib.sessions.backends.db import SessionStore

    application = make.sent(sulastri)
    request = rf.get("/")
    request.session = SessionStore()
    with time_machine.travel("2026-11-22 05:00Z", tick=False) as clock:
        grants.grant(request, application)
        clock.shift(14 * 60)
        assert grants.granted(request, application)
        clock.shift(14 * 60)
        assert grants.of(request) == [str(application.public_id)]
        clock.shift(16 * 60)
        assert not grants.granted(request, application)
    assert list(Application.objects.granted([str(application.public_id)])) == [application]


# --- what is stored about me --------------------------------------------------------------------


def test_my_data_shows_what_is_stored_masked(client: Client, sulastri) -> None:
    application = make.sent(sulastri)
    client.force_login(sulastri)
    page = text(client.get("/data-saya/"))
    for known in ("Sulastri", "Rizki Maulana", "3510********9005", "BRI …3456", application.reference, "Dapodik"):
        assert known in page
    for secret in (make.SULASTRI["nik"], "002101000123456", make.RIZKI["nik"]):
        assert secret not in page


def test_my_data_says_who_looked_by_role(client: Client, sulastri, cast) -> None:
    application = make.sent(sulastri)
    audit.record("enrollment.application.viewed", subject=application, by=cast.ani)
    client.force_login(sulastri)
    page = text(client.get("/data-saya/"))
    assert "Melihat data Anda" in page
    assert "Petugas Dinas Sosial" in page
    assert "Ani" not in page


def test_my_data_before_anything_was_filled_in(client: Client, sulastri) -> None:
    client.force_login(sulastri)
    assert "/daftar/" in text(client.get("/data-saya/"))
    assert Application.objects.count() == 0


def test_staff_find_nothing_of_their_own_there(client: Client, cast, sign_in) -> None:
    sign_in(client, cast.ani)
    assert cast.application.reference not in text(client.get("/data-saya/"))


def test_the_language_may_be_chosen_at_the_door(client: Client, db) -> None:
    client.post("/bahasa/setlang/", {"language": "en", "next": "/"})
    assert "Register for social assistance" in text(client.get("/"))
