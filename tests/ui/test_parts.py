"""The tags and filters of the kit say what they are given, and refuse what has no meaning."""

import datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from perlinsos.core.forms import PortalForm
from perlinsos.core.templatetags import portal
from perlinsos.core.templatetags.portal import ComponentError
from perlinsos.core.templatetags.styleguide import MISTAKES, SampleForm


def shown(text: str, **context: object) -> str:
    return " ".join(Template(text).render(Context(context)).split())


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "Rp0"), (1234000, "Rp1.234.000"), (Decimal("900000.00"), "Rp900.000"), (-5000, "-Rp5.000"), (None, "–")],
)
def test_rupiah(amount: int | Decimal | None, words: str) -> None:
    assert portal.rupiah(amount) == words


@pytest.mark.parametrize(("power", "words"), [(450, "450 VA"), (2200, "2.200 VA"), (None, "–")])
def test_power(power: int | None, words: str) -> None:
    assert portal.va(power) == words


@pytest.mark.parametrize(
    ("nik", "masked"), [("3510114103629004", "3510********9004"), ("12345678", "********"), ("", "")]
)
def test_a_masked_nik_keeps_four_digits_on_each_side(nik: str, masked: str) -> None:
    assert portal.mask_nik(nik) == masked


def test_dates_are_written_out_in_the_time_of_the_portal() -> None:
    late = datetime.datetime(2026, 12, 4, 18, 41, tzinfo=datetime.UTC)  # 01.41 the next day in Jakarta
    assert portal.tanggal(datetime.date(2026, 12, 5)) == "5 Desember 2026"
    assert portal.tanggal(late) == "5 Desember 2026"
    assert portal.tanggal_jam(late) == "5 Desember 2026, 01.41"
    assert portal.tanggal(None) == portal.tanggal_jam(None) == "–"
    with translation.override("en"):
        assert portal.tanggal(late) == "5 December 2026"


@pytest.mark.parametrize(
    "call",
    [
        '{% tag "x" "purple" %}',
        '{% notice "neutral" %}x{% endnotice %}',
        '{% criterion "x" "maybe" %}',
        '{% task "x" "finished" %}',
        "{% step 9 8 %}",
        '{% should_not_happen "because" %}',
    ],
)
def test_a_part_called_wrongly_does_not_render(call: str) -> None:
    with pytest.raises(ComponentError):
        shown(call)


def test_what_a_person_typed_is_escaped_in_every_part() -> None:
    nasty = "<b>x</b>"
    parts = (
        "{% tag x %}{% notice title=x %}{{ x }}{% endnotice %}{% summary_row x x '/' x %}{% task x 'todo' x hint=x %}"
        "{% criterion x 'met' value=x source=x legal=x contest_url=x %}{% event x None by=x text=x %}"
        "{% receipt x x %}{% tab x x %}{% pager previous_url=x summary=x %}{% step 1 2 x %}{% qr 'y' x %}"
    )
    assert nasty not in shown(parts, x=nasty)


def test_a_row_says_met_not_met_or_unknown_in_words() -> None:
    for outcome, word in (("met", "Terpenuhi"), ("not_met", "Belum terpenuhi"), ("unknown", "Belum diketahui")):
        assert word in shown("{% criterion 'x' outcome %}", outcome=outcome)


def test_a_row_names_source_and_date() -> None:
    row = shown("{% criterion 'x' 'met' source='PLN' as_of=day %}", day=datetime.date(2026, 10, 1))
    assert "Data dari PLN, 1 Oktober 2026, umur" in row


def test_a_value_of_nought_is_not_missing() -> None:
    assert "Belum diisi" not in shown("{% summary_row 'Anak' 0 %}")
    assert "Belum diisi" in shown("{% summary_row 'Anak' none %}", none=None)


def test_a_blocked_task_has_no_link() -> None:
    assert "<a" not in shown("{% task 'x' 'blocked' '/next/' %}")
    assert "<a" in shown("{% task 'x' 'todo' '/next/' %}")


def test_an_event_shows_its_time_when_it_has_one() -> None:
    assert "1 Oktober 2026" in shown("{% event 'x' at %}", at=datetime.date(2026, 10, 1))
    at = datetime.datetime(2026, 10, 1, 8, 41, tzinfo=timezone.get_default_timezone())
    assert "1 Oktober 2026, 08.41" in shown("{% event 'x' at %}", at=at)
    assert "Belum" in shown("{% event 'x' None %}")


def test_a_receipt_is_spelled_out_for_a_screen_reader() -> None:
    receipt = shown("{% receipt 'Terkirim' 'BWI-7K4M-92QX' 'https://x.example/c/1' %}")
    assert "B W I, 7 K 4 M, 9 2 Q X" in receipt
    assert "<svg" in receipt


def test_the_summary_leads_to_the_first_box_of_each_mistake() -> None:
    summary = shown("{% error_summary form %}", form=SampleForm(MISTAKES, {}))
    for target in ("id_nik", "id_born_0", "id_meter_0", "id_phone", "id_village", "id_consent"):
        assert f'href="#{target}"' in summary
    assert shown("{% error_summary form %}", form=SampleForm()) == ""


def test_a_refusal_of_the_service_is_in_the_summary() -> None:
    form = PortalForm({})
    form.add_error(None, "Kode sudah dipakai.")
    assert "<li>Kode sudah dipakai.</li>" in shown("{% error_summary form %}", form=form)
