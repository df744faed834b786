"""Who acts. A Person who is enrolled is not a User; a User is whoever signs in or works."""

import hashlib
import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.enums import Role, UserKind
from perlinsos.core.fields import BlindIndexField, EncryptedTextField
from perlinsos.core.models import PublicModel, Timestamped, choice_constraint

STAFF_ROLES = frozenset(set(Role) - {Role.SYSTEM})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str = "", password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower() or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, kind=UserKind.STAFF, is_superuser=True, is_admin=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in. Citizens come through the identity provider and have neither e-mail nor password."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=UserKind, default=UserKind.CITIZEN)
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("Staff only; never a citizen's name"))
    is_active = models.BooleanField(default=True)
    is_admin = models.BooleanField(_("may open the administration"), default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            choice_constraint("kind", UserKind, name="user_kind_is_known"),
            models.CheckConstraint(
                name="user_staff_has_an_email", condition=~Q(kind=UserKind.STAFF) | Q(email__isnull=False)
            ),
            models.CheckConstraint(
                name="user_citizen_is_no_admin",
                condition=~Q(kind=UserKind.CITIZEN) | Q(is_admin=False, is_superuser=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.public_id)[:8]

    @cached_property
    def held_roles(self) -> tuple[tuple[str, str], ...]:
        """(role, area code) of every membership valid today, as this object first saw them: like Django's own
        permissions it is asked for once per request or task, for that is how long the object lives."""
        return tuple(self.memberships.valid().values_list("role", "area_code"))

    @property
    def is_staff(self) -> bool:
        """Django's word for "may open the administration"; policy staff find only their golden families there."""
        return self.is_admin or any(role == Role.POLICY for role, _area in self.held_roles)

    @property
    def is_citizen(self) -> bool:
        return self.kind == UserKind.CITIZEN


class Organisation(PublicModel):
    name = models.CharField(max_length=200, unique=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def valid(self) -> "MembershipQuerySet":
        return self.filter(valid_during__contains=timezone.localdate())


class Membership(Timestamped):
    """Role × area × validity: the only source of what a staff member may see and do.

    `area_code` is an official code prefix: `""` the nation, `35` a province, `35.10` a regency,
    `35.10.11` a district, `35.10.11.2003` a village (Kepmendagri 300.2.2-2138/2025).
    """

    user = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    area_code = models.CharField(_("area code"), max_length=13, blank=True, db_index=True)
    valid_during = DateRangeField(_("valid"))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            choice_constraint("role", Role, name="membership_role_is_known"),
            models.CheckConstraint(
                name="membership_area_code_is_well_formed",
                condition=Q(area_code__regex=r"^(\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?)?$"),
            ),
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("area_code", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.area_code or '*'}"


def token_digest(token: str) -> str:
    """What is kept of an API token; a random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class ApiClientQuerySet(models.QuerySet["ApiClient"]):
    def of_token(self, token: str) -> "ApiClientQuerySet":
        """The client that holds `token`, unless it was revoked."""
        return self.filter(token_digest=token_digest(token), revoked_at=None, user__is_active=True)


class ApiClient(PublicModel):
    """Another system that calls the API; the token is shown once and kept only as a digest."""

    user = models.OneToOneField(User, on_delete=models.RESTRICT, related_name="api_client")
    name = models.CharField(max_length=100, unique=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return self.name


class IdentityClaims(Timestamped):
    """What the identity provider said about a citizen at the last sign-in, sealed.

    The sign-in key is the provider's pairwise `sub` (kept by allauth), not the NIK.
    """

    user = models.OneToOneField(User, on_delete=models.RESTRICT, related_name="identity")
    nik = EncryptedTextField()
    nik_index = BlindIndexField(source="nik", kind="nik")
    name = EncryptedTextField()
    birth_place = EncryptedTextField()
    birth_date = EncryptedTextField()
    address = EncryptedTextField()
    acr = models.CharField(max_length=100, blank=True, help_text="Authentication context class, OpenID Connect Core §2")
    authenticated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "identity claims"

    def __str__(self) -> str:
        return f"claims of {self.user_id}"
