"""Numbers people copy from a card: NIK, KK, phone, proof number."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment import kk, nik
from perlinsos.core import codes
from perlinsos.core.forms import DigitsField

_NOT_DIALLED = re.compile(r"[\s.\-()\u2010-\u2015/]+")


class NikField(DigitsField):
    """A NIK of 16 digits that can exist; a birth date that differs is for an officer, not for the form."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("16 digits, at the top of the KTP."))
        super().__init__(what=_("NIK"), digits=nik.LENGTH, **kwargs)

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value:
            return
        try:
            nik.parse(value)
        except nik.NikError as error:
            raise forms.ValidationError(_explain(error.code, "NIK"), code=error.code) from error


class KkField(DigitsField):
    """The number of a family card."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("16 digits, at the top of the family card (Kartu Keluarga)."))
        super().__init__(what=_("KK number"), digits=nik.LENGTH, **kwargs)

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value:
            return
        try:
            kk.parse(value)
        except kk.KkError as error:
            raise forms.ValidationError(_explain(error.code, gettext("KK number")), code=error.code) from error


def _explain(code: str, what: str) -> str:
    words = {
        "area": gettext("The first digits of this %(what)s are of no area we know. Look at the card again."),
        "date": gettext("The date inside this %(what)s does not exist. Look at digits 7 to 12 again."),
        "serial": gettext("The last 4 digits of this %(what)s cannot be 0000. Look at the card again."),
    }
    return words.get(code, gettext("This %(what)s is not right. Look at the card again.")) % {"what": what}


class PhoneField(forms.CharField):
    """An Indonesian mobile number, however it is written; `0812…` comes out."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "tel-national", "class": "digits"}
        super().__init__(widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        typed = _NOT_DIALLED.sub("", super().to_python(value) or "")
        return re.sub(r"^(\+|00)?62", "0", typed)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not re.fullmatch(r"08[0-9]{8,11}", value):
            message = gettext("A mobile number starts with 08 and has 10 to 13 digits. Check it again.")
            raise forms.ValidationError(message, code="phone")


class ProofNumberField(forms.CharField):
    """The code on the receipt; look-alike letters and missing dashes are read as meant."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        super().__init__(widget=forms.TextInput(attrs), max_length=40, **kwargs)

    def to_python(self, value: Any) -> str:
        if not (typed := super().to_python(value)):
            return ""
        if (code := codes.clean(typed)) is None:
            message = gettext("This proof number is not complete. Example: BWI-7K4M-92QX.")
            raise forms.ValidationError(message, code="proof_number")
        return code
