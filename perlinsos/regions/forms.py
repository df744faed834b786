"""Entering what holds in an area: a name that is known, and a value that can be meant."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from perlinsos.core.admin import PeriodForm
from perlinsos.regions.kinds import known_kinds
from perlinsos.regions.models import Parameter


class ParameterForm(PeriodForm):
    name = forms.ChoiceField(label=_("name"), widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Parameter
        fields: ClassVar = ["area", "name", "value", "source"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = known_kinds()
        choices = {name: kind.label for name, kind in self.kinds.items()}
        if self.instance.name:  # rules that asked for it may have been taken back since
            choices.setdefault(self.instance.name, self.instance.name)
        self.fields["name"].choices = list(choices.items())  # type: ignore[attr-defined]  # the field is declared above

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        kind = self.kinds.get(values.get("name", ""))
        if kind is not None and "value" in values and (complaint := kind.complaint(values["value"])):
            self.add_error("value", complaint)
        return values
