"""The form kit forgives what can be forgiven, names what cannot, and gives back what was typed."""

import datetime
import re
from collections.abc import Callable

import pytest
import time_machine
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from perlinsos.core.forms import DigitsField, PhotoField, PortalForm, ThreeBoxDateField, month_number
from perlinsos.core.templatetags.styleguide import MISTAKES, SampleForm


def refusal(clean: Callable[[object], object], value: object) -> str:
    with pytest.raises(forms.ValidationError) as refused:
        clean(value)
    return refused.value.messages[0]


@pytest.mark.parametrize(
    "typed",
    [
        "3510114103629004",
        "3510 1141 0362 9004",
        "3510.1141.0362.9004",
        "35-10-11-410362-9004",
        " 3510114103629004\u00a0",
    ],
)
def test_a_number_is_accepted_with_spaces_dots_and_dashes(typed: str) -> None:
    assert DigitsField(what="NIK", digits=16).clean(typed) == "3510114103629004"


def test_full_width_digits_become_ordinary_ones() -> None:
    assert DigitsField(what="NIK", digits=4).clean("３５１０") == "3510"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("351011410362900", "NIK harus 16 angka. Yang Anda isi 15 angka."),
        ("35101141036290044", "NIK harus 16 angka. Yang Anda isi 17 angka."),
        ("3510114103629OO4", "NIK hanya berisi angka. Hapus huruf dan tanda lain."),
        ("٣٥١٠١١٤١٠٣٦٢٩٠٠٤", "NIK hanya berisi angka. Hapus huruf dan tanda lain."),
        ("+351011410362900", "NIK hanya berisi angka. Hapus huruf dan tanda lain."),
        ("0", "NIK harus 16 angka. Yang Anda isi 1 angka."),
    ],
)
def test_a_wrong_number_is_explained(typed: str, message: str) -> None:
    assert refusal(DigitsField(what="NIK", digits=16).clean, typed) == message


def test_a_range_of_lengths_names_both_ends() -> None:
    account = DigitsField(what="Nomor rekening", digits=(10, 16))
    assert account.clean("0021 0100 1234") == "002101001234"
    assert refusal(account.clean, "12345") == "Nomor rekening harus 10 sampai 16 angka. Yang Anda isi 5 angka."


def test_a_number_that_may_stay_empty_comes_out_empty() -> None:
    assert DigitsField(what="Nomor HP", digits=(10, 13), required=False).clean(" - ") == ""


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        *[(str(number), number) for number in range(1, 13)],
        ("03", 3), ("Maret", 3), ("mar", 3), ("mrt", 3), ("MARCH", 3), ("peb", 2), ("Pebruari", 2), ("feb.", 2),
        ("mei", 5), ("may", 5), ("agt", 8), ("ags", 8), ("agu", 8), ("aug", 8), ("okt", 10), ("oct", 10),
        ("nop", 11), ("nov", 11), ("des", 12), ("dec", 12), ("sept", 9), ("jun", 6), ("jul", 7),
    ],
)  # fmt: skip
def test_a_month_may_be_a_number_or_a_name(typed: str, month: int) -> None:
    assert month_number(typed) == month


@pytest.mark.parametrize("typed", ["", "0", "13", "ma", "ju", "x", "3a", "-3", "３"])
def test_what_is_no_month_is_none(typed: str) -> None:
    assert month_number(typed) is None


def test_a_date_comes_out_of_three_boxes() -> None:
    assert ThreeBoxDateField().clean(["27", "Maret", "1962"]) == datetime.date(1962, 3, 27)
    assert ThreeBoxDateField().clean([" 9 ", "12", "2001"]) == datetime.date(2001, 12, 9)


