"""Rules that ask for fresher data than the catalogue: for one family, for everybody, and of the sources."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from eligibility import presenters, queue
from eligibility.models import Determination, Programme, RunAnswer, SnapshotRow
from eligibility.populations import snapshots
from eligibility.replaying import replay
from eligibility.rules.document import parse
from eligibility.services import decisions, runs
from eligibility.simulating import preview
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core.templatetags.portal import tanggal
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import BANYUWANGI, TABANAN, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import Announce, MakeFamily, answer
from tests.eligibility.documents import small
from tests.eligibility.simulated import RULES_ON, snapshot_of
from tests.eligibility.test_differences import URL, text
from tests.eligibility.test_hearing import again, agree
from tests.eligibility.test_programmes import load, outcomes
from tests.eligibility.test_replay import replay as replayed
from tests.eligibility.test_runs import finish
from verification import openness, tasks
from verification.enums import RequestState
from verification.models import SourceRequest
from verification.services import stale

FRESH = {"max_age_days": {"pln.power_va": 20}}
FRESHEST = {"programme": {"code": "baru", "name": "Baru"}, "max_age_days": {"pln.power_va": 10, "dtsen.decile": 60}}
Aged = Callable[..., Application]


@pytest.fixture
def aged(make_family: MakeFamily) -> Aged:
    """A family whose power was recorded so many days ago; its other facts are a month old."""

    def make(days: int, **facts: Any) -> Application:
        application = make_family(pln__power_va=None, **facts)
        as_of = timezone.localdate() - timedelta(days=days)
        factories.FactFactory(family=application.family, name="pln.power_va", value=900, as_of=as_of)
        return application

    return make


# --- one family -----------------------------------------------------------------------------------
def test_data_too_old_for_one_programme_is_fresh_enough_for_another(tmp_path: Path, aged: Aged, worker: User) -> None:
    load(tmp_path, **FRESH)
    old, new = aged(21), aged(20)
    for application in (old, new):
        decisions.decide_application(application, by=worker)
    assert outcomes(old) == {"pkh": "eligible", "sembako": "eligible", "uji": "undecided"}
    assert outcomes(new)["uji"] == "eligible"
    assert answer(old, "uji").facts["pln.power_va"]["is_old"] is True
    assert "is_old" not in answer(old, "pkh").facts["pln.power_va"]
    (reason,) = presenters.card(answer(old, "uji")).open
    as_of = timezone.localdate() - timedelta(days=21)
    assert reason.text.endswith(f"Data dari PLN tanggal {tanggal(as_of)} sudah terlalu lama.")
    assert reason.as_of == as_of


def test_every_part_of_the_rules_reads_what_it_believes(aged: Aged, worker: User, tmp_path: Path) -> None:
    """Order of need and members to be paid for: a month is too old for both."""
    paid = {"components": [{"id": "anak", "fact": "dukcapil.children_0_6", "rupiah_per_year": 900_000, "cap": 2,
            "text": {"id": "Anak", "en": "Child"}}], "most": 2, "picking": "amount"}  # fmt: skip
    load(tmp_path, amount=paid)
    fresh = {"programme": {"code": "baru", "name": "Baru"},
             "max_age_days": {"dtsen.decile": 29, "dukcapil.children_0_6": 29}}  # fmt: skip
    load(tmp_path, amount=paid, **fresh)
    family = aged(1)
    decisions.decide_application(family, by=worker)
    believed, doubted = answer(family, "uji"), answer(family, "baru")
    assert (believed.amount_per_year, believed.need_score) == (900_000, 2_000)
    assert (doubted.amount_per_year, doubted.amount_parts[0]["count"]) == (0, None)
    assert doubted.need_score == 11_000  # after everybody whose decile is known


# --- everybody ------------------------------------------------------------------------------------
@pytest.mark.parametrize("at_once", [2, 50])
def test_a_run_believes_what_each_family_is_decided_by(
    tmp_path: Path, aged: Aged, worker: User, banyuwangi: Area, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Three programmes in one run, each with an age of its own for the same fact."""
    families = [aged(days) for days in (0, 10, 11, 20, 21, 365, 366)]
    families += [aged(11, samsat__cars=1), aged(11, dtsen__decile=None)]
    for application in families:
        decisions.decide_application(application, by=worker)
    load(tmp_path, **FRESH)
    load(tmp_path, **FRESHEST)
    monkeypatch.setattr(snapshots, "PART", at_once)
    run = finish(runs.start_run(banyuwangi, by=worker))
    assert [answer(one, "uji").outcome for one in families[:7]] == ["eligible"] * 4 + ["undecided"] * 3
    assert [answer(one, "baru").outcome for one in families[:7]] == ["eligible"] * 2 + ["undecided"] * 5
    agree(run, but_for=[families[6].pk])  # what is too old even for the catalogue has no value in a snapshot
    assert [again(one, worker) for one in families] == [[]] * len(families)
    assert all(replay(one) for one in Determination.objects.all())
    assert replayed()["replay_differences"] == 0


