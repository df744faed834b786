"""One announcement rests on one version of the rules: what holds it up, what is said, and what comes of it."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eligibility import overlooked, tasks
from eligibility.announcing import preview
from eligibility.enums import BatchState, Placement, RankingCause
from eligibility.models import Batch, Programme, Quota, RankedEntry, RuleSet, Run
from eligibility.services import batches, decisions, first_days, runs
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import JATILUWIH, KESILIR, LATENG, TABANAN, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import Announce, MakeFamily, answer
from tests.eligibility.documents import data
from tests.eligibility.test_batches import refused
from tests.eligibility.test_decided_again import supersede
from tests.eligibility.test_first_days import drained, follow
from tests.eligibility.test_runs import finish
from verification.enums import RequestState, Source
from verification.models import SourceRequest

MakeBatch = Callable[..., Batch]


def stricter(code: str, by: User, decile: int = 3) -> RuleSet:
    """A version from today on for poorer families only."""
    limit = data(f"{code}-2026-2")["parameters"] | {"decile_limit": {"unit": "decile", "default": decile}}
    return follow(code, by, parameters=limit)


def announced(batch: Batch, by: User) -> set[tuple[str, str]]:
    """Announce, and which placements were given by which versions."""
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=by)
    places = RankedEntry.objects.current().filter(ranking__batch=batch)
    return set(places.values_list("placement", "determination__rule_set__version"))


def test_a_batch_waits_until_everybody_in_it_is_decided_by_the_rules_of_the_day(
    decided: MakeFamily, prepared: MakeBatch, worker: User, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four families alike, a stricter version from today, and a run that has settled two of them."""
    monkeypatch.setattr(runs, "SETTLED_AT_ONCE", 2)
    families = [decided(dtsen__decile=4) for _number in range(4)]
    batch = prepared(places=10)
    version = stricter("pkh", worker)
    with refused("rules_begin"):
        announced(batch, cast.budi)
    while first_days.begin_rule_set(version.pk, by=worker):
        pass
    run = Run.objects.due().get()
    assert runs.advance_run(run.pk, by=worker)
    assert runs.advance_run(run.pk, by=worker)
    assert [answer(one).outcome for one in families] == ["not_eligible"] * 2 + ["eligible"] * 2
    with refused("run_under_way"):
        announced(batch, cast.budi)
    batch.refresh_from_db()
    assert (batch.state, batch.seed, preview(batch).versions.earlier) == (BatchState.PREPARED, "", {"2026-2": 2})
    finish(run)
    assert announced(batch, cast.budi) == {(Placement.NOT_ELIGIBLE, "baru")}


def test_a_programme_is_announced_by_its_own_rules_long_after_another_one(
    decided: MakeFamily, announce: Announce, worker: User
) -> None:
    """PKH first; then Sembako has a stricter version; then Sembako is announced, by that version."""
    family = decided(dtsen__decile=4)
    announce("pkh")
    drained(stricter("sembako", worker), worker)
    batch = announce("sembako")
    (place,) = RankedEntry.objects.current().filter(ranking__batch=batch)
    assert (place.placement, place.determination.rule_set.version) == (Placement.NOT_ELIGIBLE, "baru")
    assert (answer(family).outcome, answer(family).rule_set.version) == ("eligible", "2026-2")


def test_whoever_waits_for_an_announcement_follows_the_rules_also_where_the_answer_stays(
    decided: MakeFamily, announce: Announce, worker: User
) -> None:
    """Nobody is told what did not change; what is announced stays as it was announced."""
    before = decided()
    announce("pkh")
    waiting = decided()
    messages = OutboxMessage.objects.count()
    version = drained(stricter("pkh", worker), worker)
    assert (answer(before).rule_set.version, answer(waiting).rule_set) == ("2026-2", version)
    assert answer(waiting).outcome == answer(waiting).supersedes.outcome == "eligible"
    assert OutboxMessage.objects.count() == messages


@pytest.mark.parametrize("steps", [0, 1])
def test_whoever_is_decided_by_earlier_rules_meanwhile_is_decided_by_those_of_the_run(
    decided: MakeFamily, worker: User, banyuwangi: Area, steps: int
) -> None:
    """A decision that is younger than the snapshot, by the rules of yesterday: it knows more, but not the rules."""
    family = decided(dtsen__decile=4)
    old = answer(family)
    version = stricter("pkh", worker)
    run = runs.start_run(banyuwangi, because_of=version, by=worker)
    for _step in range(steps):
        runs.advance_run(run.pk, by=worker)
    supersede(family, "pln.power_va", 450)
    late = decisions.redecide(family, old.programme, rule_set=old.rule_set, cause="place:uji", by=worker)
    assert (late.supersedes, late.decided_at > run.snapshot.taken_at) == (old, True)
    finish(run)
    assert (answer(family).rule_set, answer(family).outcome) == (version, "not_eligible")


