"""Looking up what was asked and compared. Read-only; no value, picture or person is opened here."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.core.admin import ReadOnly
from perlinsos.core.errors import DomainError
from verification import claims
from verification.models import FaceCheck, FaceRecording, FaceThresholdSet, Fact, SourceHealth, SourceRequest
from verification.services import thresholds


class LookUp(ReadOnly):
    """Only the named fields are ever loaded: values and sealed columns stay where they are."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).only(*self.fields)  # type: ignore[no-any-return]  # names, as declared above


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


class WithClaims(LookUp):
    """Lists below what the face check is known to do, and what it is not."""

    list_before_template = "verification/admin_claims.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown = {**(extra_context or {}), "claims": claims.figures()}
        return super().changelist_view(request, shown)  # type: ignore[no-any-return]  # untyped base


@admin.register(FaceRecording)
class FaceRecordingAdmin(WithClaims):
    """How recordings went, below what such a recording proves and what it does not; no picture, no person."""

    fields: ClassVar = ["public_id", "state", "reason", "attempt", "moves", "replaced", "expires_at", "sent_at"]
    list_display: ClassVar = ["public_id", "state", "reason", "attempt", "replaced", "sent_at"]
    list_filter: ClassVar = ["state", "reason", "replaced"]


@admin.register(FaceThresholdSet)
class FaceThresholdSetAdmin(WithClaims):
    """What was measured, and where a second administrator puts a proposal in force."""

    fields: ClassVar = [
        "version",
        "state",
        "area",
        "recogniser",
        "edges",
        "people",
        "measured",
        "decree",
        "proposed_by",
        "created_at",
        "settled_by",
        "settled_at",
        "replaced_at",
    ]
    list_display: ClassVar = ["version", "state", "area", "people", "proposed_by", "settled_by", "settled_at"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["area", "proposed_by", "settled_by"]
    actions_on_top = True
    actions: ClassVar = ["enact", "decline"]

    @admin.action(description=_("Put in force (by a second administrator)"))
    def enact(self, request: HttpRequest, chosen: QuerySet[FaceThresholdSet]) -> None:
        self._settle(request, chosen, thresholds.enact_set)

    @admin.action(description=_("Decline"))
    def decline(self, request: HttpRequest, chosen: QuerySet[FaceThresholdSet]) -> None:
        self._settle(request, chosen, thresholds.decline_set)

    def _settle(
        self, request: HttpRequest, chosen: QuerySet[FaceThresholdSet], settle: Callable[..., FaceThresholdSet]
    ) -> None:
        for proposed in chosen:
            try:
                settle(proposed, by=cast(User, request.user))
            except DomainError as error:
                messages.error(request, f"{proposed}: {error.message}")
            except PermissionDenied:
                messages.error(request, _("Who proposed thresholds cannot put them in force."))
            else:
                messages.success(request, f"{proposed}: {proposed.get_state_display()}")
