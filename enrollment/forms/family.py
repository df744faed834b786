"""The family page and its by-roads: where you live, and who belongs to you when there is no card."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment import cards
from enrollment.answers import FamilyAnswers
from enrollment.cards import CardData, CardMember
from enrollment.enums import Relation, Sex
from enrollment.forms.fields import KkField, NikField
from enrollment.models import Application, Person
from perlinsos.core.forms import CardRadios, PortalForm, ThreeBoxDateField
from perlinsos.regions.models import Area

MOST_MEMBERS = 25
FEW = 8  # this many choices are shown as cards, more as a list
NAME_ATTRS = {"autocomplete": "off", "autocapitalize": "words", "spellcheck": "false"}


class FamilyForm(PortalForm):
    """Is the card right? What is wrong is written down for an officer; the family goes on."""

    is_right = forms.ChoiceField(
        label=_("Is this list right?"),
        choices=[("yes", _("Yes, it is right")), ("no", _("No, something is wrong"))],
        widget=CardRadios,
        error_messages={"required": _("Choose one answer first.")},
    )
    correction = forms.CharField(
        label=_("What is wrong?"),
        help_text=_("Fill this in only when something is wrong. Example: the second child has died."),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
    )

    mark_optional = False

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("is_right") == "no" and not told.get("correction"):
            self.add_error("correction", gettext("Write what is wrong. You can go on afterwards."))
        return told

    def answers(self) -> FamilyAnswers:
        told = self.cleaned_data
        return FamilyAnswers(correction=told["correction"] if told["is_right"] == "no" else "")


class DistrictForm(PortalForm):
    """First half of "where do you live": the district, grouped by regency."""

    district = forms.ChoiceField(label=_("In which district (kecamatan) do you live?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].choices = [("", _("Choose a district")), *_served_districts()]  # type: ignore[attr-defined]  # a ChoiceField, as declared above


class VillageForm(PortalForm):
    """Second half: the village of one district."""

    village = forms.ChoiceField(
        label=_("In which village (desa or kelurahan) do you live?"),
        error_messages={"required": _("Choose the village first."), "invalid_choice": _("Choose the village first.")},
    )

    def __init__(self, *args: Any, district: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        villages = list(Area.objects.served().filter(parent_id=district).order_by("name").values_list("code", "name"))
        field: Any = self.fields["village"]
        if len(villages) <= FEW:
            field.widget = CardRadios()
            field.choices = villages
        else:
            field.choices = [("", _("Choose a village")), *villages]


def _served_districts() -> list[tuple[str, list[tuple[str, str]]]]:
    served = Area.objects.served().values("parent_id")
    districts = Area.objects.filter(code__in=served).select_related("parent").order_by("parent_id", "name")
    groups: dict[str, list[tuple[str, str]]] = {}
    for district in districts:
        groups.setdefault(str(district.parent), []).append((district.code, district.name))
    return list(groups.items())


class FamilyHeadForm(PortalForm):
    """What stands above the members on a family card, and the applicant's own line."""

    relation = forms.ChoiceField(
        label=_("What are you in the family?"),
        choices=[("", _("Choose one")), *Relation.choices],
        error_messages={"required": _("Choose what you are in the family.")},
    )
    kk_number = KkField(required=False)
    address = forms.CharField(
        label=_("Address or landmark of the house"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )
    rt = forms.RegexField(r"^[0-9]{1,3}$", label="RT", required=False, widget=forms.TextInput({"inputmode": "numeric"}))
    rw = forms.RegexField(r"^[0-9]{1,3}$", label="RW", required=False, widget=forms.TextInput({"inputmode": "numeric"}))


class MemberLineForm(PortalForm):
    """One member typed by hand. Without a NIK one may still be family."""

    name = forms.CharField(label=_("Full name"), max_length=100, widget=forms.TextInput(NAME_ATTRS))
    nik = NikField(required=False, help_text=_("16 digits, on the family card. Leave empty when you do not know it."))
    birth_date = ThreeBoxDateField(label=_("Date of birth"), help_text=_("Example: 27 3 1962"))
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex, widget=CardRadios)
    relation = forms.ChoiceField(
        label=_("Relation to the head of the family"), choices=[("", _("Choose one")), *Relation.choices]
    )

    def member(self) -> CardMember:
        told = self.cleaned_data
        return CardMember(
            nik=told["nik"] or None,
            name=" ".join(told["name"].split()),
            sex=told["sex"],
            birth_date=told["birth_date"],
            relation=told["relation"],
        )


