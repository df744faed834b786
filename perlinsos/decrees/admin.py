"""The registry of decrees: entered once, then in force until its last day or until revoked."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from perlinsos.accounts.models import User
from perlinsos.core import images
from perlinsos.core.admin import Kept, PeriodForm
from perlinsos.core.errors import DomainError, InputError
from perlinsos.core.files import DOCUMENT_MAX_BYTES
from perlinsos.decrees import services
from perlinsos.decrees.models import Decree

KNOWN = ["kind", "number", "title", "signer", "signed_on", "area", "valid_during", "revoked_at"]


class NewDecree(PeriodForm):
    scan = forms.FileField(
        label=_("scan"), required=False, widget=UnfoldAdminFileFieldWidget, help_text=_("PDF or photo, up to 10 MB")
    )

    known: ClassVar = {"valid_during", "revoked_at"}  # the latter is the condition of "one number per area"

    class Meta:
        model = Decree
        fields: ClassVar = ["kind", "number", "title", "signer", "signed_on", "area"]

    def clean_scan(self) -> bytes | None:
        scan = self.cleaned_data["scan"]
        if not scan:
            return None
        if scan.size > DOCUMENT_MAX_BYTES:
            raise forms.ValidationError(_("The file is too big. Send a file smaller than 10 MB."))
        data: bytes = scan.read()
        try:
            if images.sniff(data) != "application/pdf":
                images.normalise_photo(data)
        except InputError as error:
            raise forms.ValidationError(str(error.message), code=error.code) from error
        return data


@admin.register(Decree)
class DecreeAdmin(Kept):
    list_display: ClassVar = ["number", "kind", "area", "signed_on", "valid_during", "revoked_at"]
    list_filter: ClassVar = ["kind"]
    list_select_related: ClassVar = ["area"]
    search_fields: ClassVar = ["number", "title"]
    autocomplete_fields: ClassVar = ["area"]
    actions: ClassVar = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs if obj else {**kwargs, "form": NewDecree})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = [*NewDecree.Meta.fields, "valid_from", "valid_until", "scan"]
        return [(None, {"fields": KNOWN if obj else asked})]

    def save_model(self, request: HttpRequest, obj: Decree, form: Any, change: bool) -> None:
        services.register_decree(obj, document=form.cleaned_data["scan"], by=_who(request))

    @admin.action(description=_("Revoke the decree"), permissions=["view"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[Decree]) -> None:
        for decree in chosen:
            try:
                services.revoke_decree(decree, by=_who(request))
            except DomainError as error:
                self.message_user(request, f"{decree}: {error.message}", messages.ERROR)


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
