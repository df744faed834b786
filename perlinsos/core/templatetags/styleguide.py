"""Sample forms for the style page (`/gaya/`): every field once, empty and with every mistake."""

import datetime
from typing import Any

from django import forms, template

from perlinsos.core.forms import CardCheckboxes, CardRadios, DigitsField, PhotoField, PortalForm, ThreeBoxDateField

register = template.Library()

METERS = {"450": "450 VA", "900": "900 VA", "1300": "1.300 VA", "unknown": "Saya tidak tahu"}
HELP = {"hear": "Mendengar", "walk": "Berjalan", "see": "Melihat"}
MISTAKES = {"nik": "3510 1141 0362 900", "born_day": "31", "born_month": "peb", "born_year": "1962", "phone": "O812"}


class SampleForm(PortalForm):
    nik = DigitsField(what="NIK", digits=16, help_text="16 angka. Ada di bagian atas KTP.")
    born = ThreeBoxDateField(label="Kapan tanggal lahir Anda?", help_text="Lihat KTP. Contoh: 27 3 1962")
    meter = forms.ChoiceField(
        label="Berapa daya listrik rumah Anda?",
        help_text="Lihat stiker di meteran.",
        choices=list(METERS.items()),
        widget=CardRadios(
            hints={"450": "Stiker biru"}, icons={"450": "bolt", "900": "bolt", "1300": "bolt", "unknown": "question"}
        ),
    )
    difficulties = forms.MultipleChoiceField(
        label="Ada yang sulit dilakukan?", required=False, choices=list(HELP.items()), widget=CardCheckboxes()
    )
    phone = DigitsField(what="Nomor HP", digits=(10, 13), required=False, help_text="Boleh milik keluarga.")
    village = forms.ChoiceField(label="Desa", choices=[("", "Pilih desa"), ("1", "Kalipuro"), ("2", "Ketapang")])
    landmark = forms.CharField(
        label="Patokan rumah", help_text="Contoh: sebelah musala.", widget=forms.Textarea({"rows": 3})
    )
    meter_photo = PhotoField(label="Foto meteran", required=False)
    consent = forms.BooleanField(label="Isian ini benar. Kalau ada yang keliru, boleh saya perbaiki.")


class SampleFaceForm(PortalForm):
    face = PhotoField(label="Foto wajah", camera="user")


@register.simple_tag
def sample_form(*, mistakes: bool = False) -> SampleForm:
    """The sample, empty or as it comes back with mistakes."""
    data: dict[str, Any] | None = MISTAKES if mistakes else None
    return SampleForm(data, {} if mistakes else None, auto_id="id_bad_%s" if mistakes else "id_%s")


@register.simple_tag
def sample_face_form() -> SampleFaceForm:
    return SampleFaceForm()


@register.simple_tag
def sample_day() -> datetime.date:
    return datetime.date(2026, 10, 1)
