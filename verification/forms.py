from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from perlinsos.core.forms import CardRadios, PortalForm
from verification.enums import Judgement
from verification.models import FaceCheck

WITH_PICTURE = (Judgement.SAME_PERSON, Judgement.DIFFERENT_PERSON, Judgement.UNSURE)
WITHOUT_PICTURE = (Judgement.MET_IN_PERSON, Judgement.DIFFERENT_PERSON, Judgement.UNSURE)


class JudgementForm(PortalForm):
    """The officer's answer: given once before the machine's opinion is shown, and once more to confirm."""

    judgement = forms.ChoiceField(label=_("Is it the same person?"), widget=CardRadios())
    is_final = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, check: FaceCheck, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: tuple[Judgement, ...] = WITH_PICTURE if check.selfie_id else WITHOUT_PICTURE
        # Somebody who was met may be confirmed even where a picture was of no use.
        if check.selfie_id and check.judgement == Judgement.UNSURE:
            offered = (*WITH_PICTURE[:1], Judgement.MET_IN_PERSON, *WITH_PICTURE[1:])
        field = self.fields["judgement"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(choice.value, choice.label) for choice in offered]
