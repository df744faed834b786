"""A message about newer data that was lost: the sweep finds the family, at a cost that does not grow."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from eligibility import overlooked, tasks
from eligibility.models import Programme, RuleSet
from eligibility.presenters import card
from eligibility.services import runs
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area
from tests import factories
from tests.cast import JATILUWIH, TABANAN
from tests.eligibility.conftest import Announce, MakeFamily, SentTasks, answer
from tests.eligibility.test_decided_again import supersede
from tests.eligibility.test_programmes import BLOCKED, load
from verification.enums import RequestState
from verification.models import SourceRequest


@pytest.fixture(autouse=True)
def from_the_first(db: None) -> None:
    cache.delete(overlooked.PLACE)


def test_a_newer_fact_is_found_and_decided(decided: MakeFamily, sent_tasks: SentTasks) -> None:
    touched, _other = decided(pln__power_va=2200), decided()
    supersede(touched, "pln.power_va", 900)
    sent_tasks.clear()
    tasks.sweep_decisions()
    assert sent_tasks == [("eligibility.decide_application", {"application_id": touched.pk})]
    tasks.decide_application(application_id=touched.pk)
    assert answer(touched).outcome == "eligible"
    assert overlooked.due() == []


def test_a_fact_that_was_not_known_then_is_found(decided: MakeFamily) -> None:
    application = decided(pln__power_va=None)
    assert overlooked.due() == []
    factories.FactFactory(family=application.family, name="pln.power_va", value=900, unit="VA")
    assert overlooked.due() == [application.pk]


def test_data_that_no_rule_looks_at_is_no_news(decided: MakeFamily) -> None:
    application = decided()
    factories.FactFactory(family=application.family, name="citizen.power_va", value=900, unit="VA")
    assert overlooked.due() == []


def test_what_is_announced_stays_and_other_programmes_of_the_family_do_not(
    decided: MakeFamily, announce: Announce
) -> None:
    application = decided(pln__power_va=2200)
    held = answer(application)
    announce("pkh")
    supersede(application, "pln.power_va", 900)
    assert overlooked.due() == [application.pk]
    tasks.decide_application(application_id=application.pk)
    assert (answer(application), answer(application, "sembako").outcome) == (held, "eligible")
    announce("sembako")
    supersede(application, "pln.power_va", 1300)
    assert overlooked.due() == []


def test_who_withdrew_is_not_named(decided: MakeFamily) -> None:
    application = decided(pln__power_va=2200)
    supersede(application, "pln.power_va", 900)
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.WITHDRAWN)
    assert overlooked.due() == []


def test_who_waits_for_a_source_or_left_the_programme_is_not_named(decided: MakeFamily) -> None:
    waiting, elsewhere = decided(pln__power_va=2200), decided(JATILUWIH, pln__power_va=2200)
    for one in (waiting, elsewhere):
        supersede(one, "pln.power_va", 900)
    SourceRequest.objects.filter(application=waiting, source="pln").update(state=RequestState.DUE)
    assert overlooked.due() == [elsewhere.pk]
    for programme in Programme.objects.all():
        programme.areas.add(factories.area("35.10"))
    assert overlooked.due() == []
    Programme.objects.get(code="pkh").areas.add(factories.area(TABANAN))
    assert overlooked.due() == [elsewhere.pk]


def test_sweep_after_sweep_goes_through_everybody_at_the_same_cost(
    decided: MakeFamily, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(overlooked, "LOOKED_AT", 2)
    families = [decided(pln__power_va=2200) for _number in range(5)]
    for one in families:
        supersede(one, "pln.power_va", 900)
    rounds = []
    for _sweep in range(4):
        # ids, rules and where they run (twice), whom they left behind (4), who is outdated
        with django_assert_num_queries(10):
            rounds.append(overlooked.due())
    ids = [one.pk for one in families]
    assert rounds == [ids[:2], ids[2:4], ids[4:], ids[:2]]


def test_more_than_one_sweep_may_name_is_left_to_the_next(decided: MakeFamily, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlooked, "AT_ONCE", 2)
    families = [decided(pln__power_va=2200) for _number in range(3)]
    for one in families:
        supersede(one, "pln.power_va", 900)
    ids = [one.pk for one in families]
    assert [overlooked.due(), overlooked.due()] == [ids[:2], ids[2:]]


# --- what brings no newer data --------------------------------------------------------------------
def decide(*applications: Application) -> None:
    for one in applications:
        tasks.decide_application(application_id=one.pk)


def test_a_programme_that_comes_to_another_area_decides_who_lives_there(decided: MakeFamily, pkh: Programme) -> None:
    pkh.areas.set([factories.area(TABANAN)])
    here, there = decided(), decided(JATILUWIH)
    assert overlooked.due() == []
    pkh.areas.add(factories.area("35.10.22"))
    assert overlooked.due() == [here.pk]
    decide(here, there)
    assert (answer(here).outcome, answer(here).cause) == ("eligible", "first")
    assert overlooked.due() == []


def test_a_programme_that_is_switched_on_again_decides_who_came_meanwhile(
    decided: MakeFamily, pkh: Programme, banyuwangi: Area, worker: User
) -> None:
    before = decided()
    Programme.objects.filter(pk=pkh.pk).update(is_active=False)
    meanwhile = decided()
    assert overlooked.due() == []
    Programme.objects.filter(pk=pkh.pk).update(is_active=True)
    run = runs.start_run(banyuwangi, by=worker)
    assert overlooked.due() == []  # it gets there by itself
    runs.stop_run(run, reason="uji", by=worker)
    RuleSet.objects.update(begun_at=timezone.now())
    assert overlooked.due() == [meanwhile.pk]
    decide(before, meanwhile)
    assert [answer(one).cause for one in (before, meanwhile)] == ["first", "first"]
    assert overlooked.due() == []


def test_a_version_that_has_not_begun_has_its_first_day_for_that(decided: MakeFamily, pkh: Programme) -> None:
    Programme.objects.filter(pk=pkh.pk).update(is_active=False)
    RuleSet.objects.filter(programme=pkh).update(begun_at=None)
    decided()
    Programme.objects.filter(pk=pkh.pk).update(is_active=True)
    assert overlooked.due() == []


def test_whom_a_programme_blocked_follows_when_it_goes_and_comes_back(
    decided: MakeFamily, pkh: Programme, tmp_path: Path
) -> None:
    load(tmp_path, overlaps=[BLOCKED])
    application, elsewhere = decided(), decided(JATILUWIH)
    assert [answer(one, "uji").outcome for one in (application, elsewhere)] == ["not_eligible"] * 2
    assert overlooked.due() == []
    pkh.areas.set([factories.area(TABANAN)])
    assert overlooked.due() == [application.pk]
    decide(application)
    assert (answer(application, "uji").outcome, answer(application, "uji").cause) == ("eligible", "fact:programme.pkh")
    assert overlooked.due() == []
    pkh.areas.clear()
    assert overlooked.due() == [application.pk]
    decide(application)
    assert answer(application, "uji").outcome == "not_eligible"
    Programme.objects.filter(pk=pkh.pk).update(is_active=False)
    assert overlooked.due() == [application.pk, elsewhere.pk]


def test_a_word_that_grew_too_old_decides_again_that_day(decided: MakeFamily) -> None:
    """A pregnancy counts for 270 days, and this one was said a month before the decision."""
    application = decided(citizen__pregnant=1)
    with time_machine.travel(timezone.now() + timedelta(days=240)):
        assert overlooked.due() == []
    with time_machine.travel(timezone.now() + timedelta(days=241)):
        assert overlooked.due() == [application.pk]
        decide(application)
        assert overlooked.due() == []
    new = answer(application)
    assert new.facts["citizen.pregnant"]["is_old"] is True
    assert card(new).because.startswith("Diputus lagi karena data berubah")
