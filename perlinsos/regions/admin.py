"""Areas to look up, parameters to keep."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from perlinsos.core import jobs
from perlinsos.core.admin import Kept, PeriodForm, ReadOnly
from perlinsos.regions.models import Area, Parameter


@admin.register(Area)
class AreaAdmin(ReadOnly):
    """Official codes come in with `import_areas`, never by hand."""

    fields: ClassVar = ["code", "level", "name", "parent", "timezone"]
    list_display: ClassVar = ["code", "name", "level", "timezone"]
    list_filter: ClassVar = ["level"]
    search_fields: ClassVar = ["code__startswith", "name"]
    list_select_related: ClassVar = ["parent"]
    show_full_result_count = False


@admin.register(Parameter)
class ParameterAdmin(Kept):
    """A new value starts where the old one ends; the old one stays, because decisions were made with it."""

    form = PeriodForm
    fields: ClassVar = ["area", "name", "value", "source", "valid_from", "valid_until"]
    list_display: ClassVar = ["name", "area", "value", "valid_during", "source"]
    list_filter: ClassVar = ["name"]
    list_select_related: ClassVar = ["area"]
    search_fields: ClassVar = ["area__code", "area__name"]
    autocomplete_fields: ClassVar = ["area"]

    def save_model(self, request: HttpRequest, obj: Parameter, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        jobs.enqueue("eligibility.sweep_parameters")
