"""From decided cases to places: prepared by one officer, announced by another, funded within the quota."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from eligibility.announcing import preview
from eligibility.enums import BatchState, Placement, RankingCause
from eligibility.models import Batch, BatchEntry, Programme, RankedEntry, Ranking
from eligibility.services import batches, decisions
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import DecreeKind
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import BANYUWANGI, JATILUWIH, LATENG, TABANAN, Cast
from tests.eligibility.conftest import MakeFamily, SentTasks, answer
from tests.eligibility.test_decisions import corrected
from verification.models import Fact

MakeBatch = Callable[..., Batch]


def refused(code: str) -> Any:
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def placed(batch: Batch) -> list[tuple[int, str, int | None]]:
    """Application, placement and position of the current ranking, in order."""
    rows = RankedEntry.objects.current().filter(ranking__batch=batch).order_by("pk")
    return [(row.entry.application_id, row.placement, row.position) for row in rows.select_related("entry")]


def told(application: Application) -> list[str]:
    rows = OutboxMessage.objects.filter(subject_id=application.pk, key__startswith="ranked:")
    return [row.title for row in rows.order_by("pk")]


# --- preparing --------------------------------------------------------------------------------
def test_a_batch_collects_the_decided_cases_of_its_regency(
    decided: MakeFamily, make_family: MakeFamily, cast: Cast, pkh: Programme, banyuwangi: Area
) -> None:
    here, refused_here = decided(), decided(LATENG, samsat__cars=1)
    decided(JATILUWIH)
    decided(dtsen__decile=None)
    make_family()
    factories.QuotaFactory(programme=pkh, area=banyuwangi)
    batch = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
    assert set(batch.entries.values_list("application_id", flat=True)) == {here.pk, refused_here.pk}
    assert (batch.state, batch.prepared_by, batch.seed) == (BatchState.DRAFT, cast.ani, "")
    assert batch.reference.startswith("3510-PKH-20")
    assert batch.reference.endswith("-01")


def test_an_officers_own_draft_is_topped_up(decided: MakeFamily, cast: Cast, pkh: Programme, banyuwangi: Area) -> None:
    factories.QuotaFactory(programme=pkh, area=banyuwangi)
    decided()
    first = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
    decided()
    assert batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani) == first
    assert batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani).entries.count() == 2
    with refused("batch_open"):
        batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.budi)


def test_what_cannot_be_prepared(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, pkh: Programme, banyuwangi: Area
) -> None:
    with refused("no_quota"):
        batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
    factories.QuotaFactory(programme=pkh, area=banyuwangi)
    with refused("nothing_ready"):
        batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
    decided()
    prepared()
    decided()
    with refused("batch_open"):
        batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)


def test_the_database_knows_one_open_batch_and_one_batch_per_application(
    decided: MakeFamily, prepared: MakeBatch
) -> None:
    application = decided()
    batch = prepared()
    with pytest.raises(IntegrityError, match="batch_one_open_per_programme"), transaction.atomic():
        factories.BatchFactory(programme=batch.programme, area=batch.area, quota=batch.quota)
    with pytest.raises(IntegrityError, match="batch_entry_one_batch_per_programme"), transaction.atomic():
        factories.BatchEntryFactory(batch=batch, application=application)


def test_only_the_preparer_hands_over_and_others_may_return_or_cancel(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, pkh: Programme, banyuwangi: Area
) -> None:
    application = decided()
    batch = batches.return_batch(prepared(), reason="jumlah keliru", by=cast.budi)
    assert (batch.state, batch.prepared_at) == (BatchState.DRAFT, None)
    with refused("not_yours"):
        batches.hand_over(batch, by=cast.budi)
    batch = batches.cancel_batch(batch, reason="diulang", by=cast.budi)
    assert batch.state == BatchState.CANCELLED
    again = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.budi)
    assert again.entries.get().application_id == application.pk
    assert again.reference.endswith("-02")


# --- announcing -------------------------------------------------------------------------------
def test_announcing_funds_by_need_and_keeps_a_waiting_list(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, sent_tasks: SentTasks
) -> None:
    second, third, first = decided(dtsen__decile=2), decided(dtsen__decile=3), decided(dtsen__decile=1)
    out = decided(samsat__cars=1)
    batch = prepared(places=2)
    seen = preview(batch)
    assert (seen.eligible, seen.not_eligible, seen.undecided) == (3, 1, 0)
    assert (seen.places, seen.funded, seen.waiting) == (2, 2, 1)
    ranking = batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    batch.refresh_from_db()
    assert (batch.state, batch.announced_by, batch.decree.signer) == (
        BatchState.ANNOUNCED, cast.budi, "Bupati Banyuwangi",
    )  # fmt: skip
    assert len(batch.seed) == 64
    assert (ranking.number, ranking.cause, ranking.places) == (1, RankingCause.ANNOUNCEMENT, 2)
    assert placed(batch) == [
        (first.pk, Placement.FUNDED, 1),
        (second.pk, Placement.FUNDED, 2),
        (third.pk, Placement.WAITING, 1),
        (out.pk, Placement.NOT_ELIGIBLE, None),
    ]
    assert ("appeals.open_window", {"batch_id": batch.pk}) in sent_tasks
    assert set(Application.objects.values_list("state", flat=True)) >= {ApplicationState.ANNOUNCED}
    assert told(first) == ["Keluarga Anda ditetapkan menerima Program Keluarga Harapan"]
    assert told(third) == ["Keluarga Anda di daftar tunggu Program Keluarga Harapan"]
    assert told(out) == ["Keluarga Anda belum bisa menerima Program Keluarga Harapan"]


def test_ties_are_broken_by_a_lot_anybody_can_redraw(decided: MakeFamily, prepared: MakeBatch, cast: Cast) -> None:
    families = {str(application.public_id): application.pk for application in (decided() for _number in range(4))}
    batch = prepared(places=2)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    batch.refresh_from_db()
    drawn = sorted(families, key=lambda public_id: hashlib.sha256((batch.seed + public_id).encode()).hexdigest())
    assert [application for application, _placement, _position in placed(batch)] == [families[one] for one in drawn]


@pytest.mark.parametrize(
    ("state", "said"), [(BatchState.ANNOUNCED, "boleh menyanggah"), (BatchState.FINAL, "sampaikan ke kantor desa")]
)
def test_nobody_is_told_to_object_once_the_result_is_final(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, state: str, said: str
) -> None:
    family = decided()
    batch = prepared()
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    Batch.objects.filter(pk=batch.pk).update(state=state)
    corrected(family, 2_200, by=cast.ani)
    batches.rerank(batch, cause=RankingCause.APPEAL, reference="SGH", by=cast.ani)
    newest = OutboxMessage.objects.filter(subject_id=family.pk, key__startswith="ranked:").latest("pk")
    assert "belum bisa menerima" in newest.title
    assert said in newest.body
    assert ("menyanggah" in newest.body) == (state == BatchState.ANNOUNCED)


def forget_decile(application: Application) -> None:
    """Newer data that is itself too old to count: the decile is not known any more."""
    long_ago = timezone.localdate() - timedelta(days=1_000)
    supersede(application, value=1, as_of=long_ago)


def supersede(application: Application, **changes: Any) -> None:
    assert application.family is not None
    held = Fact.objects.current_of(application.family)["dtsen.decile"]
    factories.FactFactory(family=application.family, name="dtsen.decile", supersedes=held, **changes)


def test_an_undecided_family_is_never_announced(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, worker: User, pkh: Programme, banyuwangi: Area
) -> None:
    stays, lost = decided(), decided()
    batch = prepared()
    forget_decile(lost)
    decisions.decide_application(lost, by=worker)
    assert preview(batch).undecided == 1
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    assert [row[0] for row in placed(batch)] == [stays.pk]
    lost.refresh_from_db()
    assert lost.state == ApplicationState.DECIDED
    assert told(lost) == []
    supersede(lost, value=1)
    decisions.decide_application(lost, by=worker)
    follow_up = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
    assert follow_up.entries.get().application_id == lost.pk


def test_who_withdrew_or_is_checked_again_is_not_announced(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast
) -> None:
    stays, left, rechecked = decided(), decided(), decided()
    batch = prepared()
    Application.objects.filter(pk=left.pk).update(state=ApplicationState.WITHDRAWN)
    Application.objects.filter(pk=rechecked.pk).update(state=ApplicationState.MATCHING)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    assert [row[0] for row in placed(batch)] == [stays.pk]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": DecreeKind.TEAM},
        {"area": TABANAN},
        {"valid_during": (date(2024, 1, 1), date(2025, 1, 1))},
        {"revoked_at": timezone.now()},
    ],
)
def test_a_decree_must_hold_here_and_today(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, wrong: dict[str, object]
) -> None:
    decided()
    batch = prepared()
    if "area" in wrong:
        wrong = {"area": factories.area(TABANAN)}
    with refused("decree_not_valid"):
        batches.announce_batch(batch, decree=factories.DecreeFactory(**wrong), by=cast.budi)
    batch.refresh_from_db()
    assert batch.state == BatchState.PREPARED
    province = factories.DecreeFactory(area=factories.area("35"))
    assert batches.announce_batch(batch, decree=province, by=cast.budi)


def test_the_preparer_cannot_announce_and_the_database_agrees(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast
) -> None:
    decided()
    batch = prepared()
    with refused("same_officer"):
        batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.ani)
    with pytest.raises(IntegrityError, match="batch_announced_by_another_officer"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(announced_by=cast.ani)


def test_a_draft_and_an_announced_batch_cannot_be_announced(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast
) -> None:
    decided()
    batch = batches.return_batch(prepared(), reason="x", by=cast.budi)
    decree = factories.DecreeFactory()
    with refused("bad_transition"):
        batches.announce_batch(batch, decree=decree, by=cast.budi)
    batch = batches.hand_over(batch, by=cast.ani)
    batches.announce_batch(Batch.objects.get(pk=batch.pk), decree=decree, by=cast.budi)
    with refused("already_announced"):
        batches.announce_batch(batch, decree=decree, by=factories.staff("Bayu", "officer", BANYUWANGI))
    assert Ranking.objects.count() == 1


@pytest.mark.parametrize("who", ["citra", "dewi", "gita", "hadi", "eko", "indah"])
def test_only_officers_of_the_regency_work_on_batches(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, pkh: Programme, banyuwangi: Area, who: str
) -> None:
    decided()
    batch, by = prepared(), cast[who]
    for attempt in (
        lambda: batches.prepare_batch(area=banyuwangi, programme=pkh, by=by),
        lambda: batches.hand_over(batch, by=by),
        lambda: batches.return_batch(batch, reason="x", by=by),
        lambda: batches.cancel_batch(batch, reason="x", by=by),
        lambda: batches.announce_batch(batch, decree=factories.DecreeFactory(), by=by),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


# --- quota ------------------------------------------------------------------------------------
def test_two_batches_share_one_quota(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, pkh: Programme, banyuwangi: Area
) -> None:
    decided()
    decided()
    first = prepared(places=3)
    batches.announce_batch(first, decree=factories.DecreeFactory(), by=cast.budi)
    late, later = decided(dtsen__decile=1), decided(dtsen__decile=2)
    second = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
    batches.hand_over(second, by=cast.ani)
    assert (preview(second).places, preview(second).given, preview(second).free) == (3, 2, 1)
    second.refresh_from_db()
    batches.announce_batch(second, decree=factories.DecreeFactory(), by=cast.budi)
    assert placed(second) == [(late.pk, Placement.FUNDED, 1), (later.pk, Placement.WAITING, 1)]


def test_a_quota_of_nought_funds_nobody(decided: MakeFamily, prepared: MakeBatch, cast: Cast) -> None:
    application = decided()
    batch = prepared(places=0)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    assert placed(batch) == [(application.pk, Placement.WAITING, 1)]


def test_the_database_refuses_a_place_beyond_the_quota(db: None) -> None:
    ranking = factories.RankingFactory()
    for position in (2, None):
        with pytest.raises(IntegrityError, match="ranked_entry_never_beyond_the_quota"), transaction.atomic():
            factories.RankedEntryFactory(ranking=ranking, placement=Placement.FUNDED, position=position, places=1)


# --- drawing again ----------------------------------------------------------------------------
@pytest.fixture
def announced(decided: MakeFamily, prepared: MakeBatch, cast: Cast) -> tuple[Batch, Application, list[Application]]:
    """Two places: the wrong-meter family (decile 1) is out, two are funded, one waits."""
    wrong_meter = decided(dtsen__decile=1, pln__power_va=2200)
    others = [decided(dtsen__decile=decile) for decile in (2, 3, 4)]
    batch = prepared(places=2)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    batch.refresh_from_db()
    return batch, wrong_meter, others


def test_an_upheld_appeal_moves_the_ranking_and_keeps_its_history(
    announced: tuple[Batch, Application, list[Application]], cast: Cast
) -> None:
    batch, wrong_meter, (second, third, fourth) = announced
    corrected(wrong_meter, 900, by=cast.dewi)
    ranking = batches.rerank(batch, cause=RankingCause.APPEAL, reference="SGH-2026-000017", by=cast.dewi)
    assert ranking is not None
    assert (ranking.number, ranking.cause_reference, ranking.is_current) == (2, "SGH-2026-000017", True)
    assert placed(batch) == [
        (wrong_meter.pk, Placement.FUNDED, 1),
        (second.pk, Placement.FUNDED, 2),
        (third.pk, Placement.WAITING, 1),
        (fourth.pk, Placement.WAITING, 2),
    ]
    first = batch.rankings.get(number=1)
    assert not first.is_current
    assert first.entries.get(entry__application=wrong_meter).placement == Placement.NOT_ELIGIBLE
    assert len(told(wrong_meter)) == 2
    assert len(told(second)) == 1
    assert told(third)[-1] == "Keluarga Anda di daftar tunggu Program Keluarga Harapan"
    assert len(told(fourth)) == 1


def test_a_free_place_promotes_the_first_of_the_waiting_list(
    announced: tuple[Batch, Application, list[Application]], cast: Cast, worker: User
) -> None:
    batch, _wrong_meter, (second, third, fourth) = announced
    Application.objects.filter(pk=second.pk).update(state=ApplicationState.WITHDRAWN)
    batches.rerank(batch, cause=RankingCause.VACANCY, reference="", by=worker)
    assert placed(batch)[:2] == [(third.pk, Placement.FUNDED, 1), (fourth.pk, Placement.FUNDED, 2)]
    assert told(fourth)[-1] == "Keluarga Anda ditetapkan menerima Program Keluarga Harapan"
    assert BatchEntry.objects.get(application=second).is_cancelled


def test_once_final_nobody_who_was_funded_is_pushed_out(
    announced: tuple[Batch, Application, list[Application]], cast: Cast
) -> None:
    batch, wrong_meter, (second, third, _fourth) = announced
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FINAL)
    corrected(wrong_meter, 900, by=cast.dewi)
    batches.rerank(batch, cause=RankingCause.APPEAL, reference="SGH-2026-000018", by=cast.dewi)
    assert placed(batch)[:3] == [
        (second.pk, Placement.FUNDED, 1),
        (third.pk, Placement.FUNDED, 2),
        (wrong_meter.pk, Placement.WAITING, 1),
    ]


def test_an_answer_that_became_unknown_keeps_the_place_it_had(
    announced: tuple[Batch, Application, list[Application]], cast: Cast, worker: User
) -> None:
    batch, _wrong_meter, (second, *_rest) = announced
    forget_decile(second)
    old = answer(second)
    new = decisions.redecide(second, old.programme, rule_set=old.rule_set, cause="appeal:2", by=worker)
    assert new.outcome == "undecided"
    batches.rerank(batch, cause=RankingCause.APPEAL, reference="SGH-2026-000019", by=worker)
    assert placed(batch)[0] == (second.pk, Placement.FUNDED, 1)


def test_a_batch_that_was_never_announced_has_nothing_to_draw_again(
    decided: MakeFamily, prepared: MakeBatch, worker: User, cast: Cast
) -> None:
    decided()
    batch = prepared()
    assert batches.rerank(batch, cause=RankingCause.APPEAL, reference="x", by=worker) is None
    for name in ("citra", "gita", "eko", "indah"):
        with pytest.raises(PermissionDenied):
            batches.rerank(batch, cause=RankingCause.APPEAL, reference="x", by=cast[name])