def test_an_announced_result_that_grew_too_old_says_what_is_no_longer_believed(
    tmp_path: Path, aged: Aged, announce: Announce, cast: Cast, worker: User, banyuwangi: Area, client: Client,
    sign_in: SignIn,
) -> None:  # fmt: skip
    load(tmp_path, **FRESH)
    family = aged(19)
    decisions.decide_application(family, by=worker)
    announce("uji")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        finish(runs.start_run(banyuwangi, by=worker))
        sign_in(client, cast.ani)
        shown = text(client.get(URL))
    assert family.receipt_code in shown
    assert "900 VA → belum diketahui" in shown
    assert "Daya listrik rumah" in shown
    assert shown.count("→ belum diketahui") == 1


def test_a_snapshot_without_ages_knows_nothing_fresh(
    tmp_path: Path, aged: Aged, worker: User, banyuwangi: Area
) -> None:
    family = aged(1)
    load(tmp_path, **FRESH)
    decisions.decide_application(family, by=worker)
    run = runs.start_run(banyuwangi, by=worker)
    assert SnapshotRow.objects.get().ages is not None
    SnapshotRow.objects.update(ages=None)
    finish(run)
    found = RunAnswer.objects.filter(rules__run=run).values_list("rules__rule_set__programme__code", "outcome")
    assert dict(found) == {"pkh": 1, "sembako": 1, "uji": 2}
    assert replayed()["replay_differences"] == 0
    assert answer(family, "uji").outcome == "eligible"  # decided anew by the facts themselves, which have an age


def test_an_age_that_was_tampered_with_is_found(tmp_path: Path, aged: Aged, worker: User, banyuwangi: Area) -> None:
    family = aged(1)
    load(tmp_path, **FRESH)
    decisions.decide_application(family, by=worker)
    finish(runs.start_run(banyuwangi, by=worker))
    SnapshotRow.objects.update(ages=None)
    with pytest.raises(Exception, match=f"answers of applications \\[{family.pk}\\]"):
        replayed()


@pytest.mark.usefixtures("banyuwangi", "rules")
def test_a_draft_is_tried_on_the_ages_of_a_snapshot(settings: Any, tmp_path: Path) -> None:
    """Also from files that were made before ages were kept, which know of none."""
    settings.FILES_ROOT = tmp_path
    snapshot = snapshot_of([{}] * 60)
    place = snapshot.facts.index("pln.power_va")
    for row in SnapshotRow.objects.order_by("application_id"):
        row.ages = [30] * len(snapshot.facts)
        row.ages[place] = 20 if row.application_id % 2 else 21
        row.save(update_fields=["ages"])
    draft = parse(small(**FRESH))
    district = factories.area("35.10.22")

    def after() -> Any:
        return preview([draft], snapshot=snapshot, area=district, on=RULES_ON).drafts[0].effects[0].after

    assert after() == {"eligible": 20, "not_eligible": 0, "undecided": 20}
    snapshots.scan(snapshot)
    assert after() == {"eligible": 20, "not_eligible": 0, "undecided": 20}
    for file in snapshots.folder(snapshot).glob("*.parquet"):
        plain = pl.read_parquet(file, memory_map=False)  # it is replaced below
        plain.select(column for column in plain.columns if not column.startswith("age_of_")).write_parquet(file)
    assert after() == {"eligible": 0, "not_eligible": 0, "undecided": 40}


