"""Golden families in the administration, with a form that speaks as the rules do."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from eligibility import golden, permissions
from eligibility.golden_form import OUT_OF_REACH, GoldenFamilyForm, form_for, sections
from eligibility.golden_history import changes_of
from eligibility.golden_words import answers_now
from eligibility.models import GoldenFamily
from eligibility.services import goldens
from perlinsos.accounts.models import User
from perlinsos.core.admin import Kept
from perlinsos.core.errors import DomainError


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
