"""Users with what the provider said about them, memberships, API clients."""

from datetime import date
from typing import Any

import factory
from django.utils import timezone

from enrollment.enums import Sex
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import ApiClient, IdentityClaims, Membership, Organisation, User, token_digest
from tests.factories.base import API_TOKEN, PASSWORD, SINCE, Factory, birthday, nik


class OrganisationFactory(Factory):
    class Meta:
        model = Organisation
        django_get_or_create = ("name",)

    name = "Dinas Sosial Banyuwangi"


class IdentityFactory(Factory):
    """What the provider said about a citizen."""

    class Meta:
        model = IdentityClaims

    class Params:
        serial = factory.Sequence(lambda number: number)
        sex = Sex.FEMALE
        born = factory.LazyAttribute(lambda o: birthday(o.serial))

    nik = factory.LazyAttribute(lambda o: nik(o.serial, born=o.born, sex=o.sex))
    name = factory.Sequence(lambda number: f"Warga Rekaan {number}")
    birth_place = "Banyuwangi"
    birth_date = factory.LazyAttribute(lambda o: o.born.isoformat())
    address = "Dusun Krajan"
    acr = "urn:ikd:biometric"
    authenticated_at = factory.LazyFunction(timezone.now)


class UserFactory(Factory):
    """A citizen with identity claims; `staff=True` for somebody who works, `service=True` for a system."""

    class Meta:
        model = User

    class Params:
        staff = factory.Trait(
            kind=UserKind.STAFF,
            email=factory.Sequence(lambda number: f"staff{number}@example.id"),
            name=factory.Sequence(lambda number: f"Staff {number}"),
            password=factory.django.Password(PASSWORD),
            identity=None,
        )
        service = factory.Trait(kind=UserKind.SERVICE, identity=None)

    kind = UserKind.CITIZEN
    password = factory.django.Password(None)
    identity = factory.RelatedFactory(IdentityFactory, factory_related_name="user")


class MembershipFactory(Factory):
    class Meta:
        model = Membership

    class Params:
        expired = factory.Trait(valid_during=(SINCE, date(2025, 1, 1)))

    user = factory.SubFactory(UserFactory, staff=True)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.OFFICER
    area_code = "35.10"
    valid_during = (SINCE, None)


class ApiClientFactory(Factory):
    class Meta:
        model = ApiClient

    class Params:
        area_code = "35.10"
        token = API_TOKEN

    user = factory.SubFactory(UserFactory, service=True)
    name = factory.Sequence(lambda number: f"system {number}")
    token_digest = factory.LazyAttribute(lambda o: token_digest(o.token))

    @factory.post_generation
    def scope(self: Any, create: bool, extracted: str | None, **_kwargs: Any) -> None:
        MembershipFactory(user=self.user, role=Role.SYSTEM, area_code=extracted or "35.10")


def staff(name: str, role: str, area_code: str, *, organisation: str = "Dinas Sosial Banyuwangi") -> User:
    """Somebody who works in `role` in the area, password `PASSWORD`, e-mail `<name>@example.id`."""
    user = UserFactory(staff=True, name=name, email=f"{name.lower()}@example.id")
    MembershipFactory(user=user, role=role, area_code=area_code, organisation__name=organisation)
    return user
