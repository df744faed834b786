"""Who works here, and which systems may ask. Citizens are not listed: they are nobody's reference data."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from perlinsos.accounts import services
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import ApiClient, Membership, Organisation, User
from perlinsos.core.admin import Kept, PeriodForm

# Sign-in secrets and Django's own groups: who may do what is a Membership here, and nothing is deleted.
for _model in (EmailAddress, EmailConfirmation, Authenticator, SocialAccount, SocialApp, SocialToken, Group):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(User)
class UserAdmin(Kept):
    """Staff are invited by e-mail and choose their password themselves with “forgot password”."""

    fields: ClassVar = ["email", "name", "is_active", "is_admin"]
    list_display: ClassVar = ["name", "email", "is_active", "is_admin", "joined_at"]
    list_filter: ClassVar = ["is_active", "is_admin"]
    search_fields: ClassVar = ["name", "email"]
    actions: ClassVar = ["remove_second_factor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        staff: QuerySet[User] = super().get_queryset(request).filter(kind=UserKind.STAFF)
        return staff

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.base_fields["email"].required = form.base_fields["name"].required = True
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        by = _who(request)
        if change:
            services.change_staff(obj, fields=form.changed_data, by=by)
        else:
            services.invite_staff(obj, by=by)

    @admin.action(description=_("Remove the second factor (phone lost)"))
    def remove_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen:
            services.remove_second_factor(user, by=_who(request))
        self.message_user(request, _("They set up a new second factor at the next sign-in."), messages.SUCCESS)


@admin.register(Organisation)
class OrganisationAdmin(Kept):
    search_fields: ClassVar = ["name"]


@admin.register(Membership)
class MembershipAdmin(Kept):
    """Role × area × time. Somebody who leaves gets a last day, so the past stays readable."""

    form = PeriodForm
    fields: ClassVar = ["user", "organisation", "role", "area_code", "valid_from", "valid_until"]
    list_display: ClassVar = ["user", "role", "area_code", "organisation", "valid_during"]
    list_filter: ClassVar = ["role", "organisation"]
    list_select_related: ClassVar = ["user", "organisation"]
    search_fields: ClassVar = ["user__name", "user__email", "area_code"]
    autocomplete_fields: ClassVar = ["user", "organisation"]


class NewApiClient(PeriodForm):
    known: ClassVar = set()
    area_code = forms.RegexField(
        r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$",
        label=_("area code"),
        widget=UnfoldAdminTextInputWidget,
        help_text="35.10, 51.02, …",
        error_messages={"invalid": _("This is not an official area code, such as 35.10.")},
    )
    organisation = forms.ModelChoiceField(Organisation._default_manager.all(), label=_("organisation"))

    class Meta:
        model = ApiClient
        fields: ClassVar = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["instance"] = kwargs.get("instance") or ApiClient()
        kwargs["instance"].valid_during = None
        super().__init__(*args, **kwargs)
        del self.fields["valid_until"]


@admin.register(ApiClient)
class ApiClientAdmin(Kept):
    """The token is shown on the page after registering, and never again."""

    list_display: ClassVar = ["name", "created_at", "revoked_at"]
    readonly_fields: ClassVar = ["name", "created_at", "revoked_at"]
    fields: ClassVar = ["name", "created_at", "revoked_at"]
    actions: ClassVar = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj else NewApiClient

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        added = ["name", "organisation", "area_code", "valid_from"]
        return [(None, {"fields": self.fields if obj else added})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        values = form.cleaned_data
        client, token = services.register_api_client(
            values["name"],
            area_code=values["area_code"],
            organisation=values["organisation"],
            valid_from=values["valid_from"],
            by=_who(request),
        )
        obj.__dict__.update(client.__dict__)
        obj.token = token  # type: ignore[attr-defined]  # for the page after this, nowhere else

    def log_addition(self, request: HttpRequest, obj: ApiClient, message: Any) -> Any:
        return super().log_addition(request, obj, [{"added": {}}])

    def response_add(self, request: HttpRequest, obj: ApiClient, post_url_continue: str | None = None) -> HttpResponse:
        return render(request, "admin/accounts/apiclient/token.html", {"client": obj, "token": vars(obj)["token"]})

    @admin.action(description=_("Revoke the token"), permissions=["view"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiClient]) -> None:
        for client in chosen:
            services.revoke_api_client(client, by=_who(request))
        self.message_user(request, _("The token is refused from now on."), messages.SUCCESS)


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
