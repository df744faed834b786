from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from sandbox.residents import pictures
from sandbox.residents.models import FamilyCard, Resident
from sandbox.sources.enums import EmploymentKind, SchoolLevel
from sandbox.training import plan
from sandbox.training.services import SourceFacts

POWERS = [450, 900, 1300, 2200, 3500]
MORE_MEMBERS = 5


class FamilyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The card and what the sources shall know about the family."""

    village_code = forms.ChoiceField(label="Desa atau kelurahan")
    decile = forms.TypedChoiceField(
        label="Desil di DTSEN",
        choices=[("", "Tidak ada di DTSEN"), *((n, str(n)) for n in range(1, 11))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    power_va = forms.TypedChoiceField(
        label="Daya listrik di PLN",
        choices=[("", "Tidak ada meteran"), *((va, f"{va} VA") for va in POWERS)],
        coerce=int,
        empty_value=None,
        required=False,
    )
    has_car = forms.BooleanField(label="Punya mobil menurut Samsat", required=False)
    monthly_wage = forms.IntegerField(
        label="Upah per bulan menurut BPJS Ketenagakerjaan (rupiah)", required=False, min_value=0
    )
    employment = forms.ChoiceField(
        label="Catatan BKN", choices=[("", "Tidak ada"), *EmploymentKind.choices], required=False
    )

    class Meta:
        model = FamilyCard
        fields = ("kk_number", "address", "rt", "rw", "village_code", "story")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.villages = plan.read(Path(settings.FAMILIES_FILE)).villages
        village = self.fields["village_code"]
        assert isinstance(village, forms.ChoiceField)
        village.choices = list(self.villages.items())
        self.fields["kk_number"].required = False
        self.fields["kk_number"].help_text = "Kosongkan supaya dibuatkan."
        self.fields["story"].widget.attrs["rows"] = 2

    def card(self) -> FamilyCard:
        card: FamilyCard = self.instance
        card.village_name = self.villages[self.cleaned_data["village_code"]]
        return card

    def facts(self) -> SourceFacts:
        data = self.cleaned_data
        return SourceFacts(
            decile=data["decile"],
            power_va=data["power_va"],
            has_car=data["has_car"],
            monthly_wage=data["monthly_wage"],
            employment=data["employment"],
        )


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    level = forms.ChoiceField(
        label="Sekolah menurut Dapodik",
        choices=[("", "Tidak sekolah"), *SchoolLevel.choices],
        required=False,
    )

    class Meta:
        model = Resident
        fields = ("name", "nik", "sex", "birth_place", "birth_date", "relation", "marital_status", "pin")
        widgets = {"birth_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nik"].required = False
        self.fields["nik"].help_text = "Kosongkan supaya dibuatkan."
        self.fields["pin"].help_text = "6 angka. Kosongkan bila belum punya IKD."


MemberFormSet = forms.formset_factory(
    MemberForm, extra=MORE_MEMBERS, min_num=1, validate_min=True, max_num=MORE_MEMBERS + 1
)


def members_of(forms_: list[MemberForm]) -> list[tuple[Resident, str]]:
    """The filled-in members with their school level."""
    return [(form.instance, form.cleaned_data["level"]) for form in forms_ if form.has_changed()]


class PhotographForm(forms.Form):
    photograph = forms.FileField(
        label="Foto wajah (JPEG atau PNG)",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "user"}),
    )

    def clean_photograph(self) -> bytes:
        upload = self.cleaned_data["photograph"]
        if upload.size > pictures.MAX_BYTES:
            raise ValidationError("Foto terlalu besar. Paling besar 3 MB.")
        content: bytes = upload.read()
        self.content_type = pictures.content_type_of(content)
        if self.content_type is None:
            raise ValidationError("Ini bukan foto JPEG atau PNG.")
        return content
