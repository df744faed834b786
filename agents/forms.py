"""What only an agent fills in. Every other page is the family's own form, read aloud."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.enums import PhotoObstacle
from eligibility.enums import DutyKind, DutyValue
from eligibility.rules.periods import month_of
from eligibility.services.duties import Told
from enrollment.answers import ApplicantInput, Proxy
from enrollment.enums import ProxyReason
from enrollment.forms.family import FEW, NAME_ATTRS
from enrollment.forms.fields import NikField
from enrollment.models import Member
from perlinsos.core.forms import CardCheckboxes, CardRadios, PhotoField, PortalForm, ThreeBoxDateField
from perlinsos.regions.models import Area
from verification.enums import FaceReason, Met, Paper
from verification.services.visits import NEEDED_PAPER, Visit
from verification.settlement import AT_VISIT


class ApplicantForm(PortalForm):
    """Whom the family sends forward, as the KTP says."""

    nik = NikField()
    name = forms.CharField(
        label=_("Full name"), help_text=_("As on the KTP."), max_length=100, widget=forms.TextInput(NAME_ATTRS)
    )
    birth_date = ThreeBoxDateField(label=_("Date of birth"), help_text=_("As on the KTP. Example: 27 3 1962"))

    def applicant(self) -> ApplicantInput:
        told = self.cleaned_data
        return ApplicantInput(nik=told["nik"], name=" ".join(told["name"].split()), birth_date=told["birth_date"])


class ProxyConsentForm(PortalForm):
    """The family's spoken answer, and why somebody else wrote it down (UU 27/2022 art. 20, 25 and 26)."""

    answer = forms.ChoiceField(
        label=_("What does the family say?"),
        choices=[("yes", _("Yes, they agree")), ("no", _("No, they want to ask first"))],
        widget=CardRadios,
        error_messages={"required": _("Choose the family's answer first.")},
    )
    reason = forms.ChoiceField(
        label=_("Why do you fill in for them?"),
        choices=ProxyReason,
        required=False,
        widget=CardRadios,
    )
    witness = forms.CharField(
        label=_("Name of a witness"),
        help_text=_("Needed for who cannot read or write. Family or a neighbour will do."),
        required=False,
        max_length=100,
        widget=forms.TextInput(NAME_ATTRS),
    )

    mark_optional = False

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("answer") == "no":
            return told
        if not told.get("reason"):
            self.add_error("reason", gettext("Choose why you fill in for them."))
        if told.get("reason") == ProxyReason.CANNOT_READ and not told.get("witness", "").strip():
            self.add_error("witness", gettext("Fill in the name of the witness who heard it."))
        return told

    def proxy(self) -> Proxy:
        return Proxy(self.cleaned_data["reason"], " ".join(self.cleaned_data["witness"].split()))


class FacePhotoForm(PortalForm):
    """Somebody else's face: the camera that looks away from the agent, as far as the phone has one."""

    photo = PhotoField(label=_("Photo of the face"), camera="environment")


class NoPhotoForm(PortalForm):
    obstacle = forms.ChoiceField(
        label=_("Why can no photo be taken?"),
        choices=PhotoObstacle,
        widget=CardRadios,
        error_messages={"required": _("Choose the reason first.")},
    )


class FaceVisitForm(PortalForm):
    """What an agent compared on the spot. The photograph is the person's choice."""

    met = forms.ChoiceField(label=_("Whom did you meet?"), choices=Met, widget=CardRadios)
    representative = forms.CharField(
        label=_("Name of the representative"),
        help_text=_("Who spoke for the person: family, guardian or carer."),
        required=False,
        max_length=100,
        widget=forms.TextInput(NAME_ATTRS),
    )
    papers = forms.MultipleChoiceField(
        label=_("Which papers did you see?"), choices=Paper, required=False, widget=CardCheckboxes
    )
    reason = forms.ChoiceField(
        label=_("Does the face fit the papers?"),
        choices=[(reason.value, reason.label) for reason in AT_VISIT],
        required=False,
        widget=CardRadios,
    )
    photo = PhotoField(
        label=_("Photo of the face"),
        help_text=_("Only if the person wants it. Without a photo it counts as much."),
        required=False,
        camera="environment",
    )

    mark_optional = False

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("met") == Met.NOBODY:
            return {**told, "reason": FaceReason.NOT_MET.value}
        if told.get("met") == Met.HELPED and not told["representative"].strip():
            self.add_error("representative", gettext("Fill in the name of who spoke for the person."))
        if told.get("met") and not told.get("reason"):
            self.add_error("reason", gettext("Choose whether the face fits."))
        needed = NEEDED_PAPER.get(FaceReason(told["reason"])) if told.get("reason") else None
        if needed is not None and needed not in told["papers"]:
            self.add_error("papers", gettext("Tick the paper you compared the face with."))
        return told

    def visit(self) -> Visit:
        told = self.cleaned_data
        return Visit(
            met=told["met"],
            reason=told["reason"],
            papers=tuple(told["papers"]),
            representative=" ".join(told["representative"].split()),
            photo=told["photo"].read() if told["photo"] else None,
        )


class AssignedVillageForm(PortalForm):
    """One of the agent's own villages; cards while they are few, else a list by district."""

    village = forms.ChoiceField(
        label=_("In which village does the family live?"),
        error_messages={"required": _("Choose the village first."), "invalid_choice": _("Choose the village first.")},
    )

    def __init__(self, *args: Any, villages: list[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["village"]
        if len(villages) <= FEW:
            field.widget = CardRadios()
            field.choices = [(village.code, village.name) for village in villages]
        else:
            field.choices = [("", _("Choose a village")), *_by_district(villages)]


class DutyForm(forms.Form):
    """One press of a button: whose duty, of which month, and the answer."""

    member = forms.ChoiceField()
    kind = forms.ChoiceField(choices=DutyKind)
    month = forms.DateField(input_formats=["%Y-%m-%d"])
    value = forms.ChoiceField(choices=DutyValue)

    def __init__(self, *args: Any, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {str(member.public_id): member for member in members}
        field = self.fields["member"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        field.choices = [(public_id, public_id) for public_id in self.members]

    def clean_member(self) -> Member:
        return self.members[self.cleaned_data["member"]]

    def clean_month(self) -> date:
        return month_of(self.cleaned_data["month"])

    def told(self) -> Told:
        said = self.cleaned_data
        return Told(DutyKind(said["kind"]), said["month"], DutyValue(said["value"]))


def _by_district(villages: list[Area]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for village in villages:
        groups.setdefault(str(village.parent), []).append((village.code, village.name))
    return list(groups.items())
