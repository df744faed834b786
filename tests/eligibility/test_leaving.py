"""How a participation ends: two officers agree, or the family steps back; and who gets the place."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from eligibility import announcing, presenters
from eligibility.enums import Outcome, ParticipationState
from eligibility.models import Departure, Determination, Participation
from eligibility.services import batches, decisions, leaving, participations, places
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Parameter
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.eligibility.documents import POOR_FAMILY
from tests.eligibility.test_participations import START, STATEMENT, at, begin, decide_again, look_after, propose, told
from tests.factories.receiving import receives
from tests.support import again
from verification.models import Fact
from verification.services import facts, sources

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


@pytest.mark.parametrize("way", ["suspended", "check"])
def test_who_comes_back_stands_as_before(cast: Cast, way: str) -> None:
    """What an officer paused or looks at is not settled by stepping back and coming back."""
    one = begin(cast)
    with at(date(2026, 4, 20)):
        if way == "suspended":
            participations.suspend(one, reason="rekening diperiksa", by=cast.ani)
        else:
            decide_again(one, outcome=Outcome.NOT_ELIGIBLE, amount_per_year=0, facts=factories.used())
            look_after(one)
    step_back(one, cast, date(2026, 5, 1))
    with at(date(2026, 5, 4)):
        one = leaving.take_back(one, by=cast.indah)
    assert (one.state, one.ended_on) == (way, None)
    assert one.stopped_since == (date(2026, 4, 20) if way == "suspended" else None)
    is_paused = told(one)[-1].endswith("dijeda")
    assert is_paused == (way == "suspended")


def ready(one: Participation) -> list[int]:
    """Whose decision of the programme a batch would collect today."""
    found = Determination.objects.ready_for_batch(one.programme, one.entry.batch.area)
    return sorted(found.values_list("application_id", flat=True))


def decided_again(one: Participation, by: User, **facts: int) -> Determination:
    """The family registers again, and every criterion is met by what is on record."""
    again.served()
    factories.ParameterFactory(name=Parameter.Name.MINIMUM_WAGE, area=factories.area(BANYUWANGI), value=2_810_139)
    anew = sources.start_matching(again.register_again(one.application, by=by).pk, by=service_account("verification"))
    for name, value in {**POOR_FAMILY, **{name.replace("__", "."): value for name, value in facts.items()}}.items():
        if not Fact.objects.current().filter(family=anew.family, name=name).exists():
            factories.FactFactory(family=anew.family, name=name, value=value, as_of=timezone.localdate())
    rules = one.determination.rule_set
    return decisions.redecide(anew, one.programme, rule_set=rules, cause="first", by=service_account("eligibility"))


def test_who_stepped_back_is_not_announced_again_before_the_time(cast: Cast) -> None:
    one = step_back(begin(cast), cast, date(2026, 5, 1))
    with at(date(2026, 6, 1)):
        one = look_after(one)
        answer = decided_again(one, cast.indah)
        assert (answer.outcome, answer.waits_until) == (Outcome.ELIGIBLE, date(2028, 5, 1))
        stranger = factories.DeterminationFactory(rule_set=one.determination.rule_set)
        assert "mulai 1 Mei 2028" in " ".join(presenters.card(answer).bars)
        told = OutboxMessage.objects.filter(subject_id=answer.application_id, title="Data Anda sudah diperiksa")
        assert "mulai 1 Mei 2028" in told.first().body
    with at(date(2028, 4, 30)):
        assert ready(one) == [stranger.application_id]
    with at(date(2028, 5, 1)):
        assert ready(one) == sorted([stranger.application_id, answer.application_id])
        assert presenters.card(answer).bars == ()


@pytest.mark.parametrize(("elderly", "is_used_up"), [(0, True), (1, False)])
def test_whose_time_is_used_up_gets_no_place_that_would_end_at_once(cast: Cast, elderly: int, is_used_up: bool) -> None:
    one = begin(cast)
    Participation.objects.filter(pk=one.pk).update(recertify_on=date(2031, 6, 1))
    with at(date(2031, 1, 15)):
        one = look_after(one)
        propose(one, "graduated", by=cast.ani)
        one = leaving.agree_to_end(one, by=cast.budi)
    with at(date(2031, 2, 1)):
        answer = decided_again(one, cast.indah, dukcapil__elderly_60=elderly)
        assert (answer.outcome, answer.is_time_used_up) == (Outcome.ELIGIBLE, is_used_up)
        assert ready(one) == ([] if is_used_up else [answer.application_id])
        assert bool(presenters.card(answer).bars) is is_used_up


def test_who_is_no_longer_exempt_when_the_batch_is_announced_is_left_out(cast: Cast) -> None:
    one = begin(cast)
    Participation.objects.filter(pk=one.pk).update(recertify_on=date(2031, 6, 1))
    with at(date(2031, 1, 15)):
        one = look_after(one)
        propose(one, "graduated", by=cast.ani)
        one = leaving.agree_to_end(one, by=cast.budi)
    with at(date(2031, 2, 1)):
        answer = decided_again(one, cast.indah, dukcapil__elderly_60=1)
        batch = batches.prepare_batch(area=one.entry.batch.area, programme=one.programme, by=cast.ani)
        assert announcing.preview(batch).eligible == 1
        elderly = Fact.objects.current().get(family=cast.application.family, name="dukcapil.elderly_60")
        facts.supersede_fact(elderly, value=0, source="dukcapil", as_of=date(2031, 2, 1), by=cast.ani)
        rules, worker = one.determination.rule_set, service_account("eligibility")
        decisions.redecide(answer.application, one.programme, rule_set=rules, cause="first", by=worker)
        assert announcing.preview(batch).eligible == 0
        batch = batches.hand_over(batch, by=cast.ani)
        type(rules).objects.filter(pk=rules.pk).update(begun_at=timezone.now())  # its first day is over
        decree = factories.DecreeFactory(area=batch.area)
        assert batches.announce_batch(batch, decree=decree, by=cast.budi).entries.count() == 0
    assert answer.application.batch_entries.get().is_cancelled


def test_what_is_left_of_the_time_is_no_bar(cast: Cast) -> None:
    one = begin(cast)
    with at(date(2030, 1, 15)):
        propose(one, "moved", by=cast.ani)
        one = leaving.agree_to_end(one, by=cast.budi)
        answer = decided_again(one, cast.indah)
        assert (answer.is_time_used_up, answer.waits_until) == (False, None)
        assert ready(one) == [answer.application_id]
        second = receives(answer.application, answer)
    assert second.ends_on == date(2031, 1, 15)


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