if TYPE_CHECKING:
    _Lines = BaseFormSet[MemberLineForm]
else:
    _Lines = BaseFormSet  # generic for the type checker only


class _Members(_Lines):
    def add_fields(self, form: MemberLineForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = gettext("Take this person off the list")

    def members(self) -> list[CardMember]:
        return [form.member() for form in self.forms if form.cleaned_data.get("name") and not _is_off(form)]


def _is_off(form: MemberLineForm) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


class TypedFamily:
    """The two forms of the page as one: filled from what was sent, or from what was saved before."""

    is_multipart = False
    media = forms.Media()

    def __init__(self, sent: QueryDict | None, application: Application, *, is_adding: bool) -> None:
        if (applicant := application.applicant) is None:
            raise ValueError("a draft without an applicant")
        saved = cards.load(application.typed_family) if application.typed_family else None
        head_initial, member_initial = _initial(saved, applicant)
        self.applicant = applicant
        self.is_bound = sent is not None
        self.head = FamilyHeadForm(sent, initial=head_initial)
        self.members = _formset(extra=int(is_adding))(sent, initial=member_initial, prefix="m")

    def is_valid(self) -> bool:
        is_head_valid = self.head.is_valid()
        return self.members.is_valid() and is_head_valid

    @property
    def errors(self) -> bool:
        return self.is_bound and not self.is_valid()

    def non_field_errors(self) -> list[str]:
        own = [*self.head.non_field_errors(), *self.members.non_form_errors()]
        return [*own, *(error for line in self.members for error in line.non_field_errors())]

    def __iter__(self) -> Iterator[forms.BoundField]:
        yield from self.head
        for line in self.members:
            yield from line

    def card(self) -> CardData:
        """The card that two valid forms describe, the applicant first."""
        head, applicant = self.head.cleaned_data, self.applicant
        own = CardMember(
            nik=applicant.nik,
            name=applicant.name,
            sex=applicant.sex,
            birth_date=applicant.born,
            relation=head["relation"],
        )
        others = [member for member in self.members.members() if member.nik is None or member.nik != own.nik]
        return CardData(
            members=(own, *others),
            kk_number=head["kk_number"] or None,
            address=head["address"],
            rt=head["rt"],
            rw=head["rw"],
        )


def _formset(*, extra: int) -> type[_Members]:
    made: Any = formset_factory(
        MemberLineForm, formset=_Members, extra=extra, can_delete=True, max_num=MOST_MEMBERS, validate_max=True
    )
    return cast(type[_Members], made)


def _initial(typed: CardData | None, applicant: Person) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the two forms start with: what was typed before, the applicant's line apart."""
    if typed is None:
        return {}, []
    own = next((line for line in typed.members if line.nik == applicant.nik), None)
    head = {"relation": own.relation if own else "", "kk_number": typed.kk_number or "", "address": typed.address}
    others = [
        {"name": line.name, "nik": line.nik or "", "birth_date": line.birth_date, "sex": line.sex,
         "relation": line.relation}
        for line in typed.members
        if line is not own
    ]  # fmt: skip
    return {**head, "rt": typed.rt, "rw": typed.rw}, others


def head_count_error(card: CardData) -> str:
    """Empty when exactly one member is the head; else what to do about it."""
    heads = sum(member.relation == Relation.HEAD for member in card.members)
    if heads == 0:
        return gettext("Nobody is the head of the family yet. Choose “Head of family” for one person.")
    return gettext("A family has one head. Choose “Head of family” for one person only.") if heads > 1 else ""
