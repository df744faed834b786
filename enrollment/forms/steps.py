"""The pages of the form, one class each. `answers()` is what the service takes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment import rules
from enrollment.answers import AccountAnswers, ContactAnswers, HomeAnswers, MemberAnswers
from enrollment.enums import Bank, PhoneOwner, Schooling
from enrollment.forms.fields import PhoneField
from enrollment.models import Application, Member
from perlinsos.core.forms import CardRadios, DigitsField, PhotoField, PortalForm
from perlinsos.core.templatetags.portal import va

UNKNOWN = "unknown"


class ConsentForm(PortalForm):
    answer = forms.ChoiceField(
        label=_("May we check your data?"),
        choices=[("yes", _("Yes, I agree")), ("no", _("No, I want to ask first"))],
        widget=CardRadios,
        error_messages={"required": _("Choose one answer first.")},
    )


class PhotoForm(PortalForm):
    photo = PhotoField(label=_("Face photo"), camera="user")


class HomeForm(PortalForm):
    """Questions per living member, only where they make sense, and the sticker on the meter."""

    power_va = forms.ChoiceField(
        label=_("What does the sticker on the electricity meter say?"),
        help_text=_("Look at the sticker beside the meter."),
        widget=CardRadios(icons={str(power): "bolt" for power in rules.METERS_VA if power}),
        error_messages={"required": _("Choose one. “I do not know” is an answer too.")},
    )

    def __init__(self, *args: Any, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = members
        self.fields["power_va"].choices = _meter_choices()  # type: ignore[attr-defined]  # a ChoiceField, as declared above
        for member in members:
            for name, question in _questions(member):
                self.fields[f"{name}_{member.pk}"] = question
        self.order_fields([name for name in self.fields if name != "power_va"])

    def groups(self) -> list[tuple[Member, list[forms.BoundField]]]:
        """Each member with the questions about that person."""
        return [(member, self._about(member)) for member in self.members]

    def _about(self, member: Member) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.endswith(f"_{member.pk}")]

    def answers(self) -> HomeAnswers:
        told = self.cleaned_data
        members = {
            member.pk: MemberAnswers(
                schooling=told.get(f"schooling_{member.pk}") or Schooling.NONE.value,
                is_pregnant=told.get(f"pregnant_{member.pk}", False),
                has_severe_disability=told.get(f"disability_{member.pk}", False),
            )
            for member in self.members
        }
        power = told["power_va"]
        return HomeAnswers(members, power_va=None if power == UNKNOWN else int(power))


def home_told(application: Application, members: Iterable[Member]) -> dict[str, object]:
    """What a `HomeForm` begins with: what the family said last."""
    power = application.declared_power_va
    told: dict[str, object] = {"power_va": UNKNOWN if power is None else str(power)}
    for member in members:
        told[f"schooling_{member.pk}"] = member.schooling
        told[f"pregnant_{member.pk}"] = member.is_pregnant
        told[f"disability_{member.pk}"] = member.has_severe_disability
    return told


def _meter_choices() -> list[tuple[str, Any]]:
    words = {3500: _("3.500 VA or more"), 0: _("No meter of our own")}
    meters = [(str(power), words.get(power, va(power))) for power in rules.METERS_VA]
    return [*meters, (UNKNOWN, _("I do not know"))]


def _questions(member: Member) -> list[tuple[str, forms.Field]]:
    person, today = member.person, timezone.localdate()
    questions: list[tuple[str, forms.Field]] = []
    if rules.may_be_pupil(person.born, today):
        missing = gettext("Choose the school of %(name)s.") % {"name": person.name}
        school = forms.ChoiceField(
            label=_("At school?"), choices=Schooling, widget=CardRadios, error_messages={"required": missing}
        )
        questions.append(("schooling", school))
    if rules.may_be_pregnant(person.sex, person.born, today):
        questions.append(("pregnant", forms.BooleanField(label=_("Is pregnant now"), required=False)))
    label = _("Has a severe disability: needs help from others every day")
    questions.append(("disability", forms.BooleanField(label=label, required=False)))
    return questions


class ContactForm(PortalForm):
    phone_owner = forms.ChoiceField(
        label=_("Whose phone is it?"),
        choices=PhoneOwner,
        widget=CardRadios(icons={"self": "person", "family": "family", "neighbour": "home", "none": "cross"}),
        error_messages={"required": _("Choose whose phone it is.")},
    )
    phone = PhoneField(
        label=_("Mobile number"),
        required=False,
        help_text=_("It may be a family member's or a neighbour's. Example: 0812 3456 7890."),
    )

    mark_optional = False
    field_order = ("phone", "phone_owner")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("phone_owner") == PhoneOwner.NONE:
            self.errors.pop("phone", None)
            return {**told, "phone": ""}
        if not told.get("phone") and "phone" not in self.errors and told.get("phone_owner"):
            self.add_error("phone", gettext("Fill in the mobile number, or choose “No phone”."))
        return told

    def answers(self) -> ContactAnswers:
        return ContactAnswers(self.cleaned_data["phone"], self.cleaned_data["phone_owner"])


class AccountForm(PortalForm):
    bank = forms.ChoiceField(
        label=_("Which bank?"),
        choices=Bank,
        widget=CardRadios,
        error_messages={"required": _("Choose the bank. “No account yet” is an answer too.")},
    )
    number = DigitsField(
        what=_("Account number"),
        digits=(10, 16),
        required=False,
        help_text=_("On the first page of the bank book. Spaces and dots are fine."),
    )
    holder = forms.CharField(
        label=_("Name on the bank book"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words", "spellcheck": "false"}),
    )

    mark_optional = False

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("bank") == Bank.NONE:
            for name in ("number", "holder"):
                self.errors.pop(name, None)
            return {**told, "number": "", "holder": ""}
        if told.get("bank"):
            self._require_account(told, Bank(told["bank"]))
        return told

    def _require_account(self, told: dict[str, Any], bank: Bank) -> None:
        number = told.get("number", "")
        if not number and "number" not in self.errors:
            self.add_error("number", gettext("Fill in the account number."))
        elif number and len(number) < bank.shortest_number:
            message = gettext("An account number of %(bank)s has at least %(digits)d digits. You typed %(typed)d.")
            sizes = {"bank": bank.label, "digits": bank.shortest_number, "typed": len(number)}
            self.add_error("number", message % sizes)
        if not told.get("holder", "").strip():
            self.add_error("holder", gettext("Fill in the name on the bank book."))

    def answers(self) -> AccountAnswers:
        told = self.cleaned_data
        return AccountAnswers(told["bank"], told["number"], " ".join(told["holder"].split()))


class ReviewForm(PortalForm):
    is_true = forms.BooleanField(
        label=_("What I filled in is true. If something is wrong, I may correct it."),
        error_messages={"required": _("Tick the statement first, then send.")},
    )
