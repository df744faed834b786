"""Opening an application, agreeing, and the photograph or the way around it."""

import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from enrollment import services
from enrollment.answers import ApplicantInput, Proxy
from enrollment.enums import ApplicationState, Channel, FamilyCardState, PhotoRoute, ProxyReason, Step
from enrollment.models import Application, Consent, ConsentText, Person
from enrollment.services.photos import MOST_SELFIES
from perlinsos.accounts.enums import Role
from perlinsos.core import crypto
from perlinsos.core.errors import DomainError, InputError
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.enrollment import factories as make

PONIRIN = ApplicantInput(make.PONIRIN["nik"], make.PONIRIN["name"], date(1974, 3, 15))


def test_a_citizen_gets_one_draft_however_often(sulastri) -> None:
    first, second = services.start_application(by=sulastri), services.start_application(by=sulastri)
    assert first == second
    assert first.channel == Channel.SELF
    assert first.step == Step.CONSENT
    assert first.receipt_code is None
    assert re.fullmatch(r"PSL-\d{4}-\d{6}", first.reference)
    assert first.applicant.name == "Sulastri"
    assert AuditEvent.objects.filter(action="enrollment.application.started").count() == 1


def test_references_count_up(sulastri) -> None:
    one = services.start_application(by=sulastri)
    two = services.start_application(by=make.citizen(make.PONIRIN))
    assert int(two.reference[-6:]) == int(one.reference[-6:]) + 1


def test_the_identity_provider_corrects_what_somebody_else_typed(sulastri) -> None:
    typed = Person.objects.create(
        nik=make.SULASTRI["nik"], name="Salah Ketik", sex="P", birth_date="1980-01-01", birth_year=1980
    )
    applicant = services.start_application(by=sulastri).applicant
    assert applicant.pk == typed.pk
    assert (applicant.name, applicant.birth_date, applicant.birth_year) == ("Sulastri", "1979-02-27", 1979)


def test_a_nik_that_disagrees_with_the_birth_date_warns_only(sulastri) -> None:
    odd = make.citizen({**make.PONIRIN, "birth_date": "1975-03-15"})
    assert services.start_application(by=odd).data_warnings == ["nik_birth_date_differs"]


def test_staff_and_systems_cannot_start_for_themselves(cast) -> None:
    for user in (cast.ani, cast.eko, cast.client.user):
        with pytest.raises(PermissionDenied):
            services.start_application(by=user)


def test_an_agent_gets_one_draft_per_person(cast) -> None:
    first = services.start_assisted(applicant=PONIRIN, by=cast.eko)
    assert services.start_assisted(applicant=PONIRIN, by=cast.eko) == first
    assert (first.channel, first.owner, first.assisted_by) == (Channel.AGENT, None, cast.eko)
    assert first.applicant.name == "Ponirin"
    assert Application.objects.visible_to(cast.eko).filter(pk=first.pk).exists()
    assert not Application.objects.visible_to(cast.fajar).filter(pk=first.pk).exists()


def test_only_agents_enroll_others(cast) -> None:
    for user in (cast.ani, cast.indah):
        with pytest.raises(PermissionDenied):
            services.start_assisted(applicant=PONIRIN, by=user)


