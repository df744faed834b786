"""A family that receives is looked at again: fresh data, an answer beside the one that holds, and a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from eligibility import tasks
from eligibility.models import Participation, Recertification
from eligibility.models.recertifications import WAIT
from eligibility.services import decisions, leaving, participations, recertifications
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.templatetags.portal import rupiah
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily, SentTasks, answer
from tests.eligibility.test_decided_again import supersede
from tests.eligibility.test_participations import told
from tests.factories.receiving import receives
from verification.enums import RequestState
from verification.models import SourceRequest

SAVEPOINT = 2


@pytest.fixture
def one(decided: MakeFamily) -> Participation:
    """Receives PKH for a small child and a pupil, by data that was fresh."""
    application = decided()
    return receives(application, answer(application))


@pytest.fixture
def later(one: Participation) -> Iterator[None]:
    """Two years on, when no fact is believed any more."""
    with time_machine.travel(timezone.now() + timedelta(days=730)):
        yield


def looked(one: Participation, by: User, **facts: int) -> Recertification:
    """Begun, the facts that came in, and answered."""
    look = recertifications.look_again(one, by=by)
    for name in answer(one.application).facts:
        if "." in name and not name.startswith("programme"):
            new = facts.get(name.replace(".", "__"), answer(one.application).facts[name]["value"])
            supersede(one.application, name, new)
    SourceRequest.objects.filter(application=one.application).update(state=RequestState.ANSWERED)
    tasks.answer_recertification(recertification_id=look.pk)
    look.refresh_from_db()
    return look


def test_sources_whose_facts_are_too_old_are_asked_and_waited_for(
    one: Participation, later: None, cast: Cast, sent_tasks: SentTasks
) -> None:
    look = recertifications.look_again(one, by=cast.ani)
    assert {"pln", "dtsen", "dukcapil", "samsat"} <= set(look.sources)
    due = SourceRequest.objects.filter(application=one.application, state=RequestState.DUE)
    assert set(due.values_list("source", flat=True)) == set(look.sources)
    tasks.answer_recertification(recertification_id=look.pk)
    look.refresh_from_db()
    assert look.state == "asked"
    assert told(one)[-1] == "Data Anda sedang diperiksa lagi"
    due.update(state=RequestState.ANSWERED)
    sent_tasks.clear()
    tasks.sweep_participations()
    assert ("eligibility.answer_recertification", {"recertification_id": look.pk}) in sent_tasks


def test_fresh_facts_ask_nobody(one: Participation, cast: Cast) -> None:
    look = recertifications.look_again(one, by=cast.ani)
    assert look.sources == []
    tasks.answer_recertification(recertification_id=look.pk)
    tasks.answer_recertification(recertification_id=look.pk)
    look.refresh_from_db()
    assert (look.state, look.outcome, look.compared_with) == ("answered", "eligible", answer(one.application))
    one = participations.recertify(one, by=cast.ani)
    look.refresh_from_db()
    assert (look.state, look.determination) == ("confirmed", None)  # the same answer is not written twice
    assert told(one)[-1] == "Data Anda sudah diperiksa lagi"


def test_a_source_that_stays_silent_makes_nothing_a_no(one: Participation, later: None, cast: Cast) -> None:
    look = recertifications.look_again(one, by=cast.ani)
    with time_machine.travel(timezone.now() + WAIT):
        tasks.answer_recertification(recertification_id=look.pk)
        look.refresh_from_db()
        assert (look.state, look.outcome) == ("answered", "undecided")
        held = answer(one.application)
        one = participations.recertify(one, by=cast.ani)
    assert (answer(one.application), one.determination) == (held, held)


def test_nothing_changes_before_somebody_confirms(one: Participation, later: None, cast: Cast) -> None:
    held = answer(one.application)
    look = looked(one, cast.ani, dapodik__pupils_sd=2)
    assert (look.state, look.outcome, look.takes_money) == ("answered", "eligible", False)
    assert (answer(one.application), look.amount_per_year > held.amount_per_year) == (held, True)
    one = participations.recertify(one, by=cast.ani)
    new = answer(one.application)
    assert (new.supersedes, new.amount_per_year, new.cause) == (
        held,
        look.amount_per_year,
        f"recertification:{look.pk}",
    )
    assert (one.determination, one.checked_on) == (new, timezone.localdate())
    assert "Keputusan untuk keluarga Anda berubah" in told(one)


def test_a_smaller_sum_needs_another_officer(one: Participation, later: None, cast: Cast) -> None:
    look = looked(one, cast.ani, dapodik__pupils_sd=0)
    assert (look.outcome, look.takes_money) == ("eligible", True)
    with pytest.raises(DomainError, match="same_officer"):
        participations.recertify(one, by=cast.ani)
    participations.recertify(one, by=cast.budi)
    assert answer(one.application).amount_per_year == look.amount_per_year
    with pytest.raises(IntegrityError, match="recertification_that_takes_money_needs_two"):
        Recertification.objects.filter(pk=look.pk).update(confirmed_by=cast.ani)


def test_an_answer_against_the_family_ends_nothing_by_itself(one: Participation, later: None, cast: Cast) -> None:
    held = answer(one.application)
    look = looked(one, cast.ani, pln__power_va=2200)
    assert look.outcome == "not_eligible"
    with pytest.raises(DomainError, match="not_funded"):
        participations.recertify(one, by=cast.budi)
    participations.look_after(one.pk, by=User.objects.get(email__startswith="eligibility"))
    one.refresh_from_db()
    assert (one.is_running, answer(one.application)) == (True, held)
    leaving.propose_end(one, reason="removed", note="daya 2.200 VA", by=cast.ani)
    with pytest.raises(DomainError, match="same_officer"):
        leaving.agree_to_end(one, by=cast.ani)
    assert leaving.agree_to_end(one, by=cast.budi).state == "removed"


def test_without_a_look_nothing_is_confirmed_and_a_newer_look_replaces_the_first(
    one: Participation, cast: Cast
) -> None:
    with pytest.raises(DomainError, match="look_first"):
        participations.recertify(one, by=cast.ani)
    first, second = (recertifications.look_again(one, by=cast.ani) for _number in range(2))
    first.refresh_from_db()
    assert (first.state, second.state) == ("dropped", "asked")


def test_a_decision_made_meanwhile_is_looked_at_first(one: Participation, cast: Cast, worker: User) -> None:
    looked(one, cast.ani, dapodik__pupils_sd=2)
    supersede(one.application, "dapodik.pupils_smp", 1)
    held = answer(one.application)
    decisions.redecide(one.application, held.programme, rule_set=held.rule_set, cause="appeal:1", by=worker)
    with pytest.raises(DomainError, match="stale"):
        participations.recertify(one, by=cast.ani)
    assert answer(one.application).cause == "appeal:1"


def test_officers_compare_and_the_family_reads_the_course(
    one: Participation, cast: Cast, client: Client, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    held = answer(one.application)
    look = looked(one, cast.ani, dapodik__pupils_sd=2)
    case = reverse("participation-case", args=[one.public_id])
    status = reverse("application-status", args=[one.application.public_id])
    sign_in(client, cast.ani)
    shown = client.get(case).content.decode()
    for expected in (rupiah(held.amount_per_year), rupiah(look.amount_per_year), "1 orang → 2 orang"):
        assert expected in shown, expected
    family = Client()
    sign_in(family, one.application.owner)
    assert "petugas memeriksa data Anda lagi" in family.get(status).content.decode()
    client.post(reverse("participation-recertify", args=[one.public_id]))
    with django_assert_num_queries(6 + SAVEPOINT):
        page = family.get(status).content.decode()
    assert "Data Anda sudah diperiksa lagi pada" in page
    assert "Diputus lagi karena petugas memeriksa data Anda lagi." in page
    assert f"Sampai keputusan sebelumnya jumlahnya {rupiah(held.amount_per_year)}." in page