def test_whom_the_first_day_missed_is_found_by_the_sweep(
    decided: MakeFamily, prepared: MakeBatch, worker: User, cast: Cast
) -> None:
    """Decided by earlier rules behind the run; while that is under way everybody is left to it."""
    cache.delete(overlooked.PLACE)
    stays, late = decided(), decided(dtsen__decile=4)
    batch, old = prepared(places=10), answer(late)
    version = stricter("pkh", worker)
    assert overlooked.due() == []
    while first_days.begin_rule_set(version.pk, by=worker):
        pass
    assert overlooked.due() == []
    finish(Run.objects.due().get())
    supersede(late, "pln.power_va", 450)
    decisions.redecide(late, old.programme, rule_set=old.rule_set, cause="place:uji", by=worker)
    with refused("earlier_rules"):
        announced(batch, cast.budi)
    found = overlooked.due()
    assert late.pk in found
    for pk in found:
        tasks.decide_application(application_id=pk)
    assert overlooked.due() == []
    assert answer(stays).cause == f"rules:{version.pk}"
    assert announced(batch, cast.budi) == {(Placement.FUNDED, "baru"), (Placement.NOT_ELIGIBLE, "baru")}


def test_who_is_left_to_a_full_redecision_is_named(
    decided: MakeFamily, prepared: MakeBatch, worker: User, cast: Cast, banyuwangi: Area
) -> None:
    """The sweep decides whose data is complete; for the others a source is still asked."""
    cache.delete(overlooked.PLACE)
    families = [decided(dtsen__decile=4) for _number in range(2)]
    batch, old = prepared(places=10), answer(families[0])
    version = drained(stricter("pkh", worker), worker)
    for one in families:
        supersede(one, "pln.power_va", 450)
        decisions.redecide(one, old.programme, rule_set=old.rule_set, cause="place:uji", by=worker)
    SourceRequest.objects.filter(application=families[0], source=Source.PLN).update(state=RequestState.DUE)
    with pytest.raises(DomainError, match="earlier_rules") as caught:
        announced(batch, cast.budi)
    assert "2 keluarga masih diputus dengan aturan sebelumnya" in caught.value.message
    assert f"Data 1 di antaranya belum lengkap. Keluarga itu baru diputus lagi bila semua keluarga di {banyuwangi}" in (
        caught.value.message
    )
    for pk in overlooked.due():
        tasks.decide_application(application_id=pk)
    assert [answer(one).rule_set for one in families] == [old.rule_set, version]
    finish(runs.start_run(banyuwangi, by=worker))
    assert announced(batch, cast.budi) == {(Placement.NOT_ELIGIBLE, "baru")}


def test_while_a_first_day_is_given_up_nothing_is_announced(
    decided: MakeFamily, prepared: MakeBatch, worker: User, cast: Cast, banyuwangi: Area
) -> None:
    decided()
    batch = prepared(places=10)
    version = stricter("pkh", worker)
    while first_days.begin_rule_set(version.pk, by=worker):
        pass
    runs.stop_run(Run.objects.due().get(), reason="kabupaten keliru", by=cast.ani)
    with refused("rules_begin"):
        announced(batch, cast.budi)
    finish(runs.start_run(banyuwangi, by=worker))
    assert announced(batch, cast.budi) == {(Placement.FUNDED, "baru")}


@pytest.mark.parametrize(
    ("area", "is_held_up"),
    [("35.10", True), ("35", True), ("35.10.22", True), ("51.02", False), ("35.10-without-pkh", False)],
)
def test_a_run_holds_up_what_it_decides(
    decided: MakeFamily, prepared: MakeBatch, worker: User, cast: Cast, area: str, is_held_up: bool
) -> None:
    code, _dash, without = area.partition("-")
    decided(), decided(JATILUWIH)
    batch = prepared()
    Programme.objects.filter(code="pkh").update(is_active=not without)
    run = runs.start_run(factories.area(code), by=worker)
    Programme.objects.filter(code="pkh").update(is_active=True)
    if is_held_up:
        with refused("run_under_way"):
            announced(batch, cast.budi)
        finish(run)
    assert announced(batch, cast.budi) == {(Placement.FUNDED, "2026-2")}


def test_a_quota_that_is_over_gives_no_places(
    decided: MakeFamily, cast: Cast, pkh: Programme, banyuwangi: Area
) -> None:
    """Prepared on the last day of the year, announced in the new one."""
    decided()
    factories.QuotaFactory(programme=pkh, area=banyuwangi, valid_during=(date(2026, 1, 1), date(2027, 1, 1)))
    with time_machine.travel(datetime(2026, 12, 31, 12, tzinfo=timezone.get_current_timezone())):
        batch = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
        batch = batches.hand_over(batch, by=cast.ani)
    with time_machine.travel(datetime(2027, 1, 2, 9, tzinfo=timezone.get_current_timezone())):
        with refused("no_quota"):
            announced(batch, cast.budi)
        Quota.objects.create(
            programme=pkh, area=banyuwangi, places=5, source="Surat", valid_during=(date(2027, 1, 1), None)
        )
        batches.cancel_batch(
            Batch.objects.get(pk=batch.pk), reason="Kuota 2026 sudah habis masa berlakunya", by=cast.ani
        )
        again = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
        assert announced(batches.hand_over(again, by=cast.ani), cast.budi) == {(Placement.FUNDED, "2026-2")}


