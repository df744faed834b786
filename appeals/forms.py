"""What a family, a visitor and an officer fill in about a contested fact."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eligibility.rules.catalogue import CATALOGUE, FactType, Unit
from perlinsos.core.forms import CardRadios, PhotoField, PortalForm, ThreeBoxDateField

METERS_VA = (450, 900, 1300, 2200, 3500, 5500)  # household classes on a PLN meter sticker


def value_field(fact_type: FactType, *, label: Any) -> forms.Field:
    """The field that asks for the right value of a fact, in its own unit."""
    if fact_type.is_flag:
        return forms.TypedChoiceField(
            label=label,
            choices=[("yes", _("Yes")), ("no", _("No"))],
            coerce=_is_yes,
            widget=CardRadios,
        )
    if fact_type.unit == Unit.VA:
        meters = [(str(size), f"{size:,} VA".replace(",", ".")) for size in METERS_VA]
        choices = [*meters, ("0", _("No meter"))]
        return forms.TypedChoiceField(label=label, choices=choices, coerce=int, widget=CardRadios)
    return forms.IntegerField(
        label=label,
        min_value=fact_type.low,
        max_value=fact_type.high,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def _is_yes(value: str) -> bool:
    return value == "yes"


class ObjectionForm(PortalForm):
    """The family says what is right, why, and shows it."""

    explanation = forms.CharField(
        label=_("What is wrong?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A few words are enough."),
    )
    photo = PhotoField(label=_("Photo as proof"), required=False, help_text=_("For example the sticker on the meter."))

    field_order = ("claimed_value", "explanation", "photo")

    def __init__(self, *args: Any, fact_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_field("claimed_value", value_field(CATALOGUE[fact_name], label=_("What is right?")))
        self.order_fields(self.field_order)


class GroundCheckRequestForm(PortalForm):
    instructions = forms.CharField(
        label=_("What should the visitor look at?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One or two sentences. No names, no NIK."),
    )


class GroundCheckForm(PortalForm):
    """The visitor records what was seen, with a photograph of it."""

    note = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    photo = PhotoField(label=_("Photo of what you saw"))

    field_order = ("value", "photo", "note")

    def __init__(self, *args: Any, fact_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_field("value", value_field(CATALOGUE[fact_name], label=_("What did you see?")))
        self.order_fields(self.field_order)


class NoteForm(PortalForm):
    """What an officer saw of a family, what shows it, and when."""

    evidence = forms.CharField(
        label=_("What shows it?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you saw yourself, or the letter and who signed it. No NIK."),
    )
    seen_on = ThreeBoxDateField(label=_("On which day?"))

    field_order = ("value", "evidence", "seen_on")

    def __init__(self, *args: Any, fact_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = CATALOGUE[fact_name]
        label = _("Is it so?") if kind.is_flag else _("How many people?")
        self.add_field("value", value_field(kind, label=label))
        self.order_fields(self.field_order)


class RulingForm(PortalForm):
    is_upheld = forms.TypedChoiceField(
        label=_("Your ruling"),
        choices=[("yes", _("Accept: the data is corrected")), ("no", _("Do not accept: the data stays"))],
        coerce=_is_yes,
        widget=CardRadios,
    )
    reason = forms.CharField(
        label=_("Reason, in words the family understands"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is printed in the letter."),
    )


class CloseForm(PortalForm):
    """Why a registration that is over ends."""

    reason = forms.CharField(
        label=_("Reason, in words the family understands"),
        max_length=200,
        help_text=_("The family reads it in a message. No names, no NIK."),
    )
