"""What every page of the administration shares: nothing is deleted, every change is on record."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import AdminSite
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Field, Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminDateWidget

from perlinsos.core import audit


class Labelled(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Columns and fields carry the reader's language, also where a model gives them no name of their own."""

    def __init__(self, model: type[Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        for field in unnamed_fields(model):
            name = field.name.replace("_", " ")  # collected by `catalogues`, not written here
            field.verbose_name = gettext_lazy(name)


class Kept(Labelled):
    """Reference data: may be added and changed, never deleted; who changed which fields is audited."""

    actions_on_top = True

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        verb = "changed" if change else "added"
        audit.record(f"{obj._meta.label_lower}.{verb}", subject=obj, by=request.user, fields=form.changed_data)


class ReadOnly(Labelled):
    """To look things up."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PeriodForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A model with `valid_during`, asked as first and last day as people say it: both included."""

    valid_from = forms.DateField(label=_("valid from"), widget=UnfoldAdminDateWidget)
    valid_until = forms.DateField(
        label=_("valid until"), required=False, widget=UnfoldAdminDateWidget, help_text=_("last day; empty: no end")
    )

    known: ClassVar[set[str]] = {"valid_during"}

    class Meta:
        exclude: ClassVar = ["valid_during"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        period = self.instance.valid_during
        if isinstance(period, DateRange):
            self.initial.setdefault("valid_from", period.lower)
            self.initial.setdefault("valid_until", period.upper and period.upper - timedelta(days=1))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = values.get("valid_from"), values.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day lies before the first."))
        elif first:
            self.instance.valid_during = DateRange(first, last and _day_after(last))
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # Constraints on columns that are not asked but known are checked here, before the database does.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        fields = [self.instance._meta.get_field(name) for name in self.known]
        return excluded - {field.name for field in fields if field.null or getattr(self.instance, field.name)}


def unnamed_fields(model: type[Model]) -> "list[Field[Any, Any]]":
    """Fields that Django itself names after their attribute."""
    return [field for field in model._meta.concrete_fields if field._verbose_name is None]  # type: ignore[attr-defined]  # Django's own mark of an unnamed field


def _day_after(day: date) -> date:
    return day + timedelta(days=1)
