import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from perlinsos.core import files
from perlinsos.messages import services, tasks
from perlinsos.messages.enums import LetterState
from perlinsos.messages.models import Letter
from perlinsos.messages.names import mask_name

pytestmark = pytest.mark.django_db

CONTENT = {
    "letterhead": "Pemerintah Kabupaten Banyuwangi",
    "office": "Dinas Sosial",
    "qr_alt": "QR",
    "free_notice": "Layanan ini gratis.",
    "labels": {
        name: name for name in ("number", "date", "name", "village", "rule", "value", "source", "result", "next")
    },
    "reference": "PSL-2026-000001",
    "name": "Sutini #let x = 1 *bold* $ \\ @",
    "nik_masked": "3510********9001",
    "village": "Kesilir",
    "subject": "Hasil sanggahan",
    "opening": "Kami sudah memeriksa.",
    "ruling": "Diterima.",
    "decisions": [
        {
            "programme": "PKH",
            "outcome": "Layak",
            "sentence": "Rp2.400.000",
            "rows": [{"text": "Listrik", "value": "900 VA", "source": "Lapangan", "result": "Terpenuhi"}],
        }
    ],
    "next": ["Simpan surat ini."],
    "signer": "Kepala Dinas",
    "place": "Banyuwangi",
    "check_notice": "Cek:",
}


def issue(cast, **fields):
    return services.issue_letter(
        cast.application,
        by=cast.ani,
        **{"kind": "decision", "masked_name": "S****", "status_text": "Layak", "content": CONTENT, **fields},
    )


def test_a_letter_is_an_a4_pdf_with_text_as_it_was_typed(cast):
    letter = issue(cast)
    tasks.render_letter(letter_id=letter.pk)
    letter.refresh_from_db()
    assert letter.state == LetterState.ISSUED
    pdf = PdfReader(io.BytesIO(files.read(letter.file)))
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
    text = pdf.pages[0].extract_text()
    assert CONTENT["name"] in text, "markup in a name is text, not code"
    assert letter.code in text
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"], "tagged for screen readers"


def test_writing_a_letter_twice_keeps_the_first_file(cast):
    letter = issue(cast)
    tasks.render_letter(letter_id=letter.pk)
    first = Letter.objects.get().file_id
    tasks.render_letter(letter_id=letter.pk)
    assert Letter.objects.get().file_id == first


def test_the_check_page_shows_four_things_and_no_more(client, cast):
    letter = issue(cast)
    tasks.render_letter(letter_id=letter.pk)
    page = client.get(reverse("letter-check", args=[letter.code])).content.decode()
    assert letter.code in page
    assert "S****" in page
    assert "Layak" in page
    assert "Sutini" not in page
    assert "3510" not in page


def test_a_code_typed_carelessly_is_still_found(client, cast):
    letter = issue(cast)
    tasks.render_letter(letter_id=letter.pk)
    typed = letter.code.lower().replace("-", " ")
    assert client.get(reverse("letter-check", args=[typed])).status_code == 200


def test_a_letter_not_written_yet_and_an_unknown_code_look_the_same(client, cast):
    letter = issue(cast)
    unwritten = client.get(reverse("letter-check", args=[letter.code]))
    unknown = client.get(reverse("letter-check", args=["SRT-0000-0000"]))
    assert unwritten.status_code == unknown.status_code == 404


def test_a_new_letter_of_the_kind_revokes_the_old_one_and_its_page_says_so(client, cast):
    old = issue(cast)
    tasks.render_letter(letter_id=old.pk)
    issue(cast)
    old.refresh_from_db()
    assert old.state == LetterState.REVOKED
    assert "sudah tidak berlaku" in client.get(reverse("letter-check", args=[old.code])).content.decode()


@pytest.mark.parametrize(
    ("name", "masked"), [("Sutini Rahayu", "S**** R****"), ("Bu  Kemi", "B**** K****"), ("Ita", "I****")]
)
def test_a_masked_name_hides_its_length(name, masked):
    assert mask_name(name) == masked
