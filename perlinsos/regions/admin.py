"""Areas to look up, parameters to keep."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from perlinsos.core import jobs
from perlinsos.core.admin import Kept, ReadOnly
from perlinsos.regions.forms import ParameterForm
from perlinsos.regions.kinds import known_kinds
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


class NameFilter(admin.SimpleListFilter):
    """Names that are in use, as people call them."""

    title = _("name")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        kinds = known_kinds()
        used = model_admin.get_queryset(request).order_by("name").values_list("name", flat=True).distinct()
        return [(name, kinds[name].label if name in kinds else name) for name in used]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Parameter]) -> QuerySet[Parameter]:
        return queryset.filter(name=self.value()) if self.value() else queryset


@admin.register(Parameter)
class ParameterAdmin(Kept):
    """A new value starts where the old one ends; the old one stays, because decisions were made with it."""

    form = ParameterForm
    fields: ClassVar = ["area", "name", "value", "source", "valid_from", "valid_until"]
    list_filter: ClassVar = [NameFilter]
    list_select_related: ClassVar = ["area"]
    search_fields: ClassVar = ["area__code", "area__name"]
    autocomplete_fields: ClassVar = ["area"]

    def save_model(self, request: HttpRequest, obj: Parameter, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        jobs.enqueue("eligibility.sweep_parameters")

    def get_list_display(self, request: HttpRequest) -> list[str | Callable[[Parameter], Any]]:
        kinds = known_kinds()  # once for the whole page

        @admin.display(description=_("name"), ordering="name")
        def called(parameter: Parameter) -> Any:
            return kinds[parameter.name].label if parameter.name in kinds else parameter.name

        return [called, "area", "value", "valid_during", "source"]
