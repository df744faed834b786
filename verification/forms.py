from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perlinsos.core.forms import CardRadios, PortalForm
from verification.enums import FaceReason
from verification.models import FaceCheck
from verification.settlement import at_desk

Choices = list[tuple[str | Promise, list[tuple[str, str | Promise]]]]


class AnswerForm(PortalForm):
    """The officer's answer with its reason: chosen before the machine's opinion is shown, confirmed after."""

    reason = forms.ChoiceField(
        label=_("Is it the same person?"),
        widget=CardRadios(),
        error_messages={"required": _("Choose an answer first.")},
    )
    is_final = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, check: FaceCheck, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = at_desk(check.selfie_id is not None)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        choices: Choices = [(judgement.label, reasons_of(reasons)) for judgement, reasons in offered.items()]
        field.choices = choices


def reasons_of(reasons: tuple[FaceReason, ...]) -> list[tuple[str, str | Promise]]:
    return [(reason.value, reason.label) for reason in reasons]
