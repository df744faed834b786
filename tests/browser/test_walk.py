"""One family from the door to the final letter, on the system a stranger starts with one command.

Sulastri's meter is 900 VA; PLN says 2,200. She registers on a phone, is refused with the reason,
objects, an agent looks at the meter, an officer who decided nothing rules, and the ranking moves.
"""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser import citizen as on_phone
from tests.browser import staff as at_desk
from tests.browser.conftest import DESK, PHONE
from tests.support import faces

pytestmark = pytest.mark.browser

SULASTRI = {"nik": "3510226702799005", "pin": "020201"}


def test_a_family_walks_from_the_door_to_the_final_letter(visit, portal, tmp_path):
    meter = tmp_path / "meteran.jpg"
    meter.write_bytes(faces.photograph(faces.BIDEN))  # any photograph: people look at it, no machine does
    sulastri = visit("sulastri", PHONE)
    _register(sulastri)
    _is_refused_with_the_reason(sulastri)
    batches = _announce(visit)

    sulastri.page.reload()
    sulastri.look("Hasil sudah diumumkan")
    reference = on_phone.object_to_power(sulastri, right="900 VA", picture=meter)
    lilis, eko = visit("lilis", DESK), visit("eko", PHONE)
    at_desk.sign_in(lilis, "lilis@dinsos.example")
    at_desk.take_up_and_ask_for_visit(lilis, reference)
    at_desk.sign_in(eko, "eko@agen.example")
    at_desk.record_visit(eko, value="900 VA", picture=meter)
    at_desk.uphold(lilis, reference, reason="Meteran di rumah 900 VA.")

    sulastri.follow("Ke pendaftaran Anda")
    sulastri.look("Hasil sudah diumumkan")
    in_the_ranking = re.compile("Program Keluarga Harapan: Anda (akan menerima|di daftar tunggu)")
    expect(sulastri.page.get_by_text(in_the_ranking)).to_be_visible()
    _letter_is_genuine(sulastri, portal)
    lilis.open(batches[0])
    lilis.look("Urutan 2")


def _register(sulastri):
    on_phone.sign_in(sulastri, **SULASTRI)
    on_phone.agree(sulastri)
    on_phone.take_selfie(sulastri)
    on_phone.confirm_family(sulastri)
    on_phone.describe_home(sulastri, schools=["smp", "sd"], meter="900 VA")
    on_phone.leave_phone_and_account(sulastri, phone="0812 3456 7890", number="0098 0102 3456 789", holder="SULASTRI")
    on_phone.send(sulastri)


def _is_refused_with_the_reason(sulastri):
    on_phone.wait_for_decision(sulastri)
    sulastri.look("Pendaftaran Anda sudah diputus")
    expect(sulastri.page.get_by_text("Daya listrik rumah tercatat 2.200 VA. Batasnya 1.300 VA.").first).to_be_visible()
    expect(sulastri.page.get_by_text("Data dari PLN").first).to_be_visible()


def _announce(visit):
    """Ratna prepares both programmes, Yudi announces them; the addresses of the batches."""
    ratna, yudi = visit("ratna", DESK), visit("yudi", DESK)
    at_desk.sign_in(ratna, "ratna@dinsos.example")
    ratna.look("Antrean")
    batches = [at_desk.prepare_batch(ratna, name) for name in ("Program Keluarga Harapan", "Program Sembako")]
    at_desk.sign_in(yudi, "yudi@dinsos.example")
    for batch in batches:
        at_desk.announce_batch(yudi, batch)
    return batches


def _letter_is_genuine(sulastri, portal):
    """The PDF is written within seconds; the code on it opens the public check page."""
    letter = sulastri.page.get_by_role("link", name=re.compile("Surat tanggal"))
    for _look in range(30):
        if letter.count():
            break
        sulastri.page.wait_for_timeout(500)
        sulastri.page.reload()
    address = letter.first.get_attribute("href")
    pdf = sulastri.page.request.get(portal.url + address)
    assert pdf.body().startswith(b"%PDF-")
    code = address.rstrip("/").rpartition("/")[2]
    page = httpx.get(f"{portal.url}/c/{code}/").text
    assert code in page
    assert "S****" in page
    assert "Sulastri" not in page
