"""Programmes that exclude each other: what counts is who receives, not who fits."""

from pathlib import Path

import pytest

from eligibility import queue, tasks
from eligibility.enums import DepartureReason, Placement, RankingCause
from eligibility.models import Determination, Programme, RankedEntry
from eligibility.replaying import replay
from eligibility.services import batches, decisions
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import Cast
from tests.eligibility.conftest import answer
from tests.eligibility.test_places import Announced, announced, fill, leave
from tests.eligibility.test_programmes import BLOCKED, load
from verification.models import Fact

__all__ = ["announced"]


@pytest.fixture
def blocked(tmp_path: Path, rules: dict[str, Programme]) -> Programme:
    """A programme that nobody gets who has PKH."""
    load(tmp_path, overlaps=[BLOCKED])
    return Programme.objects.get(code="uji")


def follow(programme: Programme) -> None:
    tasks.follow_places(programme_id=programme.pk)


def outcome(application: Application) -> tuple[str, str]:
    found = answer(application, "uji")
    assert replay(found)
    return found.outcome, found.cause


def test_who_waits_for_a_programme_is_not_blocked_by_it(
    blocked: Programme, announced: Announced, pkh: Programme, worker: User
) -> None:
    batch, (first, second, third) = announced(1, 2, 3)
    assert outcome(third) == ("not_eligible", "first")  # it fits PKH, and nobody knew yet that places run out
    assert queue.programmes_to_follow() == [pkh.pk]
    follow(pkh)
    assert outcome(third) == ("eligible", "place:pkh")
    assert [outcome(one)[0] for one in (first, second)] == ["not_eligible"] * 2
    made = Determination.objects.count()
    follow(pkh)
    assert Determination.objects.count() == made
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT)
    fill(batch)
    follow(pkh)
    assert [outcome(one)[0] for one in (first, second, third)] == ["eligible", "not_eligible", "not_eligible"]


def test_a_place_in_one_programme_ends_a_place_in_the_other_and_the_family_hears_why(
    blocked: Programme, announced: Announced, pkh: Programme, banyuwangi: Area, cast: Cast
) -> None:
    batch, (first, _second, third) = announced(1, 2, 3)
    follow(pkh)
    factories.QuotaFactory(programme=blocked, area=banyuwangi, places=1)
    other = batches.prepare_batch(area=banyuwangi, programme=blocked, by=cast.ani)
    other = batches.hand_over(other, by=cast.ani)
    batches.announce_batch(other, decree=factories.DecreeFactory(), by=cast.budi)
    held = RankedEntry.objects.current().filter(ranking__batch=other)
    assert held.get(placement=Placement.FUNDED).entry.application == third
    leave(first, by=first.owner, reason=DepartureReason.OPTED_OUT)
    fill(batch)
    follow(pkh)
    assert held.get(entry__application=third).placement == Placement.NOT_ELIGIBLE
    assert held.get(placement=Placement.FUNDED).entry.application == first
    newest = other.rankings.get(is_current=True)
    assert (newest.cause, newest.cause_reference) == (RankingCause.OVERLAP, "pkh")
    told = OutboxMessage.objects.filter(subject_id=third.pk).values_list("title", flat=True)
    assert "Keluarga Anda belum bisa menerima Program Uji" in told


def test_nobody_is_decided_anew_while_an_objection_is_open(
    blocked: Programme, announced: Announced, pkh: Programme
) -> None:
    batch, (_first, _second, third) = announced(1, 2, 3)
    window = factories.ObjectionWindowFactory(batch=batch)
    fact = Fact.objects.current_of(third.family)["pln.power_va"]
    appeal = factories.AppealFactory(application=third, determination=answer(third), window=window, fact=fact)
    follow(pkh)
    assert outcome(third) == ("not_eligible", "first")
    type(appeal).objects.filter(pk=appeal.pk).update(state="withdrawn")
    follow(pkh)
    assert outcome(third) == ("eligible", "place:pkh")


@pytest.mark.parametrize("elsewhere", [False, True])
def test_places_of_a_programme_that_is_not_run_here_any_more_block_nobody(
    blocked: Programme, announced: Announced, pkh: Programme, worker: User, elsewhere: bool
) -> None:
    _batch, (first, _second, third) = announced(1, 2, 3)
    follow(pkh)
    if elsewhere:
        pkh.areas.add(Area.objects.exclude(code__startswith="35").get(level="province"))
    else:
        Programme.objects.filter(pk=pkh.pk).update(is_active=False)
    follow(pkh)
    assert [outcome(one)[0] for one in (first, third)] == ["eligible", "eligible"]
    Application.objects.filter(pk__in=[first.pk, third.pk]).update(state="decided")
    counts = []
    for _ in range(2):  # the two ways to a decision do not undo each other for ever
        for one in (first, third):
            decisions.decide_application(one, by=worker)
        follow(pkh)
        counts.append(Determination.objects.filter(programme=blocked).count())
    assert counts[0] == counts[1]


def test_a_decision_after_the_announcement_looks_at_the_place(
    rules: dict[str, Programme], announced: Announced, tmp_path: Path, worker: User
) -> None:
    """The programme is new: its first decision already knows who waits."""
    _batch, (first, _second, third) = announced(1, 2, 3)
    load(tmp_path, overlaps=[BLOCKED])
    Application.objects.filter(pk__in=[first.pk, third.pk]).update(state="decided")
    for one in (first, third):
        decisions.decide_application(one, by=worker)
    assert (outcome(first)[0], outcome(third)[0]) == ("not_eligible", "eligible")
