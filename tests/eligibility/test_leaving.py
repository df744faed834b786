"""How a participation ends: two officers agree, or the family steps back; and who gets the place."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from eligibility.enums import ParticipationState
from eligibility.models import Departure, Determination, Participation
from eligibility.services import leaving, participations, places
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from tests import factories
from tests.cast import Cast
from tests.eligibility.test_participations import START, STATEMENT, at, begin, look_after, propose

pytestmark = pytest.mark.django_db


# --- two officers ---------------------------------------------------------------------------------
def test_an_end_takes_two_officers(cast: Cast) -> None:
    one = begin(cast)
    with pytest.raises(DomainError, match="nothing_proposed"):
        leaving.agree_to_end(one, by=cast.budi)
    propose(one, "moved", by=cast.ani)
    with pytest.raises(DomainError, match="already_left"):
        propose(one, "died", by=cast.budi)
    with pytest.raises(DomainError, match="same_officer"):
        leaving.agree_to_end(one, by=cast.ani)
    leaving.decline_end(one, reason="masih tinggal di sini", by=cast.budi)
    with pytest.raises(DomainError, match="nothing_proposed"):
        leaving.agree_to_end(one, by=cast.budi)
    propose(one, "died", by=cast.budi)
    assert leaving.agree_to_end(one, by=cast.ani).state == "died"


@pytest.mark.parametrize(
    ("reason", "state"),
    [("died", "died"), ("moved", "moved"), ("graduated", "graduated"), ("removed", "removed"), ("opted_out", "left")],
)
def test_a_departure_agreed_on_elsewhere_ends_it(cast: Cast, reason: str, state: str) -> None:
    one = begin(cast)
    place = one.entry.places.get()
    places.release_place(place, reason=reason, by=service_account("eligibility"))
    assert one in Participation.objects.due()
    one = look_after(one)
    assert (one.state, one.released_at is not None, one.may_return) == (state, True, False)
    assert not Participation.objects.due().exists()
    look_after(one)


def test_a_lost_place_still_takes_two_officers(cast: Cast) -> None:
    one = begin(cast)
    batch = one.entry.batch
    batch.rankings.update(is_current=False)
    factories.RankedEntryFactory(
        ranking=factories.RankingFactory(batch=batch, number=2),
        entry=one.entry,
        determination=one.determination,
        placement="not_eligible",
        position=None,
    )
    with at(START):
        one = look_after(one)
        assert one.state == ParticipationState.CHECK
        propose(one, "removed", by=cast.ani)
        with pytest.raises(DomainError, match="already_left"):
            propose(one, "removed", by=cast.budi)
        assert leaving.agree_to_end(one, by=cast.budi).state == "removed"


# --- stepping back --------------------------------------------------------------------------------
def step_back(one: Participation, cast: Cast, on: date) -> Participation:
    with at(on):
        return leaving.step_back(one, statement=STATEMENT, reason="sudah bekerja", by=cast.indah)


def test_stepping_back_keeps_the_place_until_nobody_can_return(cast: Cast) -> None:
    one = step_back(begin(cast), cast, date(2026, 5, 1))
    assert (one.state, one.return_until, one.apply_from) == ("left", date(2026, 5, 15), date(2028, 5, 1))
    assert (one.statement, one.reason) == (STATEMENT, "sudah bekerja")
    with at(date(2026, 5, 15)):
        assert not Participation.objects.due().exists()
        assert look_after(one).released_at is None
    with at(date(2026, 5, 16)):
        assert list(Participation.objects.due()) == [one]
        one = look_after(one)
        assert one.released_at is not None
        assert Departure.objects.effective().get().entry == one.entry
        assert not Participation.objects.due().exists()


def test_the_next_family_gets_the_place_and_begins(cast: Cast) -> None:
    one = begin(cast)
    batch, quota = one.entry.batch, one.entry.batch.quota
    type(quota).objects.filter(pk=quota.pk).update(places=1)
    answer = factories.DeterminationFactory(rule_set=one.determination.rule_set, amount_per_year=1_000_000)
    entry = factories.BatchEntryFactory(batch=batch, application=answer.application)
    factories.RankedEntryFactory(
        ranking=batch.rankings.get(), entry=entry, determination=answer, placement="waiting", position=1
    )
    step_back(one, cast, date(2026, 5, 1))
    worker = service_account("eligibility")
    with at(date(2026, 5, 16)):
        look_after(one)
        places.fill_free_places(quota.pk, by=worker)
        participations.start_participations(batch.pk, by=worker)
    assert Participation.objects.get(application=answer.application).started_on == date(2026, 5, 16)
    assert Participation.objects.get(pk=one.pk).state == "left"


@pytest.mark.parametrize(("day", "is_in_time"), [(date(2026, 5, 15), True), (date(2026, 5, 16), False)])
def test_the_last_day_to_change_ones_mind(cast: Cast, day: date, is_in_time: bool) -> None:
    one = step_back(begin(cast), cast, date(2026, 5, 1))
    with at(day):
        if not is_in_time:
            with pytest.raises(DomainError, match="too_late"):
                leaving.take_back(one, by=cast.indah)
            return
        one = leaving.take_back(one, by=cast.indah)
    assert (one.state, one.ended_on, one.apply_from, one.reason) == ("active", None, None, None)
    assert one.days_stopped == 14


def test_who_stepped_back_is_not_announced_again_before_the_time(cast: Cast) -> None:
    one = step_back(begin(cast), cast, date(2026, 5, 1))
    with at(date(2026, 6, 1)):
        look_after(one)
    batch = one.entry.batch

    def ready() -> list[int]:
        return [row.application_id for row in Determination.objects.ready_for_batch(one.programme, batch.area)]

    Application.objects.filter(pk=one.application_id).update(state="withdrawn")
    anew = factories.ApplicationFactory(decided=True, owner=cast.indah, family=cast.application.family)
    factories.DeterminationFactory(application=anew, rule_set=one.determination.rule_set)
    stranger = factories.DeterminationFactory(rule_set=one.determination.rule_set)
    with at(date(2028, 4, 30)):
        assert ready() == [stranger.application_id]
    with at(date(2028, 5, 1)):
        assert sorted(ready()) == sorted([stranger.application_id, anew.pk])


@pytest.mark.parametrize("who", ["ani", "eko", "joko", "kirana", "citra", "client"])
def test_nobody_steps_back_for_a_family_that_can_sign_in(cast: Cast, who: str) -> None:
    one, by = begin(cast), cast[who]
    with pytest.raises(PermissionDenied):
        leaving.step_back(one, statement=STATEMENT, reason="", by=by if isinstance(by, User) else by.user)


def test_an_agent_writes_down_what_a_family_without_sign_in_says(cast: Cast) -> None:
    one = factories.participation(cast.eko_application)
    with pytest.raises(PermissionDenied):
        leaving.step_back(one, statement=STATEMENT, reason="", by=cast.fajar)
    assert leaving.step_back(one, statement=STATEMENT, reason="", by=cast.eko).state == "left"