# --- the sources ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("age", "areas", "is_asked"), [(20, (), False), (21, (), True), (21, (BANYUWANGI,), True), (21, (TABANAN,), False)]
)
def test_a_source_is_asked_again_where_rules_do_not_believe_it_any_more(
    tmp_path: Path, aged: Aged, age: int, areas: tuple[str, ...], is_asked: bool
) -> None:
    family = aged(age)
    SourceRequest.objects.filter(application=family).update(answered_at=timezone.now() - timedelta(days=2))
    tasks.sweep_stale_facts()
    due = SourceRequest.objects.filter(application=family, state=RequestState.DUE)
    assert not due.exists()
    load(tmp_path, **FRESH)
    Programme.objects.get(code="uji").areas.set([factories.area(area) for area in areas])
    tasks.sweep_stale_facts()
    assert list(due.values_list("source", flat=True)) == (["pln"] if is_asked else [])


def test_a_source_is_asked_again_until_the_last_programme_is_announced(
    tmp_path: Path, aged: Aged, announce: Announce, worker: User
) -> None:
    load(tmp_path, **FRESH)
    family = aged(19)
    decisions.decide_application(family, by=worker)
    asked = SourceRequest.objects.filter(application=family)
    asked.update(answered_at=timezone.now() - timedelta(days=2))
    due = {}
    for code in ("pkh", "sembako", "uji"):
        announce(code)
        with time_machine.travel(timezone.now() + timedelta(days=2)):
            tasks.sweep_stale_facts()
        due[code] = list(asked.filter(state=RequestState.DUE).values_list("source", flat=True))
        asked.update(state=RequestState.ANSWERED)
    assert due == {"pkh": ["pln"], "sembako": ["pln"], "uji": []}


@pytest.mark.parametrize(("area", "is_asked"), [(BANYUWANGI, True), (TABANAN, False)])
def test_no_source_is_asked_for_a_programme_that_left_the_area(
    tmp_path: Path, aged: Aged, announce: Announce, worker: User, area: str, is_asked: bool
) -> None:
    load(tmp_path, **FRESH)
    family = aged(19)
    decisions.decide_application(family, by=worker)
    for code in ("pkh", "sembako"):
        announce(code)
    Programme.objects.get(code="uji").areas.set([factories.area(area)])
    family.refresh_from_db()
    assert openness.is_open(family) == is_asked
    asked = SourceRequest.objects.filter(application=family)
    asked.update(answered_at=timezone.now() - timedelta(days=2))
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        tasks.sweep_stale_facts()
    due = asked.filter(state=RequestState.DUE).values_list("source", flat=True)
    assert list(due) == (["pln"] if is_asked else [])


def test_families_with_an_announcement_do_not_keep_others_from_being_asked_about(
    tmp_path: Path, aged: Aged, announce: Announce, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind is looked for in a query of its own, so that one never has to look through the other."""
    monkeypatch.setattr(stale, "AT_ONCE", 1)
    load(tmp_path, **FRESH)
    decisions.decide_application(aged(21), by=worker)
    announce("pkh")
    decisions.decide_application(aged(21), by=worker)
    asked = SourceRequest.objects.filter(source="pln")
    asked.update(answered_at=timezone.now() - timedelta(days=2))
    tasks.sweep_stale_facts()
    assert asked.filter(state=RequestState.DUE).count() == 2


def test_the_queue_shows_no_open_answer_of_a_programme_that_left_the_area(
    tmp_path: Path, aged: Aged, worker: User
) -> None:
    load(tmp_path, **FRESH)
    decisions.decide_application(aged(21), by=worker)
    programme = Programme.objects.get(code="uji")
    for area, open_cases in ((BANYUWANGI, 1), (TABANAN, 0)):
        programme.areas.set([factories.area(area)])
        counts = queue.counts(Application.objects.all())
        assert (counts["CHECK"], counts["DECIDED"]) == (open_cases, 1 - open_cases)
