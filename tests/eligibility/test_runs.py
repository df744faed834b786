"""Everybody of a regency decided again: what is stored, what is new, and what survives a kill."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from psycopg.conninfo import make_conninfo

from eligibility import tasks
from eligibility.enums import RunState
from eligibility.models import Determination, Programme, Run, RunAnswer, RunChange
from eligibility.populations import cards
from eligibility.services import runs
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, KESILIR, Cast
from tests.eligibility.conftest import Announce, MakeFamily, answer

SUNGAI = "35.10.22.2004"


def finish(run: Run) -> Run:
    while runs.advance_run(run.pk, by=run.started_by):
        pass
    run.refresh_from_db()
    return run


def wage(value: int, area: str = BANYUWANGI) -> None:
    """The minimum wage changes from today on."""
    Parameter.objects.filter(area=area, name=Parameter.Name.MINIMUM_WAGE).delete()
    factories.ParameterFactory(area=factories.area(area), name=Parameter.Name.MINIMUM_WAGE, value=value)


def test_without_news_everybody_is_answered_and_nobody_is_decided_anew(
    decided: MakeFamily, worker: User, banyuwangi: Area
) -> None:
    for changes in ({}, {"pln__power_va": 2200}, {"dtsen__decile": None}, {"pln__power_va": "rusak"}):
        decided(**changes)
    made = set(Determination.objects.values_list("pk", flat=True))
    run = finish(runs.start_run(banyuwangi, by=worker))
    assert (run.state, run.decided, RunChange.objects.count()) == (RunState.DONE, 4, 0)
    assert set(Determination.objects.values_list("pk", flat=True)) == made
    for stored in RunAnswer.objects.all():
        verdict = cards.verdict_of(stored)
        known = Determination.objects.get(application=stored.application_id, programme=stored.rules.rule_set.programme)
        assert cards.agrees(stored, verdict)
        assert [row.as_json() for row in verdict.trace] == known.trace


def test_only_who_is_touched_gets_a_new_determination_with_its_cause(
    decided: MakeFamily, worker: User, banyuwangi: Area
) -> None:
    earning = decided(bpjs_tk__highest_wage=2_900_000)
    poor = decided()
    wage(3_000_000)
    run = finish(runs.start_run(banyuwangi, reason="UMK 2027", by=worker))
    assert RunChange.objects.count() == 2  # both programmes look at the wage
    new = answer(earning)
    assert (new.cause, new.outcome, new.supersedes.outcome) == (run.cause, "eligible", "not_eligible")
    assert new.parameters == {"minimum_wage": 3_000_000}
    assert answer(poor).cause == "first"
    again = finish(runs.start_run(banyuwangi, by=worker))
    assert not RunChange.objects.filter(rules__run=again).exists()
    assert answer(earning) == new


def test_an_announced_result_is_noted_and_left_to_an_appeal(
    decided: MakeFamily, announce: Announce, worker: User, banyuwangi: Area
) -> None:
    announced = decided(bpjs_tk__highest_wage=2_900_000)
    announce("pkh"), announce("sembako")
    wage(3_000_000)
    finish(runs.start_run(banyuwangi, by=worker))
    assert [(one.determination, one.settled_at is None) for one in RunChange.objects.all()] == [(None, False)] * 2
    assert answer(announced).cause == "first"


def test_a_programme_that_is_not_announced_follows_beside_one_that_is(
    decided: MakeFamily, announce: Announce, worker: User, banyuwangi: Area
) -> None:
    family = decided(bpjs_tk__highest_wage=2_900_000)
    announce("pkh")
    wage(3_000_000)
    run = finish(runs.start_run(banyuwangi, by=worker))
    settled = {one.rules.rule_set.programme.code: one.determination for one in RunChange.objects.all()}
    assert settled == {"pkh": None, "sembako": answer(family, "sembako")}
    assert (answer(family).cause, answer(family, "sembako").cause) == ("first", run.cause)


def test_rules_and_parameters_stay_those_of_the_start(decided: MakeFamily, worker: User, banyuwangi: Area) -> None:
    earning = decided(bpjs_tk__highest_wage=2_900_000)
    run = runs.start_run(banyuwangi, by=worker)
    wage(3_000_000)
    Programme.objects.filter(code="pkh").update(is_active=False)
    finish(run)
    assert RunChange.objects.count() == 0
    assert {stored.rules.parameters["minimum_wage"] for stored in RunAnswer.objects.all()} == {2_810_139}
    assert RunAnswer.objects.filter(rules__rule_set__programme__code="pkh", application=earning).exists()


def test_a_village_with_a_limit_of_its_own_is_decided_by_it(
    decided: MakeFamily, worker: User, banyuwangi: Area
) -> None:
    here, there = decided(KESILIR, pln__power_va=2200), decided(SUNGAI, pln__power_va=2200)
    factories.ParameterFactory(area=factories.area(SUNGAI), name=Parameter.Name.POWER_LIMIT_VA, value=2200)
    finish(runs.start_run(banyuwangi, by=worker))
    assert (answer(here).outcome, answer(there).outcome) == ("not_eligible", "eligible")


def test_who_may_and_when(cast: Cast, decided: MakeFamily, worker: User, banyuwangi: Area) -> None:
    with pytest.raises(DomainError, match="nobody_decided"):
        runs.start_run(banyuwangi, by=worker)
    decided()
    with pytest.raises(PermissionDenied):
        runs.start_run(banyuwangi, by=cast.citra)
    run = runs.start_run(banyuwangi, by=cast.ani)
    with pytest.raises(DomainError, match="already_running"):
        runs.start_run(banyuwangi, by=worker)
    assert runs.stop_run(run, reason="salah", by=cast.ani).state == RunState.STOPPED
    assert not runs.advance_run(run.pk, by=worker)


def test_the_sweep_wakes_what_a_dead_worker_left(
    decided: MakeFamily, worker: User, banyuwangi: Area, sent_tasks: list[tuple[str, dict[str, int]]]
) -> None:
    decided()
    run = runs.start_run(banyuwangi, by=worker)
    sent_tasks.clear()
    tasks.sweep_runs()
    assert sent_tasks == [("eligibility.advance_run", {"run_id": run.pk})]
    tasks.advance_run(run_id=run.pk)
    assert RunAnswer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_run_survives_kill_9_at_any_point(decided: MakeFamily, worker: User, banyuwangi: Area) -> None:
    families = [decided(bpjs_tk__highest_wage=2_700_000 + 50_000 * number) for number in range(8)]
    wage(3_000_000)
    run = runs.start_run(banyuwangi, by=worker)
    died = killed_again_and_again(run, kills=4)
    run.refresh_from_db()
    assert died >= 2
    assert (run.state, run.decided) == (RunState.DONE, 8)
    assert RunAnswer.objects.count() == 16
    assert all(cards.agrees(stored, cards.verdict_of(stored)) for stored in RunAnswer.objects.all())
    touched = [one.pk for one in families if answer(one).cause == run.cause]
    assert touched == [one.pk for one in families[3:7]]  # above the old wage, not above the new one
    assert Determination.objects.filter(cause=run.cause).count() == 2 * len(touched)


def killed_again_and_again(run: Run, *, kills: int) -> int:
    """How many workers died at work before the last one was left to finish."""
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-m", "tests.eligibility.killing", str(run.pk), str(kills), "2026"],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "perlinsos.settings.test"},
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return int(done.stdout)
