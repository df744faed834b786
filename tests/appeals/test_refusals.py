"""What an appeal refuses, and that a refusal leaves nothing half done."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from appeals.models import Appeal, Evidence
from appeals.services.lodging import Objection, lodge_appeal
from appeals.services.reviewing import Observation, record_ground_check, request_ground_check, take_up
from appeals.services.ruling import rule_appeal
from perlinsos.core.errors import DomainError, InputError
from tests import factories
from tests.appeals import scenario
from tests.cast import KESILIR
from verification.models import Fact

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(cast):
    return scenario.announce(cast)


@pytest.fixture
def appeal(cast, announced):
    return lodge_appeal(announced.wrong_meter, announced.fact, Objection(claimed_value=900), by=cast.indah)


@pytest.fixture
def lilis(announced):
    return scenario.third_officer()


def refusal(call):
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.code


def test_before_the_announcement_there_is_nothing_to_object_to(cast):
    fact = factories.FactFactory(family=cast.application.family)
    determination = factories.DeterminationFactory(
        application=cast.application, facts={fact.name: {"id": fact.pk, "value": fact.value}}
    )
    assert refusal(lambda: lodge_appeal(determination, fact, Objection(900), by=cast.indah)) == "window_not_open"


def test_after_the_last_day_the_message_names_it(cast, announced):
    announced.window.closes_at = timezone.now() - timedelta(minutes=1)
    announced.window.opens_at = announced.window.closes_at - timedelta(days=30)
    announced.window.save()
    with pytest.raises(DomainError) as refused:
        lodge_appeal(announced.wrong_meter, announced.fact, Objection(900), by=cast.indah)
    assert refused.value.code == "window_closed"
    assert str(timezone.localdate().year) in str(refused.value.message)


def test_a_fact_the_decision_did_not_use_cannot_be_contested(cast, announced):
    stranger = factories.FactFactory(family=cast.application.family, name="citizen.power_va", value=900)
    assert refusal(lambda: lodge_appeal(announced.wrong_meter, stranger, Objection(450), by=cast.indah)) == (
        "fact_not_used"
    )


def test_claiming_what_the_data_says_is_no_objection(cast, announced):
    assert (
        refusal(lambda: lodge_appeal(announced.wrong_meter, announced.fact, Objection(2200), by=cast.indah))
        == "same_value"
    )


def test_the_same_fact_is_contested_once_at_a_time(cast, announced, appeal):
    again = lambda: lodge_appeal(announced.wrong_meter, announced.fact, Objection(450), by=cast.indah)  # noqa: E731 - two words said twice
    assert refusal(again) == "already_pending"
    assert Appeal.objects.count() == 1


def test_a_bad_picture_leaves_no_appeal_behind(cast, announced):
    objection = Objection(900, photos=(b"%PDF-1.7 not a picture",))
    with pytest.raises(InputError):
        lodge_appeal(announced.wrong_meter, announced.fact, objection, by=cast.indah)
    assert not Appeal.objects.exists()
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("who", ["joko", "kirana", "fajar", "citra", "gita"])
def test_strangers_cannot_object_for_the_family(cast, announced, who):
    with pytest.raises(PermissionDenied):
        lodge_appeal(announced.wrong_meter, announced.fact, Objection(900), by=cast[who])


@pytest.mark.parametrize("who", ["ani", "budi", "citra", "gita", "eko", "indah"])
def test_only_an_officer_of_the_area_who_did_not_decide_takes_an_appeal_up(cast, appeal, who):
    with pytest.raises(PermissionDenied):
        take_up(appeal, by=cast[who])


def test_two_officers_cannot_take_up_the_same_appeal(cast, appeal, lilis):
    take_up(Appeal.objects.get(), by=lilis)
    assert refusal(lambda: take_up(appeal, by=cast.dewi)) == "stale"


def test_a_correction_rests_on_a_visit(cast, appeal, lilis):
    appeal = take_up(appeal, by=lilis)
    assert refusal(lambda: rule_appeal(appeal, is_upheld=True, reason="Ya", by=lilis)) == "visit_first"


@pytest.mark.parametrize("who", ["fajar", "citra", "gita", "indah", "ani"])
def test_only_people_of_the_village_record_a_visit(cast, appeal, lilis, who):
    check = request_ground_check(take_up(appeal, by=lilis), by=lilis)
    with pytest.raises(PermissionDenied):
        record_ground_check(check, Observation(900, factories.photo()), by=cast[who])


def test_whoever_asked_for_the_visit_does_not_make_it(cast, appeal):
    both = factories.staff("Dewa", "verifier", "35.10")
    factories.MembershipFactory(user=both, role="agent", area_code=KESILIR)
    check = request_ground_check(take_up(appeal, by=both), by=both)
    with pytest.raises(PermissionDenied):
        record_ground_check(check, Observation(900, factories.photo()), by=both)


def test_whoever_made_the_visit_does_not_rule(cast, appeal, lilis):
    check = request_ground_check(take_up(appeal, by=lilis), by=lilis)
    record_ground_check(check, Observation(900, factories.photo()), by=cast.dewi)
    appeal.refresh_from_db()
    with pytest.raises(PermissionDenied):
        rule_appeal(appeal, is_upheld=True, reason="Ya", by=cast.dewi)


def test_a_visit_that_saw_the_same_value_corrects_nothing(cast, appeal, lilis):
    check = request_ground_check(take_up(appeal, by=lilis), by=lilis)
    record_ground_check(check, Observation(2200, factories.photo()), by=cast.eko)
    appeal.refresh_from_db()
    assert refusal(lambda: rule_appeal(appeal, is_upheld=True, reason="Ya", by=lilis)) == "nothing_to_correct"
    assert Fact.objects.current().get(family=appeal.application.family, name="pln.power_va").value == 2200


def test_a_visit_is_recorded_once(cast, appeal, lilis):
    check = request_ground_check(take_up(appeal, by=lilis), by=lilis)
    record_ground_check(check, Observation(900, factories.photo()), by=cast.eko)
    again = lambda: record_ground_check(check, Observation(450, factories.photo()), by=cast.eko)  # noqa: E731 - two words said twice
    assert refusal(again) in {"stale", "bad_transition"}
