"""Reference data of eligibility. No casework here, and nothing that decided something can be changed or deleted."""

import yaml
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from eligibility.forms import QuotaForm, ShareForm
from eligibility.models import (
    Batch,
    Departure,
    Determination,
    DutyReporter,
    Programme,
    Quota,
    ReservedShare,
    RuleSet,
    Run,
)
from perlinsos.core.admin import Kept, ReadOnly


@admin.register(Programme)
class ProgrammeAdmin(Kept):
    """Programmes come with their rules; here one is switched on or off, everywhere or for some areas."""

    list_display = ("code", "name", "is_active")
    readonly_fields = ("code", "name", "description")
    autocomplete_fields = ("areas",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(RuleSet)
class RuleSetAdmin(ReadOnly):
    list_display = ("programme", "version", "valid_during", "enacted_at")
    list_filter = ("programme",)
    fields = ("programme", "version", "valid_during", "enacted_at", "sha256", "rules")
    readonly_fields = ("rules",)

    @admin.display(description=_("rules"))
    def rules(self, rule_set: RuleSet) -> SafeString:
        """The document as it was written, entry by entry."""
        text = yaml.safe_dump(rule_set.document, allow_unicode=True, sort_keys=False, width=110)
        return format_html("<pre>{}</pre>", text)


@admin.register(Quota)
class QuotaAdmin(Kept):
    form = QuotaForm
    list_display = ("programme", "area", "places", "valid_during", "source")
    list_filter = ("programme",)
    raw_id_fields = ("area",)


@admin.register(ReservedShare)
class ReservedShareAdmin(Kept):
    """Whom part of a quota is kept for; it counts from the next order on, and 0 % switches it off."""

    form = ShareForm
    list_display = ("quota", "name", "percent", "condition", "area", "legal")
    list_select_related = ("quota__programme", "area")
    raw_id_fields = ("area",)


@admin.register(Departure)
class DepartureAdmin(ReadOnly):
    """Who left a place and on whose word; it is recorded and agreed on the officers' pages."""

    list_display = ("public_id", "state", "reason", "proposed_by", "decided_by", "created_at")
    list_filter = ("state", "reason")
    list_select_related = ("proposed_by", "decided_by")
    fields = ("public_id", "state", "reason", "takes_money", "proposed_by", "decided_by", "created_at")


@admin.register(DutyReporter)
class DutyReporterAdmin(Kept):
    """Which API client may hand in school attendance or health visits. Its area is the client's."""

    list_display = ("client", "kind", "created_at")
    list_select_related = ("client",)
    raw_id_fields = ("client",)


@admin.register(Batch)
class BatchAdmin(ReadOnly):
    list_display = ("reference", "state", "programme", "area", "prepared_by", "announced_by", "announced_at")
    list_filter = ("programme", "state")
    list_select_related = ("programme", "area", "prepared_by", "announced_by")


@admin.register(Determination)
class DeterminationAdmin(ReadOnly):
    """Which decisions exist; the reasons are read on the case, where reading is on record."""

    list_display = ("public_id", "programme", "outcome", "rule_set", "cause", "decided_at")
    list_filter = ("programme", "outcome")
    list_select_related = ("programme", "rule_set__programme")
    fields = ("public_id", "programme", "rule_set", "outcome", "cause", "decided_at", "criteria_count")
    readonly_fields = ("public_id",)


@admin.register(Run)
class RunAdmin(ReadOnly):
    """Full re-decisions and how far they are; they are started with the command `redecide`."""

    list_display = ("area", "state", "decided", "reason", "started_by", "created_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("area", "started_by")