@pytest.mark.parametrize(
    ("boxes", "wrong", "message"),
    [
        (["", "3", "1962"], {"day"}, "Isi juga tanggalnya."),
        (["27", "", "1962"], {"month"}, "Isi juga bulannya."),
        (["27", "3", ""], {"year"}, "Isi juga tahunnya."),
        (["27", "", ""], {"month", "year"}, "Isi tanggal, bulan, dan tahun."),
        (["32", "3", "1962"], {"day"}, "Tanggal harus angka 1 sampai 31."),
        (["0", "3", "1962"], {"day"}, "Tanggal harus angka 1 sampai 31."),
        (["27", "mart", "1962"], {"month"}, "Bulan harus angka 1 sampai 12, atau namanya. Contoh: Maret."),
        (["27", "3", "62"], {"year"}, "Tahun harus 4 angka. Contoh: 1962."),
        (["27", "3", "1850"], {"year"}, "Periksa lagi tahunnya. Terlalu lama."),
        (["31", "2", "1962"], {"day"}, "Bulan itu hanya sampai tanggal 28. Periksa lagi tanggalnya."),
        (["29", "2", "2023"], {"day"}, "Bulan itu hanya sampai tanggal 28. Periksa lagi tanggalnya."),
        (["2", "10", "2026"], {"year"}, "Tanggal ini belum terjadi. Periksa lagi tahunnya."),
    ],
)
@time_machine.travel("2026-10-01 12:00 +0700")
def test_a_wrong_date_says_which_box(boxes: list[str], wrong: set[str], message: str) -> None:
    field = ThreeBoxDateField()
    assert refusal(field.clean, boxes) == message
    assert field.widget.wrong == wrong


@time_machine.travel("2026-10-01 12:00 +0700")
def test_a_deadline_may_lie_ahead() -> None:
    assert ThreeBoxDateField(future=True).clean(["2", "10", "2026"]) == datetime.date(2026, 10, 2)


def test_an_empty_date_is_none_when_it_may_be() -> None:
    assert ThreeBoxDateField(required=False).clean(["", "", ""]) is None


def test_a_photo_is_refused_by_size_only() -> None:
    assert PhotoField().clean(SimpleUploadedFile("a.jpg", b"not a picture")).size == 13
    too_big = SimpleUploadedFile("a.jpg", b"x" * 1_000_001)
    assert refusal(PhotoField(max_bytes=1_000_000).clean, too_big) == "Foto terlalu besar: 2 MB. Paling besar 1 MB."
    assert refusal(PhotoField().clean, SimpleUploadedFile("a.jpg", b"")) == "Berkasnya kosong. Ambil fotonya lagi."
    assert refusal(PhotoField().clean, None) == "Fotonya belum ada. Ambil atau pilih foto."


class TestSample:
    """The sample form as it comes back with mistakes."""

    @pytest.fixture
    def html(self) -> str:
        return " ".join(str(SampleForm(MISTAKES, {})).split())

    def test_what_was_typed_is_given_back(self, html: str) -> None:
        for typed in MISTAKES.values():
            assert f'value="{typed}"' in html

    def test_a_mistake_is_tied_to_its_box_and_announced(self, html: str) -> None:
        assert 'aria-describedby="id_nik_helptext id_nik_error"' in html
        assert '<p class="error" id="id_nik_error">' in html
        assert '<span class="away">Kesalahan:</span> NIK harus 16 angka. Yang Anda isi 15 angka.' in html
        assert '<fieldset class="field bad" aria-describedby="id_born_helptext id_born_error">' in html

    def test_only_the_wrong_box_of_a_date_is_marked(self, html: str) -> None:
        boxes = re.findall(r'<input[^>]*name="born_[^>]*>', html)
        assert ["aria-invalid" in line for line in boxes] == [True, False, False]

    def test_an_empty_answer_is_named_by_its_label(self, html: str) -> None:
        assert "“Patokan rumah” belum diisi." in html
        assert "“Desa” belum dipilih." in html
        assert "Beri tanda centang dulu." in html

    def test_the_browser_does_not_check_by_itself(self, html: str) -> None:
        assert " required" not in html
        assert "placeholder" not in html
        assert 'type="number"' not in html

    def test_only_fields_that_may_stay_empty_say_so(self, html: str) -> None:
        assert html.count("(boleh kosong)") == sum(not field.required for field in SampleForm.base_fields.values())


def test_a_filter_form_does_not_call_its_fields_optional() -> None:
    class Filter(PortalForm):
        mark_optional = False
        village = forms.CharField(required=False)

    assert "boleh kosong" not in str(Filter())


def test_messages_follow_the_language_of_the_reader() -> None:
    with translation.override("en"):
        assert refusal(DigitsField(what="NIK", digits=16).clean, "1") == "NIK must have 16 digits. You typed 1."
        assert "“Desa” has no answer yet." in SampleForm({}, {}).errors["village"]
