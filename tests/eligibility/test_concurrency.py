"""Several people and workers at once, on a real PostgreSQL: one wins, the others are told, nothing is doubled."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from eligibility import taken, tasks
from eligibility.enums import BatchState, Placement, RankingCause
from eligibility.models import Batch, BatchEntry, Determination, Quota, RankedEntry, Ranking, RuleDraft, RuleSet, Run
from eligibility.rules.spelling import as_text
from eligibility.services import batches, drafts, first_days, places
from perlinsos.accounts.enums import Role
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.messages.models import OutboxMessage
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.eligibility.conftest import MakeFamily
from tests.eligibility.documents import small
from tests.eligibility.proposals import WHY, enact
from tests.factories.base import SINCE

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*attempts: Callable[[], Any]) -> list[Any]:
    """Run all attempts from the same moment on; what each returned, or the code it was refused with."""
    barrier = Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:  # fifty in a line on a busy machine wait longer than a person would
                cursor.execute("SET lock_timeout = '60s'; SET statement_timeout = '60s'")
            barrier.wait(timeout=60)
            return attempt()
        except DomainError as error:
            return error.code
        except IntegrityError as error:
            return str(error).partition("\n")[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def test_two_workers_told_at_once_decide_once(make_family: MakeFamily) -> None:
    application = make_family()
    at_once(*[lambda: tasks.decide_application(application_id=application.pk)] * 6)
    assert Counter(Determination.objects.values_list("programme__code", flat=True)) == {"pkh": 1, "sembako": 1}
    assert OutboxMessage.objects.filter(key__startswith="decided:").count() == 1


def test_two_officers_announcing_at_once_one_wins(
    decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast
) -> None:
    for _number in range(3):
        decided()
    batch_id = prepared(places=2).pk
    decree = factories.DecreeFactory()
    officers = [cast.budi, *(factories.staff(name, "officer", BANYUWANGI) for name in ("Bayu", "Bagus"))]

    def attempt(officer: Any) -> Callable[[], Any]:
        batch, chosen = Batch.objects.get(pk=batch_id), Decree.objects.get(pk=decree.pk)  # the page was open before
        return lambda: batches.announce_batch(batch, decree=chosen, by=officer)

    answers = at_once(*map(attempt, officers))
    assert answers.count("already_announced") == 2
    assert sum(isinstance(answer, Ranking) for answer in answers) == 1
    assert Ranking.objects.count() == 1
    assert RankedEntry.objects.filter(placement=Placement.FUNDED).count() == 2
    assert OutboxMessage.objects.filter(key__startswith="ranked:").count() == 3


def test_two_officers_preparing_at_once_make_one_batch(decided: MakeFamily, cast: Cast) -> None:
    application = decided()
    area, programme = factories.area(BANYUWANGI), Determination.objects.filter(programme__code="pkh").get().programme
    factories.QuotaFactory(programme=programme, area=area)
    officers = (cast.ani, cast.budi)
    answers = at_once(*(lambda by=by: batches.prepare_batch(area=area, programme=programme, by=by) for by in officers))
    assert sum(isinstance(answer, Batch) for answer in answers) == 1
    assert "batch_open" in answers
    assert BatchEntry.objects.live().get().application_id == application.pk


def test_rankings_drawn_at_once_stay_within_the_quota_and_in_line(
    decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast, worker: Any
) -> None:
    for _number in range(5):
        decided()
    batch = prepared(places=3)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)

    def draw() -> Any:
        return batches.rerank(Batch.objects.get(pk=batch.pk), cause=RankingCause.VACANCY, reference="", by=worker)

    drawn = at_once(*[draw] * 5)
    assert sorted(ranking.number for ranking in drawn) == [2, 3, 4, 5, 6]
    assert Ranking.objects.get(batch=batch, is_current=True).number == 6
    funded = RankedEntry.objects.current().filter(placement=Placement.FUNDED)
    assert funded.count() == 3


def test_two_drafts_for_the_same_days_enacted_at_once_one_wins(cast: Cast) -> None:
    programme = factories.RuleSetFactory(
        programme=factories.ProgrammeFactory(code="uji"), version="2026-1", document=small()
    ).programme
    nusa, tara = (factories.staff(name, Role.POLICY, "") for name in ("Nusa", "Tara"))
    decree = factories.DecreeFactory(kind=DecreeKind.RULES, area=None)
    ready = []
    for version in ("2027-1", "2027-2"):
        draft = drafts.start_draft(programme, title=version, base=None, by=nusa)
        text = as_text(small(version=version, valid={"from": "2099-01-01", "until": None}))
        draft = drafts.save_text(draft, text=text, edition=1, by=nusa)
        drafts.replay_draft(draft, by=nusa)
        ready.append(drafts.propose_draft(draft, edition=2, **WHY, by=nusa))
    first, second = ready
    answers = at_once(
        *[lambda: enact(first, decree, tara)] * 3,
        *[lambda: enact(second, decree, tara)] * 3,
    )
    assert Counter(answer if isinstance(answer, str) else "enacted" for answer in answers) == {
        "enacted": 1, "already_enacted": 2, "not_ready": 3,
    }  # fmt: skip
    assert RuleSet.objects.filter(programme=programme).count() == 2
    assert RuleSet.objects.scheduled().count() == 1


def test_two_people_saving_at_once_one_is_told(cast: Cast) -> None:
    draft = factories.RuleDraftFactory(text="")
    writers = [factories.staff(name, Role.POLICY, "") for name in ("Nusa", "Tara", "Jati")]
    answers = at_once(
        *(lambda by=by: drafts.save_text(draft, text=f"dari {by.name}", edition=1, by=by) for by in writers)
    )
    assert answers.count("edited_meanwhile") == 2
    assert (RuleDraft.objects.get().edition, draft.editions.count()) == (2, 1)


def test_a_first_day_begun_twice_at_once_starts_one_run(decided: MakeFamily, worker: Any) -> None:
    decided()
    RuleSet.objects.filter(programme__code="pkh").update(begun_at=None)
    version = RuleSet.objects.due().get()
    at_once(*[lambda: first_days.begin_rule_set(version.pk, by=worker)] * 4)
    assert Run.objects.filter(because_of=version).count() == 1


def test_fifty_workers_at_one_quota_never_overfund_it(
    decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast
) -> None:
    """Families leave, places are filled and orders drawn, all at the same moment."""
    families = [decided() for _number in range(8)]
    batch = prepared(places=3)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    funded = RankedEntry.objects.current().filter(placement=Placement.FUNDED)
    leaving = list(funded.select_related("entry__application__owner")[:2])

    def leave(place: RankedEntry) -> Callable[[], Any]:
        owner = place.entry.application.owner
        return lambda: places.release_place(place, reason="opted_out", by=owner)

    def fill() -> None:
        tasks.fill_free_places(quota_id=batch.quota_id)

    def draw() -> Any:
        batch_now = Batch.objects.get(pk=batch.pk)
        return batches.rerank(batch_now, cause=RankingCause.APPEAL, reference="SGH", by=cast.ani)

    attempts = [leave(place) for place in leaving for _again in range(5)] + [fill] * 25 + [draw] * 15
    answers = at_once(*attempts)
    fill()
    assert len(attempts) == 50
    assert Counter(type(answer).__name__ for answer in answers)["Departure"] == 2
    assert {answer for answer in answers if isinstance(answer, str)} <= {"already_left", "no_place"}
    assert Counter(one.placement for one in RankedEntry.objects.current()) == {"funded": 3, "left": 2, "waiting": 3}
    for ranking in Ranking.objects.all():
        assert ranking.entries.filter(placement=Placement.FUNDED).count() <= 3
        assert ranking.entries.count() == len(families)


def test_fifty_workers_that_forgot_to_hold_the_quota_are_stopped_by_the_database(cast: Cast) -> None:
    quota = factories.QuotaFactory(places=3)
    ready = []
    rule_set, application = factories.RuleSetFactory(), factories.ApplicationFactory(announced=True)
    determination = factories.DeterminationFactory(application=application, rule_set=rule_set)
    others = {"decree": factories.DecreeFactory(), "prepared_by": cast.ani, "announced_by": cast.budi}
    for _number in range(50):
        batch = factories.BatchFactory(announced=True, programme=quota.programme, quota=quota, **others)
        entry = factories.BatchEntryFactory(batch=batch, application=application, is_cancelled=True)
        ready.append((batch, entry))

    def take(batch: Batch, entry: BatchEntry) -> Callable[[], Any]:
        @transaction.atomic
        def insert() -> None:
            ranking = factories.RankingFactory(batch=batch, places=3)
            factories.RankedEntryFactory(ranking=ranking, entry=entry, determination=determination)

        return insert

    answers = Counter(at_once(*(take(*one) for one in ready)))
    assert answers == {None: 3, f"quota {quota.pk} has 3 places and would fund 4 families": 47}
    assert RankedEntry.objects.filter(placement=Placement.FUNDED).count() == 3


def test_a_waiting_list_that_many_workers_end_at_once_ends_once(
    decided: MakeFamily, prepared: Callable[..., Batch], cast: Cast
) -> None:
    for _number in range(4):
        decided()
    batch = prepared(places=1)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FINAL)
    Quota.objects.filter(pk=batch.quota_id).update(valid_during=(SINCE, timezone.localdate()))
    at_once(*[lambda: tasks.end_waiting(batch_id=batch.pk)] * 10)
    ranking = Ranking.objects.get(batch=batch, is_current=True)
    at_once(*[lambda: tasks.publish_places(ranking_id=ranking.pk)] * 10)
    assert ranking.number == 2
    assert Counter(one.placement for one in RankedEntry.objects.current()) == {"funded": 1, "lapsed": 3}
    assert OutboxMessage.objects.filter(key__startswith=f"ranked:{ranking.pk}:").count() == 3
    assert BatchEntry.objects.live().count() == 1


def test_fifty_workers_of_two_periods_never_overfund_the_quota_in_force(cast: Cast) -> None:
    """Half of them draw under the quota that ended, half under the one that counts its families."""
    today = timezone.localdate()
    ended = factories.QuotaFactory(places=30)
    Quota.objects.filter(pk=ended.pk).update(valid_during=(SINCE, today))
    quota = Quota.objects.create(
        programme=ended.programme, area=ended.area, valid_during=(today, None), places=5, source="Surat (rekaan)"
    )
    rule_set, others = factories.RuleSetFactory(), {"prepared_by": cast.ani, "announced_by": cast.budi}
    others["decree"] = factories.DecreeFactory()
    application = factories.ApplicationFactory(announced=True)
    determination = factories.DeterminationFactory(application=application, rule_set=rule_set)
    ready = []
    for number in range(50):
        of = (ended, quota)[number % 2]
        batch = factories.BatchFactory(announced=True, programme=of.programme, quota=of, **others)
        entry = factories.BatchEntryFactory(batch=batch, application=application, is_cancelled=True)
        ready.append((batch, entry))

    def take(batch: Batch, entry: BatchEntry) -> Callable[[], Any]:
        @transaction.atomic
        def insert() -> None:
            ranking = factories.RankingFactory(batch=batch, places=30)
            factories.RankedEntryFactory(ranking=ranking, entry=entry, determination=determination)

        return insert

    answers = Counter(at_once(*(take(*one) for one in ready)))
    assert answers == {None: 5, f"quota {quota.pk} has 5 places and would fund 6 families": 45}
    funded = RankedEntry.objects.filter(placement=Placement.FUNDED)
    assert taken.held(quota) + funded.filter(ranking__batch__quota=quota).count() == 5
