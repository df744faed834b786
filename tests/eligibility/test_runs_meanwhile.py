"""A full re-decision never puts what it knew over an answer that was given while it was under way."""

from datetime import timedelta

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from eligibility.enums import RunState
from eligibility.models import Determination, RuleSet, Run, RunChange
from eligibility.services import decisions, runs
from eligibility.services.rulesets import enact_rule_set
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area
from tests.eligibility.conftest import MakeFamily, answer
from tests.eligibility.documents import data
from tests.eligibility.test_decided_again import supersede
from tests.eligibility.test_runs import finish, killed_again_and_again, wage


def answered(area: Area, by: User) -> Run:
    """A run that has decided everybody, and given nobody a new determination yet."""
    run = runs.start_run(area, by=by)
    assert runs.advance_run(run.pk, by=by)
    run.refresh_from_db()
    assert (run.decided, RunChange.objects.pending().exists()) == (Application.objects.count(), True)
    return run


def stricter(by: User) -> RuleSet:
    """A version of PKH that holds from today on and ends at decile 1."""
    today = timezone.localdate()
    version = RuleSet.objects.in_force().get(programme__code="pkh")
    RuleSet.objects.filter(pk=version.pk).update(valid_during=DateRange(version.valid_during.lower, today))
    document = data(f"pkh-{version.version}")
    document["parameters"]["decile_limit"]["default"] = 1
    document |= {"version": "baru", "valid": {"from": today.isoformat(), "until": None}}
    return enact_rule_set(document, by=by)[0]


def settled(application: Application) -> RunChange:
    return RunChange.objects.get(application=application, rules__rule_set__programme__code="pkh")


def test_a_version_enacted_meanwhile_stands(decided: MakeFamily, worker: User, banyuwangi: Area) -> None:
    overtaken, other = (decided(bpjs_tk__highest_wage=2_900_000) for _number in range(2))
    wage(3_000_000)
    run = answered(banyuwangi, worker)
    version = stricter(worker)
    decisions.decide_application(overtaken, by=worker)
    newer = answer(overtaken)
    finish(run)
    assert (answer(overtaken), newer.rule_set, newer.outcome) == (newer, version, "not_eligible")
    assert settled(overtaken).determination == newer
    assert (answer(other).cause, answer(other).outcome) == (run.cause, "eligible")


def test_a_fact_that_came_meanwhile_stands(decided: MakeFamily, worker: User, banyuwangi: Area) -> None:
    application = decided(bpjs_tk__highest_wage=2_900_000)
    wage(3_000_000)
    run = answered(banyuwangi, worker)
    supersede(application, "pln.power_va", 2200)
    wage(3_100_000)
    decisions.decide_application(application, by=worker)
    newer = answer(application)
    finish(run)
    assert answer(application) == newer
    assert newer.parameters["minimum_wage"] == 3_100_000
    assert settled(application).determination == newer


def test_a_later_version_stands_whatever_the_clocks_say(decided: MakeFamily, worker: User, banyuwangi: Area) -> None:
    application = decided(bpjs_tk__highest_wage=2_900_000)
    wage(3_000_000)
    run = answered(banyuwangi, worker)
    stricter(worker)
    with time_machine.travel(run.snapshot.taken_at - timedelta(seconds=3), tick=False):
        decisions.decide_application(application, by=worker)
    newer = answer(application)
    finish(run)
    assert answer(application) == newer


@pytest.mark.django_db(transaction=True)
def test_kill_9_while_settling_puts_nothing_old_over_newer(decided: MakeFamily, worker: User, banyuwangi: Area) -> None:
    families = [decided(bpjs_tk__highest_wage=2_900_000) for _number in range(8)]
    wage(3_000_000)
    run = answered(banyuwangi, worker)
    stricter(worker)
    overtaken, others = families[::2], families[1::2]
    newer = {}
    for one in overtaken:
        decisions.decide_application(one, by=worker)
        newer[one.pk] = answer(one)
    died = killed_again_and_again(run, kills=4)
    run.refresh_from_db()
    assert (died >= 2, run.state) == (True, RunState.DONE)
    assert {one.pk: answer(one) for one in overtaken} == newer
    assert {answer(one).cause for one in others} == {run.cause}
    assert Determination.objects.filter(cause=run.cause).count() == 2 * len(others)