@pytest.mark.parametrize(("number", "code"), [("351022150374904", "nik_length"), ("3510221503740000", "nik_serial")])
def test_an_agent_cannot_use_a_number_that_is_no_nik(cast, number: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        services.start_assisted(applicant=ApplicantInput(number, "Ponirin", date(1974, 3, 15)), by=cast.eko)
    assert refused.value.code == code


# --- consent ----------------------------------------------------------------------------------


def test_agreeing_records_every_line_once_and_asks_dukcapil(sulastri, enqueued, after_commit) -> None:
    with after_commit():
        application = services.start_application(by=sulastri)
        services.give_consent(application, by=sulastri)
        application = services.give_consent(application, by=sulastri)
    assert Consent.objects.filter(application=application).count() == ConsentText.objects.count() > 1
    assert application.family_card_state == FamilyCardState.ASKED
    assert application.step == Step.PHOTO
    assert enqueued == [("verification.fetch_family_card", {"application_id": application.pk})]


def test_a_new_wording_is_agreed_to_anew(sulastri) -> None:
    application = make.asked(sulastri)
    factories.ConsentTextFactory(source="pln", version=2)
    services.give_consent(application, by=sulastri)
    versions = application.consents.filter(text__source="pln").values_list("text__version", flat=True)
    assert sorted(versions) == [1, 2]
    assert sorted(ConsentText.objects.public().filter(source="pln").values_list("version", flat=True)) == [2]


def test_a_wording_of_tomorrow_is_not_shown_today(sulastri) -> None:
    from django.utils import timezone

    tomorrow = timezone.now() + timezone.timedelta(days=1)
    factories.ConsentTextFactory(source="pln", version=2, published_at=tomorrow)
    assert list(ConsentText.objects.public().filter(source="pln").values_list("version", flat=True)) == [1]


def test_an_agent_names_the_reason_and_the_witness(sulastri, cast) -> None:
    application = services.start_assisted(applicant=PONIRIN, by=cast.eko)
    proxy = Proxy(ProxyReason.CANNOT_READ, "Pak RT Slamet")
    services.give_consent(application, by=cast.eko, proxy=proxy)
    consent = application.consents.first()
    assert (consent.proxy_reason, consent.witness) == (ProxyReason.CANNOT_READ, "Pak RT Slamet")


def test_without_texts_nobody_can_agree(db) -> None:
    user = make.citizen()
    with pytest.raises(DomainError) as refused:
        services.give_consent(services.start_application(by=user), by=user)
    assert refused.value.code == "no_consent_texts"


def test_refusing_closes_the_draft_and_a_new_one_may_begin(sulastri) -> None:
    application = services.refuse_consent(services.start_application(by=sulastri), by=sulastri)
    assert application.state == ApplicationState.WITHDRAWN
    assert application.consents.count() == 0
    assert services.start_application(by=sulastri) != application


def test_nobody_else_agrees_or_refuses(sulastri, cast) -> None:
    application = services.start_application(by=sulastri)
    for stranger in (cast.kirana, cast.eko, cast.ani):
        for verb in (services.give_consent, services.refuse_consent, services.choose_manual_photo):
            with pytest.raises(PermissionDenied):
                verb(application, by=stranger)


# --- photograph -------------------------------------------------------------------------------


def test_a_photo_is_kept_and_compared(sulastri, enqueued, after_commit) -> None:
    application = make.asked(sulastri)
    with after_commit():
        document = services.add_selfie(application, factories.photo(), by=sulastri)
    application.refresh_from_db()
    assert application.photo_route == PhotoRoute.CAMERA
    assert application.step == Step.FAMILY
    assert ("verification.check_selfie", {"document_id": document.pk}) in enqueued


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "file_empty"), (b"%PDF-1.7 not a photo", "pdf_not_image"), (b"hello", "not_an_image")]
)
def test_what_is_no_photo_is_refused_and_nothing_moves(sulastri, data: bytes, code: str) -> None:
    application = make.asked(sulastri)
    with pytest.raises(InputError) as refused:
        services.add_selfie(application, data, by=sulastri)
    application.refresh_from_db()
    assert refused.value.code == code
    assert application.step == Step.PHOTO
    assert not application.photo_route


def test_who_cannot_be_photographed_goes_on(sulastri, enqueued, after_commit) -> None:
    application = make.asked(sulastri)
    with after_commit():
        services.choose_manual_photo(application, by=sulastri)
        application = services.choose_manual_photo(application, by=sulastri)
    assert application.photo_route == PhotoRoute.MANUAL
    assert application.step == Step.FAMILY
    assert enqueued.count(("verification.open_manual_check", {"application_id": application.pk})) == 1


def test_a_better_photo_may_come_after_sending_but_not_after_the_decision(sulastri) -> None:
    application = make.sent(sulastri)
    services.add_selfie(application, factories.photo(), by=sulastri)
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.DECIDED)
    application.refresh_from_db()
    with pytest.raises(PermissionDenied):
        services.add_selfie(application, factories.photo(), by=sulastri)


def test_after_many_photos_a_person_compares(sulastri) -> None:
    application = make.asked(sulastri)
    for _again in range(MOST_SELFIES):
        services.add_selfie(application, factories.photo(), by=sulastri)
    with pytest.raises(DomainError) as refused:
        services.add_selfie(application, factories.photo(), by=sulastri)
    assert refused.value.code == "too_many_photos"


def test_an_agent_whose_assignment_ended_can_do_nothing(sulastri, cast) -> None:
    application = services.start_assisted(applicant=PONIRIN, by=cast.eko)
    cast.eko.memberships.filter(role=Role.AGENT).update(valid_during=(date(2024, 1, 1), date(2025, 1, 1)))
    next_request = type(cast.eko).objects.get(pk=cast.eko.pk)
    with pytest.raises(PermissionDenied):
        services.give_consent(application, by=next_request)


def test_a_person_is_found_by_nik_only_with_the_key(sulastri) -> None:
    services.start_application(by=sulastri)
    index = crypto.blind_index(make.SULASTRI["nik"], kind="nik")
    assert Person.objects.get(nik_index=index).name == "Sulastri"
