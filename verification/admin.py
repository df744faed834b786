"""Looking up what was asked and compared. Read-only; no value, picture or person is opened here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from perlinsos.core.admin import ReadOnly
from verification.models import FaceCheck, Fact, SourceHealth, SourceRequest


class LookUp(ReadOnly):
    """Only the named fields are ever loaded: values and sealed columns stay where they are."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).only(*self.fields)  # type: ignore[no-any-return]


@admin.register(SourceRequest)
class SourceRequestAdmin(LookUp):
    fields: ClassVar = ["public_id", "source", "purpose", "state", "attempts", "due_at", "last_error", "answered_at"]
    list_display: ClassVar = ["public_id", "source", "purpose", "state", "attempts", "due_at", "last_error"]
    list_filter: ClassVar = ["source", "purpose", "state"]


@admin.register(SourceHealth)
class SourceHealthAdmin(LookUp):
    fields: ClassVar = ["source", "state", "failures", "opened_at", "retry_at", "last_success_at", "last_latency_ms"]
    list_display: ClassVar = ["source", "state", "failures", "last_success_at", "last_latency_ms"]


@admin.register(Fact)
class FactAdmin(LookUp):
    """Which facts exist and where they come from; what they say is read on the case."""

    fields: ClassVar = ["public_id", "name", "source", "as_of", "fetched_at", "purpose"]
    list_display: ClassVar = ["public_id", "name", "source", "as_of", "fetched_at"]
    list_filter: ClassVar = ["source", "name"]


@admin.register(FaceCheck)
class FaceCheckAdmin(LookUp):
    """How checks went, and under which thresholds and engine; no distance, no template, no person."""

    fields: ClassVar = [
        "public_id",
        "state",
        "reason",
        "judgement",
        "attempts",
        "threshold_version",
        "engine_version",
        "settled_at",
    ]
    list_display: ClassVar = ["public_id", "state", "reason", "judgement", "threshold_version", "created_at"]
    list_filter: ClassVar = ["state", "reason"]
