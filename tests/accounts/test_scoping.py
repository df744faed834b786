"""Where a user may look: memberships turned into one filter that fails closed."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from enrollment.models import Application
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from tests.cast import Cast
from tests.factories import ApplicationFactory, MembershipFactory, UserFactory, area

pytestmark = pytest.mark.django_db
VILLAGE = "35.10.22.2003"


@pytest.fixture
def applications() -> dict[str, Application]:
    places = ("35.10.22.2003", "35.10.16.1014", "51.02.08.2013")
    return {place: ApplicationFactory(submitted=True, village=area(place)) for place in places}


def seen_by(user: object, roles: tuple[str, ...] = (Role.OFFICER,)) -> set[str]:
    rows = Application.objects.filter(scoping.area_filter(user, roles=roles, field="village_id"))
    return set(rows.values_list("village_id", flat=True))


@pytest.mark.parametrize(
    ("area_code", "seen"),
    [
        ("", {"35.10.22.2003", "35.10.16.1014", "51.02.08.2013"}),
        ("35", {"35.10.22.2003", "35.10.16.1014"}),
        ("35.10", {"35.10.22.2003", "35.10.16.1014"}),
        ("35.10.22", {"35.10.22.2003"}),
        ("35.10.22.2003", {"35.10.22.2003"}),
        ("35.10.22.2004", set()),
        ("51.02", {"51.02.08.2013"}),
    ],
)
def test_an_area_holds_everything_below_it(applications: object, area_code: str, seen: set[str]) -> None:
    assert seen_by(MembershipFactory(area_code=area_code).user) == seen


def test_several_memberships_add_up(applications: object) -> None:
    user = MembershipFactory(area_code="35.10.22").user
    MembershipFactory(user=user, area_code="51.02.08")
    assert seen_by(user) == {"35.10.22.2003", "51.02.08.2013"}


def test_without_a_membership_nothing_is_seen(applications: object) -> None:
    assert seen_by(UserFactory(staff=True)) == set()


def test_a_superuser_without_a_membership_sees_nothing(applications: object, cast: Cast) -> None:
    """The administration is for reference data; being technically powerful opens no case."""
    assert seen_by(cast.laras) == set()
    assert not Application.objects.visible_to(cast.laras).exists()


def test_a_stranger_sees_nothing(applications: object) -> None:
    assert seen_by(AnonymousUser()) == set()


def test_another_role_does_not_help(applications: object) -> None:
    assert seen_by(MembershipFactory(role=Role.COORDINATOR).user) == set()


def test_without_any_role_asked_for_nothing_is_seen(applications: object) -> None:
    assert seen_by(MembershipFactory().user, roles=()) == set()


def test_somebody_switched_off_sees_nothing(applications: object) -> None:
    user = MembershipFactory().user
    user.is_active = False
    assert seen_by(user) == set()


@pytest.mark.parametrize(
    ("first", "after", "valid"),
    [(-30, None, True), (0, None, True), (1, None, False), (-30, 0, False), (-30, 1, True), (0, 1, True)],
)
def test_a_membership_counts_from_its_first_day_until_the_day_before_its_end(
    applications: object, first: int, after: int | None, valid: bool
) -> None:
    today = timezone.localdate()
    period = (today + timedelta(days=first), None if after is None else today + timedelta(days=after))
    user = MembershipFactory(valid_during=period).user
    assert bool(seen_by(user)) is valid
    assert scoping.holds_role(user, Role.OFFICER, village_code=VILLAGE) is valid


def test_an_expired_membership_opens_nothing(applications: object) -> None:
    assert seen_by(MembershipFactory(expired=True).user) == set()


def test_a_role_is_held_where_the_membership_says() -> None:
    user = MembershipFactory(area_code="35.10.22").user
    assert scoping.holds_role(user, Role.OFFICER, village_code=VILLAGE)
    assert not scoping.holds_role(user, Role.OFFICER, village_code="35.10.16.1014")
    assert not scoping.holds_role(user, Role.VERIFIER, village_code=VILLAGE)
    assert not scoping.holds_role(user, Role.OFFICER, village_code="")


@pytest.mark.parametrize("code", ["3510", "35.1", "35.10.22.03", "35.", "%", "35_10"])
def test_an_area_code_that_is_none_is_refused_by_the_database(code: str) -> None:
    with pytest.raises(IntegrityError, match="membership_area_code_is_well_formed"), transaction.atomic():
        MembershipFactory(area_code=code)


def test_the_same_role_twice_at_a_time_is_refused_by_the_database() -> None:
    user = MembershipFactory(valid_during=(date(2024, 1, 1), date(2025, 1, 1))).user
    MembershipFactory(user=user, valid_during=(date(2025, 1, 1), None))
    with pytest.raises(IntegrityError, match="membership_no_overlap"), transaction.atomic():
        MembershipFactory(user=user, valid_during=(date(2026, 1, 1), None))


def test_the_filter_needs_no_join(applications: object) -> None:
    query = Application.objects.filter(
        scoping.area_filter(MembershipFactory().user, roles=[Role.OFFICER], field="village_id")
    )
    assert "JOIN" not in str(query.query)
