"""Users, memberships and API clients in the administration."""

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from perlinsos.accounts import services
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import ApiClient, Membership, User
from perlinsos.core.models import AuditEvent
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import MembershipFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, cast: Cast, sign_in: SignIn) -> Client:
    sign_in(client, cast.laras)
    return client


def test_staff_are_invited_and_choose_their_password_themselves(desk: Client, cast: Cast) -> None:
    desk.post(reverse("admin:accounts_user_add"), {"email": "maya@example.id", "name": "Maya", "is_active": "on"})
    maya = User.objects.get(email="maya@example.id")
    assert (maya.kind, maya.is_admin, maya.is_superuser, maya.has_usable_password()) == (
        UserKind.STAFF, False, False, False,
    )  # fmt: skip
    Client().post(reverse("account_reset_password"), {"email": "maya@example.id"})
    assert [message.to for message in mail.outbox] == [["maya@example.id"]]


def test_citizens_and_systems_are_not_listed(desk: Client, cast: Cast) -> None:
    page = desk.get(reverse("admin:accounts_user_changelist"))
    listed = {user.pk for user in page.context["cl"].queryset}
    assert cast.laras.pk in listed
    assert not listed & {cast.indah.pk, cast.client.user_id}
    assert desk.get(reverse("admin:accounts_user_change", args=[cast.indah.pk])).status_code == 302


def test_an_administrator_is_made_and_unmade(desk: Client, cast: Cast) -> None:
    address = reverse("admin:accounts_user_change", args=[cast.hadi.pk])
    form = {"email": cast.hadi.email, "name": "Hadi", "is_active": "on"}
    desk.post(address, {**form, "is_admin": "on"})
    cast.hadi.refresh_from_db()
    assert (cast.hadi.is_admin, cast.hadi.is_superuser) == (True, True)
    desk.post(address, form)
    cast.hadi.refresh_from_db()
    assert (cast.hadi.is_admin, cast.hadi.is_superuser) == (False, False)


def test_nobody_locks_the_door_from_inside(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        services.change_staff(cast.laras, fields=["is_active"], by=cast.laras)
    with pytest.raises(PermissionDenied):
        services.remove_second_factor(cast.laras, by=cast.laras)


@pytest.mark.parametrize("who", ["ani", "hadi", "gita", "indah"])
def test_only_administrators_say_who_may_act(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        services.invite_staff(User(email="a@example.id"), by=cast[who])
    with pytest.raises(PermissionDenied):
        services.remove_second_factor(cast.budi, by=cast[who])
    with pytest.raises(PermissionDenied):
        services.revoke_api_client(cast.client, by=cast[who])


def test_a_lost_phone_is_replaced(desk: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(Client(), cast.ani)
    chosen = {"action": "remove_second_factor", "_selected_action": [cast.ani.pk]}
    desk.post(reverse("admin:accounts_user_changelist"), chosen)
    assert not Authenticator.objects.filter(user=cast.ani).exists()
    assert AuditEvent.objects.filter(action="accounts.second_factor.removed", actor=cast.laras).count() == 1


def membership(cast: Cast, **changes: str) -> dict[str, str]:
    organisation = OrganisationFactory()
    form = {"user": cast.budi.pk, "organisation": organisation.pk, "role": Role.VERIFIER, "area_code": "35.10"}
    return {**form, "valid_from": "2026-01-01", "valid_until": "2026-12-31", **changes}


def test_a_membership_is_entered_with_its_first_and_last_day(desk: Client, cast: Cast) -> None:
    desk.post(reverse("admin:accounts_membership_add"), membership(cast))
    entered = Membership.objects.get(user=cast.budi, role=Role.VERIFIER)
    assert (entered.valid_during.lower, entered.valid_during.upper) == (date(2026, 1, 1), date(2027, 1, 1))
    page = desk.get(reverse("admin:accounts_membership_change", args=[entered.pk]))
    assert page.context["adminform"].form.initial["valid_until"] == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_until": "2025-12-31"}, "valid_until"),
        ({"valid_from": ""}, "valid_from"),
        ({"area_code": "3510"}, None),
        ({"role": Role.OFFICER}, None),
    ],
    ids=str,
)
def test_a_membership_that_cannot_be_is_explained(
    desk: Client, cast: Cast, changes: dict[str, str], field: str | None
) -> None:
    before = Membership.objects.filter(user=cast.budi).count()
    page = desk.post(reverse("admin:accounts_membership_add"), membership(cast, **changes))
    assert page.status_code == 200
    assert page.context["adminform"].form.errors.get(field or "__all__")
    assert Membership.objects.filter(user=cast.budi).count() == before


def test_a_token_is_shown_once(desk: Client) -> None:
    form = {"name": "Dashboard", "organisation": OrganisationFactory().pk, "area_code": "35.10"}
    page = desk.post(reverse("admin:accounts_apiclient_add"), {**form, "valid_from": "2026-01-01"})
    registered = ApiClient.objects.get(name="Dashboard")
    token = page.context["token"]
    assert token in page.content.decode()
    assert ApiClient.objects.of_token(token).get() == registered
    assert "no-store" in page["Cache-Control"]
    assert Membership.objects.get(user=registered.user).area_code == "35.10"
    later = desk.get(reverse("admin:accounts_apiclient_change", args=[registered.pk]))
    assert token not in later.content.decode()
    assert registered.token_digest not in later.content.decode()


def test_a_token_for_no_area_is_refused(desk: Client) -> None:
    form = {"name": "Dashboard", "organisation": OrganisationFactory().pk, "area_code": "3510"}
    page = desk.post(reverse("admin:accounts_apiclient_add"), {**form, "valid_from": "2026-01-01"})
    assert "area_code" in page.context["adminform"].form.errors
    assert not ApiClient.objects.exists()


def test_a_token_is_revoked(desk: Client, cast: Cast) -> None:
    chosen = {"action": "revoke", "_selected_action": [cast.client.pk]}
    desk.post(reverse("admin:accounts_apiclient_changelist"), chosen)
    assert not ApiClient.objects.of_token(cast.client_token).exists()


def test_a_membership_of_the_past_stays(desk: Client, cast: Cast) -> None:
    past = MembershipFactory(expired=True)
    response = desk.post(reverse("admin:accounts_membership_delete", args=[past.pk]), {"post": "yes"})
    assert response.status_code == 403
    assert Membership.objects.filter(pk=past.pk).exists()
