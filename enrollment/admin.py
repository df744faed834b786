"""Looking things up by reference. No casework here, nothing deletable, no personal data opened."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from enrollment.models import Application, ConsentText, Family, Person


class ReadOnly(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Only the named fields are ever loaded: sealed columns stay sealed."""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).only(*self.fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Application)
class ApplicationAdmin(ReadOnly):
    fields: ClassVar = ["reference", "state", "channel", "village", "submitted_at", "decided_at", "data_warnings"]
    list_display: ClassVar = ["reference", "state", "channel", "village", "submitted_at"]
    list_filter: ClassVar = ["state", "channel"]
    search_fields: ClassVar = ["reference", "receipt_code"]
    list_select_related: ClassVar = ["village"]


@admin.register(Family)
class FamilyAdmin(ReadOnly):
    fields: ClassVar = ["public_id", "village", "created_at"]
    list_display: ClassVar = ["public_id", "village", "created_at"]
    list_select_related: ClassVar = ["village"]


@admin.register(Person)
class PersonAdmin(ReadOnly):
    fields: ClassVar = ["public_id", "created_at"]
    list_display: ClassVar = ["public_id", "created_at"]


@admin.register(ConsentText)
class ConsentTextAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """New versions may be added; a wording that people agreed to never changes."""

    fields: ClassVar = [
        "source",
        "version",
        "topic",
        "position",
        "source_name",
        "purpose",
        "is_required",
        "published_at",
    ]
    list_display: ClassVar = ["source", "version", "source_name", "published_at"]
    list_filter: ClassVar = ["source"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
