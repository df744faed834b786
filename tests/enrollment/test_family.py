"""The family of an application: from its card, by hand, and when somebody was there before."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from enrollment import services
from enrollment.answers import ApplicantInput, FamilyAnswers, HomeAnswers
from enrollment.cards import CardData, CardMember
from enrollment.enums import FamilyCardState, Step
from enrollment.models import Application, Family, FamilyCardNumber, Member, Person
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from tests.enrollment import factories as make

CONFIRM = FamilyAnswers()


def line(who: dict[str, str], relation: str, **changes: object) -> CardMember:
    known = {**who, "birth_date": date.fromisoformat(who["birth_date"]), "relation": relation}
    return CardMember(**{**known, **changes})


def typed(*members: CardMember, kk_number: str | None = None) -> FamilyAnswers:
    return FamilyAnswers(typed=CardData(members=members, kk_number=kk_number), village_code=make.KESILIR)


def relations(application: Application) -> dict[str, str]:
    return {member.person.name: member.relation for member in application.family.members.current()}


def refusal(code: str) -> pytest.RaisesExc:
    return pytest.raises(DomainError, match=f"^{code}$")


def test_the_card_becomes_the_family(sulastri) -> None:
    application = services.confirm_family(make.with_card(sulastri), answers=CONFIRM, by=sulastri)
    assert relations(application) == {"Sulastri": "kepala", "Rizki Maulana": "anak", "Intan Permatasari": "anak"}
    assert application.village_id == application.family.village_id == make.KESILIR
    assert (application.family.rt, application.family.rw) == ("004", "002")
    assert FamilyCardNumber.objects.get(family=application.family).number == "3510220907169002"
    assert application.step == Step.HOME
    assert application.data_warnings == []


def test_confirming_again_changes_nothing(sulastri) -> None:
    first = make.with_family(sulastri)
    again = services.confirm_family(first, answers=FamilyAnswers(correction="RT keliru"), by=sulastri)
    assert again.family == first.family
    assert again.family_correction == "RT keliru"
    assert Member.objects.count() == Person.objects.count() == 3
    assert Family.objects.count() == FamilyCardNumber.objects.count() == 1


def test_warnings_of_the_card_are_kept_with_the_case(sulastri) -> None:
    died = {**make.PONIRIN, "relation": "suami", "alive": False, "deceased_on": "2024-05-01"}
    card = make.card(members=[{**make.SULASTRI, "relation": "kepala"}, {**make.RIZKI, "relation": "kepala"}, died])
    application = make.with_family(sulastri, card)
    assert application.data_warnings == ["deceased_member", "two_heads"]
    assert relations(application) == {"Sulastri": "kepala", "Rizki Maulana": "lainnya", "Ponirin": "suami"}
    living = [member.person.name for member in application.family.members.living()]
    assert "Ponirin" not in living
    assert Person.objects.get(deceased_on=date(2024, 5, 1)).name == "Ponirin"


def test_a_death_without_a_date_is_dated_by_the_card(sulastri) -> None:
    died = {**make.PONIRIN, "relation": "suami", "alive": False}
    make.with_family(sulastri, make.card(members=[{**make.SULASTRI, "relation": "kepala"}, died]))
    assert Person.objects.filter(deceased_on=make.AS_OF).count() == 1


def test_who_left_the_card_leaves_the_family_and_the_head_may_change(sulastri) -> None:
    application = make.with_family(sulastri)
    newer = make.card(members=[{**make.RIZKI, "relation": "kepala"}, {**make.SULASTRI, "relation": "orang_tua"}],
                      head_nik=make.RIZKI["nik"])  # fmt: skip
    make.receive(application, newer)
    application = services.confirm_family(application, answers=CONFIRM, by=sulastri)
    assert relations(application) == {"Rizki Maulana": "kepala", "Sulastri": "orang_tua"}
    assert Member.objects.filter(left_on__isnull=False).count() == 1


def test_a_new_member_reopens_the_questions_about_home(sulastri) -> None:
    application = services.answer_home(make.with_family(sulastri), answers=HomeAnswers(), by=sulastri)
    assert application.step == Step.CONTACT
    bigger = make.card(members=[{**make.SULASTRI, "relation": "kepala"}, {**make.PONIRIN, "relation": "suami"}])
    make.receive(application, bigger)
    application = services.confirm_family(application, answers=CONFIRM, by=sulastri)
    assert application.step == Step.HOME


def test_a_new_kk_number_keeps_the_family_and_its_history(sulastri) -> None:
    application = make.with_family(sulastri)
    make.receive(application, make.card(kk_number="3510220101269003"))
    services.confirm_family(application, answers=CONFIRM, by=sulastri)
    numbers = FamilyCardNumber.objects.filter(family=application.family).order_by("pk")
    assert [(row.number, row.ended_on is None) for row in numbers] == [
        ("3510220907169002", False),
        ("3510220101269003", True),
    ]


# --- village ----------------------------------------------------------------------------------


def test_a_card_without_a_village_needs_one(sulastri) -> None:
    application = make.with_card(sulastri, make.card(village_code=None))
    with refusal("village_unknown"):
        services.confirm_family(application, answers=CONFIRM, by=sulastri)
    application = services.choose_village(application, village_code=make.LATENG, by=sulastri)
    application = services.confirm_family(application, answers=CONFIRM, by=sulastri)
    assert application.family.village_id == make.LATENG


def test_a_village_outside_the_programme_is_refused_and_the_draft_stays(sulastri) -> None:
    application = make.with_card(sulastri, make.card(village_code=make.UNSERVED))
    with refusal("village_not_served"):
        services.confirm_family(application, answers=CONFIRM, by=sulastri)
    with refusal("village_not_served"):
        services.choose_village(application, village_code="99.99.99.9999", by=sulastri)
    application.refresh_from_db()
    assert (application.state, application.family) == ("draft", None)


def test_who_moved_names_the_village_and_an_officer_sees_it(sulastri) -> None:
    application = make.with_card(sulastri, make.card(village_code=make.UNSERVED))
    services.choose_village(application, village_code=make.LATENG, by=sulastri)
    application = services.confirm_family(application, answers=CONFIRM, by=sulastri)
    assert "village_differs" in application.data_warnings


def test_an_agent_enrolls_only_in_an_assigned_village(sulastri, cast) -> None:
    from tests.enrollment.test_starting import PONIRIN

    application = services.start_assisted(applicant=PONIRIN, by=cast.eko)
    with refusal("village_not_assigned"):
        services.choose_village(application, village_code=make.LATENG, by=cast.eko)
    assert services.choose_village(application, village_code=make.KESILIR, by=cast.eko).village_id == make.KESILIR


# --- somebody was there before ----------------------------------------------------------------


def test_a_family_registers_once_and_learns_nothing_about_who_did(sulastri) -> None:
    make.with_family(sulastri)
    husband = make.citizen(make.PONIRIN)
    lines = [{**make.SULASTRI, "relation": "kepala"}, {**make.PONIRIN, "relation": "suami"}]
    with refusal("already_registered") as refused:
        make.with_family(husband, make.card(members=lines))
    assert "Sulastri" not in str(refused.value.message)
    assert Application.objects.get(owner=husband).family is None


def test_a_member_of_another_open_family_is_refused_also_without_the_same_number(sulastri) -> None:
    make.sent(sulastri)
    lines = [{**make.PONIRIN, "relation": "kepala"}, {**make.INTAN, "relation": "anak"}]
    with refusal("already_registered"):
        make.with_family(make.citizen(make.PONIRIN), make.card(members=lines, kk_number="3510220101269004"))


def test_a_draft_that_was_left_gives_way_and_keeps_its_answers(sulastri) -> None:
    left = make.ready(sulastri)
    lines = [{**make.SULASTRI, "relation": "kepala"}, {**make.PONIRIN, "relation": "suami"}]
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        taken = make.with_family(make.citizen(make.PONIRIN), make.card(members=lines))
    left.refresh_from_db()
    assert taken.family is not None
    assert (left.family, left.step, left.is_draft) == (None, Step.FAMILY, True)
    assert left.bank_account.number == "002101000123456"
    assert AuditEvent.objects.filter(action="enrollment.draft.gave_way", subject_id=str(left.pk)).exists()


def test_what_was_begun_at_home_does_not_lock_the_same_person_out_at_the_agent(sulastri, cast) -> None:
    begun = make.with_family(sulastri)
    who = ApplicantInput(make.SULASTRI["nik"], "Sulastri", date(1979, 2, 27))
    assisted = services.start_assisted(applicant=who, by=cast.eko)
    assisted = services.confirm_family(make.receive(assisted, make.card()), answers=CONFIRM, by=cast.eko)
    begun.refresh_from_db()
    assert (begun.family, assisted.family is not None) == (None, True)


def test_what_was_sent_never_gives_way(sulastri, cast) -> None:
    make.sent(sulastri)
    who = ApplicantInput(make.SULASTRI["nik"], "Sulastri", date(1979, 2, 27))
    assisted = make.receive(services.start_assisted(applicant=who, by=cast.eko), make.card())
    with time_machine.travel(timezone.now() + timedelta(days=30)), refusal("already_registered"):
        services.confirm_family(assisted, answers=CONFIRM, by=cast.eko)


def test_after_a_withdrawal_the_family_may_register_again(sulastri) -> None:
    first = make.with_family(sulastri)
    services.refuse_consent(first, by=sulastri)
    second = make.with_family(sulastri)
    assert second.family == first.family
    assert Family.objects.count() == 1


def test_a_child_who_moved_to_another_family_leaves_the_old_one(sulastri) -> None:
    old = make.with_family(sulastri)
    services.refuse_consent(old, by=sulastri)
    lines = [{**make.PONIRIN, "relation": "kepala"}, {**make.INTAN, "relation": "anak"}]
    new = make.with_family(make.citizen(make.PONIRIN), make.card(members=lines, kk_number="3510220101269004"))
    assert relations(new) == {"Ponirin": "kepala", "Intan Permatasari": "anak"}
    assert "Intan Permatasari" not in relations(old)


# --- by hand ----------------------------------------------------------------------------------


def test_a_family_typed_by_hand_goes_on_with_a_warning(sulastri) -> None:
    application = make.receive(make.asked(sulastri), None, FamilyCardState.UNAVAILABLE)
    answers = typed(line(make.SULASTRI, "kepala"), line(make.RIZKI, "anak", nik=None))
    application = services.confirm_family(application, answers=answers, by=sulastri)
    assert relations(application) == {"Sulastri": "kepala", "Rizki Maulana": "anak"}
    assert application.data_warnings == ["card_unavailable", "kk_number_unknown", "member_without_nik"]
    services.confirm_family(application, answers=answers, by=sulastri)
    assert Person.objects.count() == 2


def test_twins_without_a_nik_stay_two(sulastri) -> None:
    application = make.receive(make.asked(sulastri), None, FamilyCardState.NOT_FOUND)
    twin = line(make.RIZKI, "anak", nik=None)
    for _again in range(2):
        application = services.confirm_family(
            application, answers=typed(line(make.SULASTRI, "kepala"), twin, twin), by=sulastri
        )
        assert application.family.members.current().count() == 3


def test_typing_a_strangers_nik_shows_and_changes_nothing(sulastri) -> None:
    stranger = services.start_application(by=make.citizen(make.PONIRIN)).applicant
    application = make.receive(make.asked(sulastri), None, FamilyCardState.NOT_FOUND)
    guess = line({**make.PONIRIN, "name": "Siapa Ini"}, "suami")
    application = services.confirm_family(application, answers=typed(line(make.SULASTRI, "kepala"), guess), by=sulastri)
    assert relations(application) == {"Sulastri": "kepala", "Siapa Ini": "suami"}
    assert "nik_held_by_other" in application.data_warnings
    stranger.refresh_from_db()
    assert stranger.name == "Ponirin"
    assert not stranger.memberships.exists()


def test_without_card_and_without_members_there_is_no_family(sulastri) -> None:
    application = services.choose_village(make.asked(sulastri), village_code=make.KESILIR, by=sulastri)
    with refusal("family_unknown"):
        services.confirm_family(application, answers=CONFIRM, by=sulastri)


def test_a_half_typed_family_is_kept(sulastri) -> None:
    application = make.receive(make.asked(sulastri), None, FamilyCardState.NOT_FOUND)
    half = CardData(members=(line(make.SULASTRI, "istri"),))
    application = services.keep_typed_family(application, typed=half, by=sulastri)
    application = services.choose_village(application, village_code=make.KESILIR, by=sulastri)
    application = services.confirm_family(application, answers=CONFIRM, by=sulastri)
    assert relations(application) == {"Sulastri": "kepala"}


# --- the register answers -----------------------------------------------------------------------


def test_only_the_system_records_a_card(sulastri, cast) -> None:
    application = make.asked(sulastri)
    for somebody in (sulastri, cast.ani):
        with pytest.raises(PermissionDenied):
            services.record_family_card(
                application, state=FamilyCardState.RECEIVED, card=make.card(), as_of=make.AS_OF, by=somebody
            )


def test_a_late_failure_never_hides_a_card(sulastri) -> None:
    application = make.with_card(sulastri)
    application = make.receive(application, None, FamilyCardState.UNAVAILABLE)
    assert application.family_card_state == FamilyCardState.RECEIVED
    assert application.data_warnings == []


def test_a_late_card_completes_what_was_typed_and_points_at_differences(sulastri) -> None:
    application = make.receive(make.asked(sulastri), None, FamilyCardState.UNAVAILABLE)
    services.confirm_family(application, answers=typed(line(make.SULASTRI, "kepala")), by=sulastri)
    application = make.receive(application, make.card())
    assert application.data_warnings == ["family_differs_from_card"]
    assert relations(application) == {"Sulastri": "kepala"}
    assert application.family.card_numbers.get().number == "3510220907169002"


def test_recording_twice_keeps_one_card(sulastri) -> None:
    application = make.with_card(sulastri)
    make.receive(application, make.card(rt="009"))
    application.refresh_from_db()
    assert "009" in application.family_card.content
    assert service_account("verification").pk
