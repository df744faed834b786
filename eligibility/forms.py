"""What officers fill in: filters of the queue, which batch to prepare, the decree, a reason."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from eligibility.documents import document_of
from eligibility.enums import DepartureReason, Outcome
from eligibility.models import Programme, Quota, ReservedShare, RuleSet
from eligibility.rules.groups import facts_of
from eligibility.rules.reading import DocumentError
from perlinsos.core.admin import PeriodForm
from perlinsos.core.forms import CardRadios, PortalForm, ThreeBoxDateField
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area

# What an officer may note; a family steps back on a page of its own.
ENDS = [(reason.value, reason.label) for reason in DepartureReason if reason != DepartureReason.OPTED_OUT]


class QueueFilterForm(PortalForm):
    """Everything may stay open; what is not known is ignored rather than refused."""

    mark_optional = False

    wilayah = forms.ChoiceField(label=_("Area"), required=False)
    program = forms.ChoiceField(label=_("Programme"), required=False)
    hasil = forms.ChoiceField(label=_("Result"), required=False, choices=[("", _("All")), *Outcome.choices])

    def __init__(self, *args: Any, areas: QuerySet[Area], programmes: QuerySet[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("All"))
        self._choose("wilayah", [every, *areas.values_list("code", "name")])
        self._choose("program", [every, *programmes.values_list("code", "name")])

    def chosen(self, name: str) -> str:
        """The value of a filter, or nothing when it is open or not among the choices."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        field.choices = choices


class PrepareForm(PortalForm):
    quota = forms.ModelChoiceField(Quota.objects.none(), label=_("Programme and regency"))

    def __init__(self, *args: Any, quotas: QuerySet[Quota], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["quota"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as declared above
        field.queryset = quotas


class DecreeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, decree: Any) -> str:
        return f"{decree.number} · {decree.title} · {decree.signer}"


class AnnounceForm(PortalForm):
    """Under which decree; the officer confirms what cannot be taken back."""

    decree = DecreeChoice(
        Decree.objects.none(), label=_("Decree (SK)"), widget=CardRadios, empty_label=None, to_field_name="public_id"
    )
    is_sure = forms.BooleanField(
        label=_("I checked the numbers. Families are told at once."),
        error_messages={"required": _("Tick this box first.")},
    )

    def __init__(self, *args: Any, decrees: QuerySet[Decree], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["decree"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as declared above
        field.queryset = decrees


class ReasonForm(PortalForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class DepartureForm(PortalForm):
    """Why a family leaves its place, and what shows it."""

    reason = forms.ChoiceField(
        label=_("Why does the family leave?"), choices=DepartureReason.choices, widget=CardRadios
    )
    note = forms.CharField(
        label=_("What shows it?"),
        help_text=_("A letter, a certificate, a visit: what you saw, when, and from whom. No number of a person."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QuotaForm(PeriodForm):
    """A quota as the administration asks it; what the database refuses is said here in words."""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        programme, area, days = values.get("programme"), values.get("area"), self.instance.valid_during
        if programme and area and days:
            same = Quota.objects.counting_the_same(Quota(programme=programme, area=area)).exclude(area=area)
            other = same.exclude(pk=self.instance.pk).filter(valid_during__overlap=days).first()
            if other is not None:
                message = _("%(area)s has a quota of this programme for these days. One must not lie within the other.")
                self.add_error("area", message % {"area": other.area})
        return values


class ShareForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A reserved share as the administration asks it; what the database refuses is said here in words."""

    class Meta:
        model = ReservedShare
        fields: ClassVar = ["quota", "name", "percent", "condition", "area", "legal"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        quota = values.get("quota")
        if quota is None:
            return values
        others = quota.shares.exclude(pk=self.instance.pk).aggregate(total=Sum("percent"))["total"] or 0
        if others + (values.get("percent") or 0) > 100:
            left = _("The shares of this quota would be more than 100 %%. At most %(left)d is left.")
            self.add_error("percent", left % {"left": 100 - others})
        area = values.get("area")
        if area is not None and not area.pk.startswith(f"{quota.area_id}."):
            self.add_error("area", _("This area does not lie in the area of the quota."))
        if values.get("condition"):
            self._check_condition(values["condition"], quota)
        return values

    def _check_condition(self, condition: str, quota: Quota) -> None:
        try:
            asked = facts_of(condition)
        except DocumentError as error:
            for problem in error.problems:
                self.add_error("condition", _(problem.message) % problem.params)
            return
        rule_set = RuleSet.objects.in_force().filter(programme=quota.programme_id).first()
        unknown = asked - document_of(rule_set).facts if rule_set else frozenset()
        if unknown:
            message = _("The rules of this programme do not look at %(facts)s, so nobody could get such a place.")
            self.add_error("condition", message % {"facts": ", ".join(sorted(unknown))})


class StepBackForm(PortalForm):
    """Giving the place up: the reason is the family's own business."""

    reason = forms.CharField(
        label=_("Why does your family step back?"),
        help_text=_("You need not say why."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_sure = forms.BooleanField(
        label=_("I have read this and agree."), error_messages={"required": _("Tick this box first.")}
    )


class DoubtForm(PortalForm):
    note = forms.CharField(
        label=_("What is right?"),
        help_text=_("For example: my child was ill, the school has a letter."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write in a sentence what is right.")},
    )


class EndForm(PortalForm):
    """Why a family no longer receives, for a second officer to agree with."""

    reason = forms.ChoiceField(
        label=_("What happened?"),
        choices=ENDS,
        widget=CardRadios,
        error_messages={"required": _("Choose what happened.")},
    )
    note = forms.CharField(label=_("What was seen, and by whom"), max_length=300)


# --- rules ----------------------------------------------------------------------------------------
class VersionChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, rule_set: Any) -> str:
        return str(rule_set.version)


class DraftStartForm(PortalForm):
    title = forms.CharField(label=_("What is it for?"), max_length=120)
    base = VersionChoice(
        RuleSet.objects.none(), label=_("Begin with the text of version"), required=False, to_field_name="version"
    )

    def __init__(self, *args: Any, versions: QuerySet[RuleSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["base"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as declared above
        field.queryset = versions


class DraftTextForm(PortalForm):
    """The text as typed, blanks at its ends and all; which edition it was written on."""

    mark_optional = False

    text = forms.CharField(
        label=_("Text of the rules (YAML)"),
        help_text=_("Rules that ask for fresher data than usual say so in days: max_age_days: {pln.power_va: 180}"),
        required=False,
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "wrap": "soft", "class": "code"}),
    )
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


class ProposeForm(PortalForm):
    edition = forms.IntegerField(widget=forms.HiddenInput)
    golden_reason = forms.CharField(
        label=_("Why golden families may come out otherwise, or why there are none"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    unsimulated_reason = forms.CharField(
        label=_("Why nobody simulated this text"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class EnactForm(AnnounceForm):
    """`edition` and `proposed_at` say which proposal was on the page."""

    edition = forms.IntegerField(widget=forms.HiddenInput)
    proposed_at = forms.DateTimeField(widget=forms.HiddenInput)
    is_sure = forms.BooleanField(
        label=_("I read what changes. From its first day on families are decided by it."),
        error_messages={"required": _("Tick this box first.")},
    )


class RevertForm(PortalForm):
    version = forms.SlugField(label=_("Name of the new version"), max_length=20, help_text=_("Example: 2027-2"))
    first_day = ThreeBoxDateField(label=_("First day in force"), future=True)


class WithdrawForm(AnnounceForm):
    is_sure = None  # type: ignore[assignment]  # a reason is asked instead
    reason = forms.CharField(label=_("Reason"), max_length=200)
