"""The first day of a version: whom it touches is decided again, once, whatever happens meanwhile."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from eligibility import tasks
from eligibility.models import Programme, RuleSet, Run, RunAnswer
from eligibility.presenters import card
from eligibility.services import first_days, runs
from eligibility.services.rulesets import enact_rule_set
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import JATILUWIH, KESILIR, Cast
from tests.eligibility.conftest import MakeFamily, SentTasks, answer
from tests.eligibility.documents import data
from tests.eligibility.test_programmes import BLOCKED, load
from tests.support.rules import load_shipped_rules
from verification.models import Fact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def follow(code: str, by: User, *, first_day: date | None = None, **changes: Any) -> RuleSet:
    """The next version of a programme, from today on."""
    version = RuleSet.objects.in_force().get(programme__code=code)
    day, until = first_day or timezone.localdate(), version.document["valid"]["until"]
    RuleSet.objects.filter(pk=version.pk).update(valid_during=DateRange(version.valid_during.lower, day))
    period = {"from": day.isoformat(), "until": until}
    return enact_rule_set({**version.document, "version": "baru", **changes, "valid": period}, by=by)[0]


def drained(rule_set: RuleSet, by: User) -> RuleSet:
    while first_days.begin_rule_set(rule_set.pk, by=by):
        pass
    for run in Run.objects.due():
        while runs.advance_run(run.pk, by=by):
            pass
    rule_set.refresh_from_db()
    return rule_set


def test_each_regency_is_decided_again_once(decided: MakeFamily, worker: User, sent_tasks: SentTasks) -> None:
    family, elsewhere = decided(KESILIR, dtsen__decile=4), decided(JATILUWIH, dtsen__decile=4)
    limit = data("pkh-2026-2")["parameters"] | {"decile_limit": {"unit": "decile", "default": 3}}
    version = follow("pkh", worker, parameters=limit)
    sent_tasks.clear()
    tasks.sweep_rule_sets()
    assert sent_tasks == [("eligibility.begin_rule_set", {"rule_set_id": version.pk})]
    assert drained(version, worker).begun_at is not None
    assert set(version.runs.values_list("area_id", flat=True)) == {"35.10", "51.02"}
    assert [answer(one).outcome for one in (family, elsewhere)] == ["not_eligible", "not_eligible"]
    assert {answer(one).rule_set for one in (family, elsewhere)} == {version}
    sent_tasks.clear()
    tasks.sweep_rule_sets()
    assert (sent_tasks, first_days.begin_rule_set(version.pk, by=worker), Run.objects.count()) == ([], False, 2)


def test_each_family_reads_what_changed_for_it(decided: MakeFamily, worker: User) -> None:
    family = decided(dtsen__decile=4)
    held = Fact.objects.current_of(family.family)["pln.power_va"]
    factories.FactFactory(family=family.family, name="pln.power_va", value=2200, unit="VA", supersedes=held)
    limit = data("pkh-2026-2")["parameters"] | {"decile_limit": {"unit": "decile", "default": 3}}
    version = drained(follow("pkh", worker, parameters=limit), worker)
    assert answer(family).cause == f"rules:{version.pk}"
    assert card(answer(family)).because == "Diputus lagi karena aturan berubah."
    assert answer(family, "sembako").cause == "fact:pln.power_va"  # its rules are the same


def test_a_killed_beginning_goes_on_with_the_next_regency(decided: MakeFamily, worker: User) -> None:
    decided(KESILIR), decided(JATILUWIH)
    version = follow("pkh", worker)
    tasks.begin_rule_set(rule_set_id=version.pk)  # and then nothing for a while
    assert Run.objects.get().area_id == "35.10"
    drained(version, worker)
    assert sorted(Run.objects.values_list("area_id", flat=True)) == ["35.10", "51.02"]


def test_two_versions_of_one_day_share_a_run(decided: MakeFamily, worker: User) -> None:
    decided()
    first, second = follow("pkh", worker), follow("sembako", worker)
    drained(first, worker)
    drained(second, worker)
    assert Run.objects.count() == 1
    assert second.begun_at is not None


def test_a_run_from_the_day_before_is_waited_for(decided: MakeFamily, worker: User, banyuwangi: Area) -> None:
    decided()
    old = runs.start_run(banyuwangi, by=worker)
    version = follow("pkh", worker)
    assert not first_days.begin_rule_set(version.pk, by=worker)
    version.refresh_from_db()
    assert version.begun_at is None
    runs.stop_run(old, reason="hari baru", by=worker)
    assert drained(version, worker).begun_at is not None
    assert version.runs.count() == 1


def test_a_first_day_that_was_stopped_goes_on_a_day_later(decided: MakeFamily, worker: User) -> None:
    """Stopped after the first step and after the version was taken for begun: nobody stays on the version before."""
    families = [decided(dtsen__decile=4), decided(dtsen__decile=4)]
    limit = data("pkh-2026-2")["parameters"] | {"decile_limit": {"unit": "decile", "default": 3}}
    version, other = follow("pkh", worker, parameters=limit), follow("sembako", worker)
    for rule_set in (version, other, version):
        first_days.begin_rule_set(rule_set.pk, by=worker)
    run = Run.objects.get()
    assert not RuleSet.objects.due().exists()
    call_command("redecide", "35.10", "--stop", "--reason", "beban")
    for _sweep in range(2):
        assert [drained(one, worker).begun_at for one in (version, other)] == [None, None]
    assert list(Run.objects.all()) == [run]
    assert {answer(one).outcome for one in families} == {"eligible"}
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        tasks.sweep_rule_sets()
        assert drained(version, worker).begun_at is not None
        assert drained(other, worker).begun_at is not None
    assert Run.objects.exclude(pk=run.pk).get().because_of == version
    assert {answer(one).outcome for one in families} == {"not_eligible"}


def test_a_first_day_that_was_stopped_goes_on_at_once_by_hand(decided: MakeFamily, worker: User) -> None:
    decided(KESILIR), decided(JATILUWIH)
    version = follow("pkh", worker)
    tasks.begin_rule_set(rule_set_id=version.pk)
    runs.stop_run(Run.objects.get(), reason="beban", by=worker)
    assert drained(version, worker).begun_at is None  # the other regency is not held up
    assert sorted(version.runs.values_list("area_id", "state")) == [("35.10", "stopped"), ("51.02", "done")]
    call_command("redecide", "35.10", stdout=StringIO())
    assert drained(version, worker).begun_at is not None
    assert version.runs.count() == 2


def test_programmes_that_a_version_blocks_follow_in_the_same_run(
    decided: MakeFamily, worker: User, tmp_path: Path
) -> None:
    load(tmp_path, overlaps=[BLOCKED])
    turned, kept = decided(dtsen__decile=4), decided()
    assert [answer(one, "uji").outcome for one in (turned, kept)] == ["not_eligible"] * 2
    limit = data("pkh-2026-2")["parameters"] | {"decile_limit": {"unit": "decile", "default": 3}}
    drained(follow("pkh", worker, parameters=limit), worker)
    assert Run.objects.count() == 1
    assert [answer(turned, code).outcome for code in ("pkh", "uji")] == ["not_eligible", "eligible"]
    assert answer(turned, "uji").cause == "fact:programme.pkh"
    assert card(answer(turned, "uji")).because == "Diputus lagi karena data berubah: Dibantu PKH."
    assert answer(kept, "uji").cause == "first"


def test_a_version_of_a_programme_that_others_block_begins_as_any(decided: MakeFamily, worker: User) -> None:
    Programme.objects.filter(code="paket-nutrisi").update(is_active=True)
    first = RuleSet.objects.get(programme__code="paket-nutrisi")
    first = RuleSet.objects.get(programme__code="paket-nutrisi")
    again = {"from": (timezone.localdate() - timedelta(days=30)).isoformat(), "until": None}
    enact_rule_set({**first.document, "version": "lagi", "valid": again}, by=worker)
    families = [decided(citizen__pregnant=pregnant) for pregnant in (0, 1)]
    amount = {"flat": {"rupiah_per_year": 5, "text": {"id": "Paket", "en": "Package"}}}
    version = drained(follow("paket-nutrisi", worker, amount=amount), worker)
    assert version.begun_at is not None
    run = Run.objects.get()
    answers = RunAnswer.objects.filter(rules__run=run, rules__rule_set=version)
    assert set(answers.values_list("application_id", flat=True)) == {one.pk for one in families}
    assert [one.heard for one in answers.order_by("application_id")] == [[0], [1]]


def test_what_is_not_due_does_not_begin(decided: MakeFamily, worker: User, cast: Cast) -> None:
    decided()
    version = follow("pkh", worker, first_day=timezone.localdate() + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        first_days.begin_rule_set(version.pk, by=cast.ani)
    assert not RuleSet.objects.due().exists()
    assert not first_days.begin_rule_set(version.pk, by=worker)
    assert not Run.objects.exists()


def test_the_first_rules_of_an_empty_portal_begin_without_a_run(worker: User) -> None:
    load_shipped_rules()
    RuleSet.objects.update(begun_at=None)
    for version in RuleSet.objects.due():
        assert not first_days.begin_rule_set(version.pk, by=worker)
    assert not RuleSet.objects.due().exists()
    assert not Run.objects.exists()
