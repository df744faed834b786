"""Deciding an application: reasons, idempotency, correction, replay, and who is told what."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from eligibility import queue, tasks
from eligibility.documents import document_of
from eligibility.models import Determination
from eligibility.services import decisions
from enrollment.enums import ApplicationState, PhoneOwner
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Parameter
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.eligibility.conftest import Announce, MakeFamily, answer, complete_family
from tests.eligibility.test_decided_again import supersede
from verification.enums import CheckState, RequestState, Source
from verification.models import Fact
from verification.services.facts import supersede_fact


def told(application: Application) -> list[str]:
    rows = OutboxMessage.objects.filter(subject_type="enrollment.application", subject_id=application.pk)
    return [row.body for row in rows.order_by("pk")]


def test_a_complete_application_is_decided_for_every_programme(make_family: MakeFamily, worker: User) -> None:
    application = make_family()
    made = decisions.decide_application(application, by=worker)
    application.refresh_from_db()
    assert application.state == ApplicationState.DECIDED
    assert application.decided_at is not None
    assert {row.programme.code: (row.outcome, row.amount_per_year) for row in made} == {
        "pkh": ("eligible", 3_900_000),
        "sembako": ("eligible", 2_400_000),
    }
    assert {row.cause for row in made} == {"first"}
    assert AuditEvent.objects.filter(action="eligibility.determination.made", actor=worker).count() == 2


def test_the_trace_has_a_row_per_criterion_with_its_fact(make_family: MakeFamily, worker: User) -> None:
    application = make_family(pln__power_va=2200)
    decisions.decide_application(application, by=worker)
    found = answer(application)
    assert found.outcome == "not_eligible"
    assert len(found.trace) == found.criteria_count == len(document_of(found.rule_set).criteria)
    row = next(row for row in found.trace if row["criterion"] == "power")
    fact = Fact.objects.get(family=application.family, name="pln.power_va")
    assert row["fact_id"] == fact.pk
    assert row["text_id"] == "Daya listrik rumah tercatat 2.200 VA. Batasnya 1.300 VA."
    assert (row["value"], row["limit"], row["unit"], row["source"]) == (2200, 1300, "VA", "pln")
    assert row["as_of"] == fact.as_of.isoformat()
    assert found.facts["pln.power_va"] == {
        "id": fact.pk, "value": 2200, "source": "pln", "as_of": fact.as_of.isoformat(),
    }  # fmt: skip
    assert found.parameters == {"minimum_wage": 2_810_139}


def test_only_facts_the_rules_ask_are_kept_with_a_decision(make_family: MakeFamily, worker: User) -> None:
    application = make_family(citizen__power_va=900)
    decisions.decide_application(application, by=worker)
    assert "citizen.power_va" not in answer(application).facts
    assert "dapodik.pupils_sd" not in answer(application, "sembako").facts


def test_deciding_twice_changes_nothing(make_family: MakeFamily, worker: User) -> None:
    application = make_family()
    decisions.decide_application(application, by=worker)
    assert decisions.decide_application(application, by=worker) == []
    assert Determination.objects.count() == 2
    assert len(told(application)) == 1


def test_a_decision_takes_a_bounded_number_of_queries(
    make_family: MakeFamily, worker: User, django_assert_max_num_queries: Any
) -> None:
    """Decision at most 5 s after the last source: pure computing on few queries, whatever the family."""
    application = make_family()
    with django_assert_max_num_queries(29):
        decisions.decide_application(application, by=worker)
    with django_assert_max_num_queries(11):
        decisions.decide_application(application, by=worker)


def test_a_missing_fact_leaves_it_undecided_and_a_later_one_decides(make_family: MakeFamily, worker: User) -> None:
    application = make_family(dtsen__decile=None)
    decisions.decide_application(application, by=worker)
    first = answer(application)
    assert (first.outcome, first.amount_per_year) == ("undecided", 0)
    factories.FactFactory(family=application.family, name="dtsen.decile", value=2, unit="decile")
    (second, _sembako) = decisions.decide_application(application, by=worker, cause="fact:dtsen.decile")
    assert (second.outcome, second.supersedes, second.cause) == ("eligible", first, "fact:dtsen.decile")
    assert len(told(application)) == 2


def test_without_the_minimum_wage_of_the_region_nobody_is_refused(make_family: MakeFamily, worker: User) -> None:
    Parameter.objects.filter(area_id=BANYUWANGI).delete()
    application = make_family(bpjs_tk__highest_wage=9_000_000)
    decisions.decide_application(application, by=worker)
    assert answer(application).outcome == "undecided"


def test_the_nearest_area_sets_the_parameter(make_family: MakeFamily, worker: User) -> None:
    factories.ParameterFactory(area=None, name="power_limit_va", value=2200)
    factories.ParameterFactory(area=factories.area(BANYUWANGI), name="power_limit_va", value=450)
    here, elsewhere = make_family(), make_family("51.02.08.2013")
    for application in (here, elsewhere):
        decisions.decide_application(application, by=worker)
    assert answer(here).outcome == "not_eligible"
    assert answer(elsewhere).outcome == "eligible"


@pytest.mark.parametrize(("state", "code"), [(RequestState.DUE, "not_ready"), (RequestState.PARKED, "not_ready")])
def test_an_open_source_is_waited_for(make_family: MakeFamily, worker: User, state: str, code: str) -> None:
    application = make_family()
    application.source_requests.filter(source=Source.PLN).update(state=state)
    with pytest.raises(DomainError) as caught:
        decisions.decide_application(application, by=worker)
    assert caught.value.code == code
    assert decisions.decide_if_ready(application.pk, by=worker) == []


def test_a_face_that_is_not_settled_is_waited_for(make_family: MakeFamily, worker: User) -> None:
    application = make_family()
    application.face_checks.update(state=CheckState.REVIEW)
    assert decisions.decide_if_ready(application.pk, by=worker) == []
    assert queue.due() == []


def test_an_announced_programme_is_changed_by_appeal_only_and_the_others_follow(
    decided: MakeFamily, announce: Announce, worker: User
) -> None:
    application = decided(pln__power_va=2200)
    held = answer(application)
    announce("pkh")
    supersede(application, "pln.power_va", 900)
    (made,) = decisions.decide_application(application, by=worker)
    assert (made.programme.code, made.outcome, answer(application)) == ("sembako", "eligible", held)
    announce("sembako")
    supersede(application, "pln.power_va", 1300)
    assert decisions.decide_application(application, by=worker) == []
    application.refresh_from_db()
    assert application.state == ApplicationState.ANNOUNCED


@pytest.mark.parametrize("state", [ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN])
def test_before_the_data_is_asked_for_and_once_withdrawn_nothing_is_decided(
    make_family: MakeFamily, worker: User, state: ApplicationState
) -> None:
    application = make_family()
    Application.objects.filter(pk=application.pk).update(state=state)
    with pytest.raises(DomainError, match="bad_state"):
        decisions.decide_application(application, by=worker)


def test_without_rules_in_force_the_case_waits(db: None, worker: User) -> None:
    application = complete_family()
    with pytest.raises(DomainError) as caught:
        decisions.decide_application(application, by=worker)
    assert caught.value.code == "no_rules"
    assert decisions.decide_if_ready(application.pk, by=worker) == []
    application.refresh_from_db()
    assert application.state == ApplicationState.MATCHING


def test_the_task_decides_and_may_run_twice(make_family: MakeFamily) -> None:
    application = make_family()
    tasks.decide_application(application_id=application.pk)
    tasks.decide_application(application_id=application.pk)
    assert Determination.objects.count() == 2
    tasks.decide_application(application_id=0)


def test_the_sweep_finds_what_no_message_woke(
    make_family: MakeFamily, sent_tasks: list[tuple[str, dict[str, int]]]
) -> None:
    application, waiting = make_family(), make_family()
    waiting.source_requests.filter(source=Source.PLN).update(state=RequestState.DUE)
    tasks.sweep_decisions()
    assert sent_tasks == [("eligibility.decide_application", {"application_id": application.pk})]
    tasks.decide_application(application_id=application.pk)
    assert queue.due() == []


# --- corrections ----------------------------------------------------------------------------------
def corrected(application: Application, value: int, *, by: User) -> Determination:
    """As a ruling does: the contested fact is superseded, the programme decided again under its rules."""
    old = answer(application)
    fact = Fact.objects.get(pk=old.facts["pln.power_va"]["id"])
    supersede_fact(fact, value=value, source=Source.GROUND_CHECK, as_of=fact.as_of, by=by)
    return decisions.redecide(application, old.programme, rule_set=old.rule_set, cause="appeal:1", by=by)


def test_a_corrected_fact_is_decided_again_under_the_same_rules(decided: MakeFamily, worker: User) -> None:
    application = decided(pln__power_va=2200)
    old = answer(application)
    new = corrected(application, 900, by=worker)
    assert (new.outcome, new.rule_set, new.supersedes, new.cause) == ("eligible", old.rule_set, old, "appeal:1")
    assert new.trace[3]["source"] == Source.GROUND_CHECK
    old.refresh_from_db()
    assert old.outcome == "not_eligible"
    assert old.facts["pln.power_va"]["value"] == 2200
    assert "memenuhi syarat" in told(application)[-1]


def test_a_correction_is_weighed_with_the_parameters_of_its_decision(decided: MakeFamily, worker: User) -> None:
    application = decided(pln__power_va=2200, bpjs_tk__highest_wage=2_500_000)
    Parameter.objects.filter(area_id=BANYUWANGI).update(value=1_000_000)
    assert corrected(application, 900, by=worker).outcome == "eligible"


def test_a_parameter_that_was_missing_is_taken_from_today(rules: object, worker: User) -> None:
    Parameter.objects.filter(area_id=BANYUWANGI).delete()
    application = complete_family(pln__power_va=1300)
    decisions.decide_application(application, by=worker)
    assert answer(application).outcome == "undecided"
    factories.ParameterFactory(area=factories.area(BANYUWANGI), name=Parameter.Name.MINIMUM_WAGE, value=2_810_139)
    assert corrected(application, 900, by=worker).outcome == "eligible"


def test_deciding_again_without_a_change_is_the_same_decision(decided: MakeFamily, worker: User) -> None:
    application = decided()
    old = answer(application)
    same = decisions.redecide(application, old.programme, rule_set=old.rule_set, cause="appeal:1", by=worker)
    assert same == old
    assert Determination.objects.count() == 2


def test_every_decision_replays_also_after_it_was_superseded(decided: MakeFamily, worker: User) -> None:
    application = decided(pln__power_va=2200)
    corrected(application, 900, by=worker)
    Parameter.objects.all().delete()
    history = list(Determination.objects.select_related("rule_set"))
    assert len(history) == 3
    assert all(decisions.replay(row) for row in history)


@pytest.mark.parametrize(
    "tampered", [{"outcome": "not_eligible"}, {"amount_per_year": 1}, {"need_score": 1}, {"parameters": {}}]
)
def test_a_decision_that_was_tampered_with_does_not_replay(decided: MakeFamily, tampered: dict[str, object]) -> None:
    found = answer(decided())
    for name, value in tampered.items():
        setattr(found, name, value)
    assert not decisions.replay(found)


# --- who is told ----------------------------------------------------------------------------------
def test_the_family_is_told_at_once_and_money_only_after_the_announcement(
    make_family: MakeFamily, worker: User
) -> None:
    application = make_family(dtsen__decile=5, samsat__cars=0)
    decisions.decide_application(application, by=worker)
    assert told(application) == [
        "Program Keluarga Harapan: belum bisa, 1 syarat belum terpenuhi. Program Sembako: keluarga Anda memenuhi "
        "syarat. Uang baru diberikan setelah pengumuman resmi. Alasannya ada di halaman status Anda."
    ]


def test_a_neighbours_phone_learns_nothing(make_family: MakeFamily, worker: User) -> None:
    application = make_family()
    application.phone, application.phone_owner = "081200000001", PhoneOwner.NEIGHBOUR
    application.save(update_fields=["phone", "phone_owner"])
    decisions.decide_application(application, by=worker)
    assert len(told(application)) == 2
    assert all("PKH" not in body and "Sembako" not in body and "Harapan" not in body for body in told(application))


def test_who_may_decide(make_family: MakeFamily, cast: Cast, worker: User) -> None:
    application = make_family()
    for name in ("dewi", "gita", "hadi", "eko", "citra", "indah"):
        with pytest.raises(PermissionDenied):
            decisions.decide_application(application, by=cast[name])
    with pytest.raises(PermissionDenied):
        decisions.decide_application(application, by=cast.client.user)
    assert decisions.decide_application(application, by=cast.budi)
    old = answer(application)
    for name in ("gita", "citra", "eko"):
        with pytest.raises(PermissionDenied):
            decisions.redecide(application, old.programme, rule_set=old.rule_set, cause="x", by=cast[name])
    assert decisions.redecide(application, old.programme, rule_set=old.rule_set, cause="x", by=cast.dewi) == old
