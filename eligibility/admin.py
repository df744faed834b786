"""Reference data of eligibility. No casework here, and nothing that decided something can be changed or deleted."""

from collections.abc import Callable
from typing import Any, ClassVar

import yaml
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from eligibility import golden, permissions
from eligibility.forms import QuotaForm, ShareForm
from eligibility.golden_form import OUT_OF_REACH, GoldenFamilyForm, form_for, sections
from eligibility.golden_history import changes_of
from eligibility.golden_words import answers_now
from eligibility.models import (
    Batch,
    Departure,
    Determination,
    DutyReporter,
    GoldenFamily,
    Programme,
    Quota,
    ReservedShare,
    RuleSet,
    Run,
)
from eligibility.services import goldens
from perlinsos.accounts.models import User
from perlinsos.core.admin import Kept, ReadOnly
from perlinsos.core.errors import DomainError


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


@admin.register(GoldenFamily)
class GoldenFamilyAdmin(Kept):
    """Policy staff enter the families that every draft is tried on; a family is retired, never deleted."""

    list_display = ("name", "story", "programmes", "retired_at")
    list_filter = (("retired_at", admin.EmptyFieldListFilter),)
    search_fields = ("code", "name", "story")
    readonly_fields = ("now", "history")
    actions: ClassVar = ["retire", "restore"]

    def has_view_permission(self, request: HttpRequest, obj: GoldenFamily | None = None) -> bool:
        return _may_edit_families(request)

    has_add_permission = has_change_permission = has_view_permission
    has_module_permission = has_view_permission

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        by = _who(request)
        return form_for(golden.known_rules(by), by=by)

    def get_fieldsets(self, request: HttpRequest, obj: GoldenFamily | None = None) -> Any:
        told = [(_("today and before"), {"fields": ["now", "history"], "classes": ["tab"]})] if obj else []
        return [*sections(golden.known_rules(_who(request))), *told]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What is refused only while it is saved is said beside the family as it is by then."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: GoldenFamily, form: GoldenFamilyForm, change: bool) -> None:
        by = _who(request)
        if change:
            family = goldens.change_golden_family(obj, form.entered, by=by, seen=obj.updated_at)
        else:
            family = goldens.add_golden_family(form.entered, by=by)
            obj.pk = family.pk
        for line in answers_now(family):
            self.message_user(request, line, messages.INFO)

    @admin.display(description=_("programmes"))
    def programmes(self, family: GoldenFamily) -> str:
        return ", ".join(sorted(family.expected))

    @admin.display(description=_("with the rules in force"))
    def now(self, family: GoldenFamily) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((line,) for line in answers_now(family)))

    @admin.display(description=_("changes"))
    def history(self, family: GoldenFamily) -> SafeString:
        """What was changed, by whom and when; the newest first."""
        return format_html_join("", "<p>{} · {} · {}<br>{}</p>", changes_of(family))

    @admin.action(description=_("Retire: rules are no longer tried on it"))
    def retire(self, request: HttpRequest, chosen: QuerySet[GoldenFamily]) -> None:
        self._each(request, chosen, goldens.retire_golden_family)

    @admin.action(description=_("Restore: rules are tried on it again"))
    def restore(self, request: HttpRequest, chosen: QuerySet[GoldenFamily]) -> None:
        self._each(request, chosen, goldens.restore_golden_family)

    def _each(self, request: HttpRequest, chosen: QuerySet[GoldenFamily], verb: Callable[..., None]) -> None:
        """Those of programmes elsewhere stay as they are, and it is said."""
        for family in chosen:
            try:
                verb(family, by=_who(request))
            except PermissionDenied:
                self.message_user(request, f"{family}: {OUT_OF_REACH}", messages.ERROR)


def _may_edit_families(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and permissions.can_open_golden_families(request.user)


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the administration asks for a sign-in
    return request.user