@pytest.mark.parametrize(("elsewhere", "code"), [(None, "not_active"), (TABANAN, "not_active"), ("35.10.22", "")])
def test_a_programme_must_run_where_it_is_announced(
    decided: MakeFamily, prepared: MakeBatch, cast: Cast, pkh: Programme, elsewhere: str | None, code: str
) -> None:
    decided()
    batch = prepared()
    if elsewhere is None:
        Programme.objects.filter(pk=pkh.pk).update(is_active=False)
    else:
        pkh.areas.set([factories.area(elsewhere)])
    if code:
        with refused(code):
            announced(batch, cast.budi)
    else:
        assert announced(batch, cast.budi) == {(Placement.FUNDED, "2026-2")}


def test_without_rules_nothing_is_announced(decided: MakeFamily, prepared: MakeBatch, cast: Cast) -> None:
    decided()
    batch = prepared()
    yesterday = DateRange(date(2026, 10, 1), timezone.localdate())
    RuleSet.objects.in_force().filter(programme__code="pkh").update(valid_during=yesterday)
    with refused("no_rules"):
        announced(batch, cast.budi)


def test_who_is_left_out_holds_nobody_up(decided: MakeFamily, prepared: MakeBatch, worker: User, cast: Cast) -> None:
    """Whoever withdrew keeps the decision by the rules of before for ever."""
    stays, gone = decided(), decided()
    batch = prepared()
    Application.objects.filter(pk=gone.pk).update(state=ApplicationState.WITHDRAWN)
    drained(stricter("pkh", worker), worker)
    assert (answer(stays).rule_set.version, answer(gone).rule_set.version) == ("baru", "2026-2")
    assert preview(batch).versions.earlier == {}
    assert announced(batch, cast.budi) == {(Placement.FUNDED, "baru")}


def test_an_announced_order_is_drawn_again_by_the_answers_it_holds(
    decided: MakeFamily, announce: Announce, worker: User
) -> None:
    decided(dtsen__decile=4)
    batch = announce("pkh")
    drained(stricter("pkh", worker), worker)
    ranking = batches.rerank(batch, cause=RankingCause.VACANCY, reference="", by=worker)
    assert ranking is not None
    (place,) = ranking.entries.all()
    assert (place.placement, place.determination.rule_set.version) == (Placement.FUNDED, "2026-2")


def test_the_page_says_what_holds_it_up_and_keeps_what_was_chosen(
    decided: MakeFamily, prepared: MakeBatch, worker: User, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    decided(), decided()
    batch, decree = prepared(places=10), factories.DecreeFactory()
    page = reverse("batch-detail", args=[batch.public_id])
    version = stricter("pkh", worker)
    RuleSet.objects.filter(pk=version.pk).update(begun_at=timezone.now())
    said = "2 keluarga masih diputus dengan aturan sebelumnya (2026-2)."
    sign_in(client, cast.budi)
    shown = " ".join(client.get(page).content.decode().split())
    assert "Belum bisa diumumkan" in shown
    assert said in shown
    assert "<dt>Masih versi 2026-2</dt><dd>2</dd>" in shown
    filled = {"decree": str(decree.public_id), "is_sure": "on"}
    refusal = client.post(reverse("batch-announce", args=[batch.public_id]), filled)
    shown = " ".join(refusal.content.decode().split())
    assert (refusal.status_code, shown.count(said)) == (200, 1)
    form = refusal.context["announce_form"]
    assert (form["decree"].value(), bool(form["is_sure"].value())) == (str(decree.public_id), True)
    batch.refresh_from_db()
    assert batch.state == BatchState.PREPARED
    finish(runs.start_run(batch.area, by=worker))
    assert "Masih versi" not in client.get(page).content.decode()
    assert client.post(reverse("batch-announce", args=[batch.public_id]), filled).status_code == 302


def test_where_the_programme_runs_no_longer_nothing_of_it_is_announced(
    decided: MakeFamily, prepared: MakeBatch, worker: User, cast: Cast, pkh: Programme, banyuwangi: Area
) -> None:
    """And nobody there, whom no run decides by the new rules any more, holds up the others."""
    decided(), decided(LATENG)
    batch = prepared(places=10)
    pkh.areas.set([factories.area(KESILIR)])
    drained(stricter("pkh", worker), worker)
    seen = preview(batch)
    assert (seen.versions.earlier, seen.eligible) == ({}, 1)
    assert announced(batch, cast.budi) == {(Placement.FUNDED, "baru")}
    assert RankedEntry.objects.current().get().entry.application.village_id == KESILIR
    with refused("nothing_ready"):
        batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
