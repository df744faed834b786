"""The only writers of who may act."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import ApiClient, IdentityClaims, Membership, Organisation, User, token_digest
from perlinsos.core import access, audit


@dataclass(frozen=True)
class Claims:
    """What the identity provider asserted: NIK of 16 digits, names as printed, ISO birth date."""

    nik: str
    name: str
    birth_place: str
    birth_date: date
    address: str
    acr: str
    authenticated_at: datetime | None


@transaction.atomic
def record_identity(claims: Claims, *, by: User) -> IdentityClaims:
    """Keep what the provider said at this sign-in of `by` (already verified by `accounts.oidc`)."""
    identity, _created = IdentityClaims.objects.update_or_create(
        user=by,
        defaults={
            "nik": claims.nik,
            "name": claims.name,
            "birth_place": claims.birth_place,
            "birth_date": claims.birth_date.isoformat(),
            "address": claims.address,
            "acr": claims.acr,
            "authenticated_at": claims.authenticated_at,
        },
    )
    audit.record("accounts.identity.received", subject=by, by=by, acr=claims.acr)
    return identity


@transaction.atomic
def service_account(name: str) -> User:
    """The named account a task acts as, so that no audit row has nobody behind it."""
    user, created = User.objects.get_or_create(
        email=f"{name}@service.invalid", defaults={"kind": UserKind.SERVICE, "name": name}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def invite_staff(member: User, *, by: User) -> User:
    """Keep a new staff member (an unsaved User with e-mail and name). For administrators.

    There is no password yet: they choose it with “forgot password”, then set up a second factor.
    """
    access.ensure(by.is_admin)
    member.kind, member.is_superuser = UserKind.STAFF, member.is_admin
    member.set_unusable_password()
    member.save(force_insert=True)
    audit.record("accounts.user.invited", subject=member, by=by, is_admin=member.is_admin)
    return member


@transaction.atomic
def change_staff(member: User, *, fields: list[str], by: User) -> User:
    """Keep changed `fields` of a staff member: e-mail, name, whether active, whether administrator.

    For administrators; refused for oneself, so that nobody locks the last door from inside.
    """
    access.ensure(by.is_admin and (by.pk != member.pk or not {"is_active", "is_admin"} & set(fields)))
    member.is_superuser = member.is_admin
    member.save(update_fields=[*fields, "is_superuser"])
    audit.record("accounts.user.changed", subject=member, by=by, fields=fields)
    return member


@transaction.atomic
def remove_second_factor(member: User, *, by: User) -> None:
    """Let somebody who lost the phone set up a new one. For administrators, never for oneself."""
    access.ensure(by.is_admin and by.pk != member.pk)
    Authenticator.objects.filter(user=member).delete()
    audit.record("accounts.second_factor.removed", subject=member, by=by)


@transaction.atomic
def register_api_client(
    name: str, *, area_code: str, organisation: Organisation, valid_from: date, by: User
) -> tuple[ApiClient, str]:
    """A client that may read one area, and its token, which is shown only here. For administrators."""
    access.ensure(by.is_admin)
    user = User.objects.create_user(kind=UserKind.SERVICE, name=name)
    Membership.objects.create(
        user=user,
        organisation=organisation,
        role=Role.SYSTEM,
        area_code=area_code,
        valid_during=(valid_from, None),
    )
    token = secrets.token_urlsafe(32)
    client = ApiClient.objects.create(user=user, name=name, token_digest=token_digest(token))
    audit.record("accounts.api_client.registered", subject=client, by=by, area=area_code)
    return client, token


@transaction.atomic
def revoke_api_client(client: ApiClient, *, by: User) -> None:
    """Refuse the client's token from now on. For administrators; revoking again changes nothing."""
    access.ensure(by.is_admin)
    if ApiClient.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record("accounts.api_client.revoked", subject=client, by=by)
