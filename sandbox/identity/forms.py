import re
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from sandbox.identity import sign_in
from sandbox.residents.models import SIX_DIGITS, SIXTEEN_DIGITS, Resident


class SignInForm(forms.Form):
    """NIK and PIN; the face check of the real app is a tick here, asked for when the client wants it."""

    nik = forms.CharField(label="NIK", max_length=24)
    pin = forms.CharField(label="PIN", max_length=6, validators=[SIX_DIGITS])
    face = forms.BooleanField(
        label="Wajah saya cocok (simulasi)",
        error_messages={"required": "Layanan ini minta pindai wajah. Centang kotak ini."},
    )

    def __init__(self, *args: Any, acr: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resident: Resident | None = None
        self.fields["nik"].widget.attrs.update(inputmode="numeric", autocomplete="username")
        self.fields["pin"].widget.attrs.update(inputmode="numeric", autocomplete="off")
        if acr != sign_in.FACE:
            del self.fields["face"]

    def clean_nik(self) -> str:
        nik = re.sub(r"[\s.]", "", self.cleaned_data["nik"])
        SIXTEEN_DIGITS(nik)
        return nik

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "nik" not in data or "pin" not in data:
            return data
        user = authenticate(None, nik=data["nik"], pin=data["pin"])
        if isinstance(user, Resident):
            self.resident = user
        elif Resident.objects.filter(nik=data["nik"], pin="").exists():
            raise ValidationError("Warga ini belum punya IKD. Daftarkan lewat agen.")
        else:
            raise ValidationError("NIK atau PIN tidak cocok. Lihat daftar di halaman awal.")
        return data
