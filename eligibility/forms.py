"""What officers fill in: filters of the queue, which batch to prepare, the decree, a reason."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from eligibility.enums import Outcome
from eligibility.models import Programme, Quota
from perlinsos.core.forms import CardRadios, PortalForm
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area


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
