from typing import Any

from django import forms
from django.forms.widgets import Script
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perlinsos.core.forms import CardRadios, PortalForm
from verification.duplicate_enums import DuplicateAnswer, DuplicateState, FollowUp
from verification.enums import FaceReason
from verification.models import DuplicateCandidate, FaceCheck
from verification.recording_enums import Replaced
from verification.settlement import at_desk

TURNS = [
    (Replaced.NONE, _("I can turn to both sides")),
    (Replaced.LEFT, _("I cannot turn to the left")),
    (Replaced.RIGHT, _("I cannot turn to the right")),
]
_RECORDING: list[Any] = [Script("js/recording.js", type="module")]
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


class RecordingForm(PortalForm):
    """What is said beside the frames of a recording: the challenge they answer, and a turn that is not possible."""

    mark_optional = False
    token = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput())
    replaced = forms.ChoiceField(
        label=_("Is it hard to turn your head?"), required=False, choices=TURNS, widget=CardRadios(), initial=""
    )

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(js=_RECORDING)


class DuplicateForm(PortalForm):
    """Whether two registrations are one person. A visit is asked for once."""

    answer = forms.ChoiceField(label=_("Is it one person?"), widget=CardRadios())

    def __init__(self, *args: Any, candidate: DuplicateCandidate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visited = candidate.state == DuplicateState.VISIT
        offered = [choice for choice in DuplicateAnswer if not (visited and choice == DuplicateAnswer.UNSURE)]
        field = self.fields["answer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(choice.value, choice.label) for choice in offered]


class FollowUpForm(PortalForm):
    follow_up = forms.ChoiceField(label=_("What was done?"), choices=FollowUp.choices, widget=CardRadios())


class PeriodForm(PortalForm):
    """Days to look back at, both included; either may stay empty."""

    mark_optional = False
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
