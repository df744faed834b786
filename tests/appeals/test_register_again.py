"""A family whose registration is over registers again: by itself, with an agent, after an officer's help."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agents.services import begin_visit, finish_visit
from appeals.models import ObjectionWindow
from appeals.services import windows
from eligibility.enums import Placement
from eligibility.models import RankedEntry
from eligibility.services import leaving, places
from enrollment import services
from enrollment.answers import (
    ApplicantInput,
)
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from tests import factories
from tests.appeals import scenario
from tests.cast import Cast
from tests.conftest import SignIn
from tests.support import again
from tests.support.again import fresh, over, refusal, register_again

pytestmark = pytest.mark.django_db
SAVEPOINT = 2  # opened and released around every request
BUTTON = "Daftar lagi"


def page(client: Client, application: Application) -> str:
    return client.get(f"/status/{application.public_id}/").content.decode()


def make_final() -> None:
    """The time to object runs out, and the worker makes the results final."""
    ObjectionWindow.objects.update(closes_at=timezone.now())
    windows.close_windows(by=service_account("appeals"))


@pytest.fixture
def indah(cast: Cast) -> User:
    """Her registration is over; the regency takes part."""
    over(cast.application)
    again.served()
    return cast.indah


# --- the family itself ----------------------------------------------------------------------------
def test_a_refused_family_walks_from_its_result_to_a_new_receipt(cast: Cast, client: Client, sign_in: SignIn) -> None:
    scenario.announce(cast)
    again.served()
    old = cast.application
    sign_in(client, cast.indah)
    assert BUTTON not in page(client, old)
    assert "belum tetap" in client.get("/daftar/lagi/").content.decode()
    make_final()
    assert BUTTON in page(client, old)
    shown = client.get("/daftar/lagi/").content.decode()
    assert old.reference in shown
    assert "Program Sembako" in shown  # its result is not announced yet and ends
    assert client.post("/daftar/lagi/")["Location"] == "/daftar/persetujuan/"
    assert client.get("/daftar/")["Location"] == "/daftar/persetujuan/"
    assert fresh(old).state == ApplicationState.ANNOUNCED  # looking and beginning end nothing

    draft = again.answer(Application.objects.drafts().get(), old.family, by=cast.indah)
    assert old.reference in client.get("/daftar/periksa/").content.decode()
    assert client.post("/daftar/periksa/", {"is_true": "on"})["Location"] == "/daftar/selesai/"
    assert client.post("/daftar/periksa/", {"is_true": "on"})["Location"] == "/daftar/"
    draft.refresh_from_db()
    assert (draft.state, draft.family) == (ApplicationState.SUBMITTED, old.family)
    ended = fresh(old)
    assert (ended.state, ended.is_closed) == (ApplicationState.WITHDRAWN, True)
    event = AuditEvent.objects.get(action="enrollment.application.withdrawn", subject_id=old.pk)
    assert (event.actor, event.data["reason"]) == (cast.indah, "registered_again")
    assert old.reference in OutboxMessage.objects.filter(subject_id=draft.pk).first().body


def test_the_earlier_case_stays_readable_with_its_reasons(cast: Cast, client: Client, sign_in: SignIn) -> None:
    scenario.announce(cast)
    again.served()
    make_final()
    new = register_again(cast.application, by=cast.indah)
    sign_in(client, cast.indah)
    old_page, new_page = page(client, cast.application), page(client, new)
    for expected in ("Pendaftaran ini sudah selesai", "2.200 VA", new.reference):
        assert expected in old_page, expected
    assert "Data ini keliru" not in old_page
    assert f"Pendaftaran sebelumnya {cast.application.reference}" in new_page
    sign_in(client, cast.ani)
    case = client.get(f"/petugas/kasus/{cast.application.public_id}/").content.decode()
    assert "2.200 VA" in case
    assert new.reference in case


def test_two_tabs_get_one_draft(indah: User) -> None:
    assert services.start_again(by=indah) == services.start_again(by=indah)


def test_the_database_knows_one_in_force_and_one_draft(cast: Cast, indah: User) -> None:
    services.start_again(by=indah)
    with pytest.raises(IntegrityError, match="one_draft_per_owner"), transaction.atomic():
        factories.ApplicationFactory(owner=indah)
    with pytest.raises(IntegrityError, match="one_in_force_per_owner"), transaction.atomic():
        factories.ApplicationFactory(submitted=True, owner=indah, family=factories.FamilyFactory())
    with pytest.raises(IntegrityError, match="one_in_force_per_family"), transaction.atomic():
        factories.ApplicationFactory(submitted=True, family=cast.application.family)
    with pytest.raises(IntegrityError, match="closed_after_its_result"), transaction.atomic():
        Application.objects.filter(pk=cast.application.pk).update(closed_at=timezone.now())


def test_a_form_that_is_never_sent_costs_nothing(cast: Cast, indah: User) -> None:
    draft = services.start_again(by=indah)
    services.refuse_consent(draft, by=indah)
    assert fresh(cast.application).state == ApplicationState.ANNOUNCED
    assert services.start_application(by=indah) == cast.application


# --- what still goes on ---------------------------------------------------------------------------
def test_a_family_that_receives_need_not(cast: Cast) -> None:
    one = factories.participation(cast.application)
    assert refusal(lambda: services.start_again(by=cast.indah)) == "receives"
    leaving.step_back(one, statement="Kami berhenti.", reason="", by=cast.indah)
    assert refusal(lambda: services.start_again(by=cast.indah)) == "may_return"


def test_a_pending_objection_is_answered_first(cast: Cast) -> None:
    one = scenario.announce(cast)
    factories.AppealFactory(
        application=cast.application, window=one.window, determination=one.wrong_meter, fact=one.fact
    )
    assert refusal(lambda: services.start_again(by=cast.indah)) == "objection"


@pytest.mark.parametrize("state", ["submitted", "matching", "decided"])
def test_what_is_worked_on_is_not_over(cast: Cast, state: str) -> None:
    Application.objects.filter(pk=cast.application.pk).update(state=state)
    assert refusal(lambda: services.start_again(by=cast.indah)) == "under_way"


def test_who_got_a_place_meanwhile_keeps_it(cast: Cast) -> None:
    """The number on the waiting list came up while the family filled in the form."""
    place = over(cast.application, Placement.WAITING, position=1)
    again.served()
    draft = again.answer(services.start_again(by=cast.indah), cast.application.family, by=cast.indah)
    RankedEntry.objects.filter(pk=place.pk).update(told_at=timezone.now())
    place.ranking.batch.rankings.update(is_current=False)
    factories.RankedEntryFactory(
        ranking=factories.RankingFactory(batch=place.ranking.batch, number=2, places=1000),
        entry=place.entry,
        determination=place.determination,
    )
    assert refusal(lambda: services.submit_application(draft, by=cast.indah)) == "has_place"
    assert fresh(draft).is_draft
    assert fresh(cast.application).state == ApplicationState.ANNOUNCED


def test_a_number_on_the_waiting_list_ends_and_the_family_was_told(cast: Cast, client: Client, sign_in: SignIn) -> None:
    place = over(cast.application, Placement.WAITING, position=1)
    behind = over(cast.joko_application, Placement.WAITING, position=2)
    again.served()
    sign_in(client, cast.indah)
    assert "nomor 1 di daftar tunggu" in client.get("/daftar/lagi/").content.decode()
    register_again(cast.application, by=cast.indah)
    quota = place.entry.batch.quota
    type(quota).objects.filter(pk=quota.pk).update(places=1)
    places.fill_free_places(quota.pk, by=service_account("eligibility"))
    holds = RankedEntry.objects.current().get(ranking__batch=place.entry.batch)
    assert (holds.entry, holds.placement) == (behind.entry, Placement.FUNDED)


def test_a_place_that_came_is_found_although_a_form_was_begun(cast: Cast, client: Client, sign_in: SignIn) -> None:
    place = over(cast.application, Placement.WAITING, position=1)
    again.served()
    again.answer(services.start_again(by=cast.indah), cast.application.family, by=cast.indah)
    status = f"/status/{cast.application.public_id}/"
    sign_in(client, cast.indah)
    assert client.get("/daftar/")["Location"] == "/daftar/periksa/"
    for shown in ("/daftar/periksa/", "/data-saya/"):  # the number on the list is never out of reach
        assert status in client.get(shown).content.decode(), shown
    RankedEntry.objects.filter(pk=place.pk).update(told_at=timezone.now())
    place.ranking.batch.rankings.update(is_current=False)
    factories.RankedEntryFactory(
        ranking=factories.RankingFactory(batch=place.ranking.batch, number=2, places=1000),
        entry=place.entry,
        determination=place.determination,
    )
    assert client.get("/daftar/")["Location"] == status


# --- who may, and who may not ---------------------------------------------------------------------
@pytest.mark.parametrize("who", ["kirana", "joko", "ani", "citra", "eko", "gita", "dewi"])
def test_nobody_else_ends_the_registration_of_a_family_that_signs_in(cast: Cast, indah: User, who: str) -> None:
    with pytest.raises(PermissionDenied):
        services.close_application(cast.application, reason="x", by=cast[who])
    assert fresh(cast.application).state == ApplicationState.ANNOUNCED


def test_a_stranger_who_types_the_family_gets_nowhere(cast: Cast, indah: User) -> None:
    stranger = services.start_application(by=factories.UserFactory())
    by = stranger.owner
    code = refusal(lambda: again.answer(stranger, cast.application.family, by=by))
    assert code == "already_registered"
    assert fresh(cast.application).state == ApplicationState.ANNOUNCED


def told_of(application: Application) -> ApplicantInput:
    person = application.applicant
    return ApplicantInput(nik=person.nik, name=person.name, birth_date=person.born)


def test_an_agent_registers_a_family_without_sign_in_again(cast: Cast, client: Client, sign_in: SignIn) -> None:
    old = cast.eko_application
    over(old, Placement.WAITING, position=1)
    again.served()
    sign_in(client, cast.eko)
    assert "Daftarkan lagi keluarga ini" in page(client, old)
    begun = client.post(f"/agen/keluarga/{old.public_id}/lagi/")["Location"]
    assert client.post(f"/agen/keluarga/{old.public_id}/lagi/")["Location"] == begun
    consent = client.get(begun).content.decode()
    assert old.reference in consent
    assert "nomor 1 di daftar tunggu" in consent
    draft = Application.objects.drafts().get()
    again.answer(draft, old.family, by=cast.eko)
    new = finish_visit(draft, by=cast.eko)
    assert (new.state, new.family, fresh(old).is_closed) == (ApplicationState.SUBMITTED, old.family, True)


def test_another_agent_of_the_village_may_an_agent_elsewhere_may_not(cast: Cast) -> None:
    old = cast.eko_application
    over(old)
    again.served()
    assert refusal(lambda: begin_visit(told_of(old), by=cast.fajar)) == "already_registered"
    colleague = factories.staff("Wati", "agent", old.village_id)
    draft = begin_visit(told_of(old), by=colleague)
    again.answer(draft, old.family, by=colleague)
    finish_visit(draft, by=colleague)
    assert fresh(old).is_closed


def test_an_agent_sends_a_family_with_sign_in_to_its_own_door(cast: Cast, indah: User) -> None:
    for agent, words in ((cast.eko, "IKD"), (cast.fajar, "Tidak perlu mendaftar lagi")):
        with pytest.raises(DomainError) as caught:
            begin_visit(told_of(cast.application), by=agent)
        assert caught.value.code == "already_registered"
        assert words in str(caught.value.message)


def test_who_applied_with_an_agent_may_sign_in_and_go_on_alone(cast: Cast) -> None:
    old = cast.eko_application
    over(old)
    again.served()
    citizen = factories.UserFactory(identity__nik=old.applicant.nik)
    draft = again.answer(services.start_application(by=citizen), old.family, by=citizen)
    services.submit_application(draft, by=citizen)
    assert fresh(old).is_closed


# --- an officer -----------------------------------------------------------------------------------
def test_an_officer_ends_it_for_a_family_that_cannot_sign_in(cast: Cast, client: Client, sign_in: SignIn) -> None:
    old = cast.eko_application
    over(old)
    address = f"/petugas/kasus/{old.public_id}/tutup/"
    sign_in(client, cast.ani)
    assert address in client.get(f"/petugas/kasus/{old.public_id}/").content.decode()
    assert "Alasan" in client.post(address, {"reason": ""}).content.decode()
    assert not fresh(old).is_closed
    assert client.post(address, {"reason": "keluarga pindah desa"}).status_code == 302
    assert fresh(old).is_closed
    assert "keluarga pindah desa" in OutboxMessage.objects.filter(subject_id=old.pk).first().body
    assert client.post(address, {"reason": "dua kali"}).status_code == 302
    assert OutboxMessage.objects.filter(subject_id=old.pk).count() == 1
    shown = client.get(address).content.decode()
    assert "Keluarga membaca:" in shown  # what follows says “you” to the family, not to the officer
    assert "sudah ditutup" in shown
    assert begin_visit(told_of(old), by=cast.eko).is_draft


@pytest.mark.parametrize(("who", "status"), [("citra", 404), ("gita", 403), ("oki", 403), ("dewi", 403)])
def test_other_staff_do_not(cast: Cast, client: Client, sign_in: SignIn, who: str, status: int) -> None:
    over(cast.eko_application)
    sign_in(client, cast[who])
    address = f"/petugas/kasus/{cast.eko_application.public_id}/tutup/"
    assert client.post(address, {"reason": "x"}).status_code == status
    assert not fresh(cast.eko_application).is_closed


def test_the_family_of_somebody_who_died_is_helped(cast: Cast, indah: User) -> None:
    person = cast.application.applicant
    person.deceased_on = timezone.localdate() - timedelta(days=3)
    person.save(update_fields=["deceased_on"])
    assert services.close_application(cast.application, reason="pendaftar meninggal", by=cast.ani).is_closed


# --- cost -----------------------------------------------------------------------------------------
def test_the_status_page_of_a_family_with_two_registrations_costs_six_queries(
    cast: Cast, client: Client, sign_in: SignIn, indah: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    new = register_again(cast.application, by=indah)
    over(new)
    sign_in(client, indah)
    for application, words in ((new, BUTTON), (cast.application, "Pendaftaran ini sudah selesai")):
        page(client, application)
        with django_assert_num_queries(6 + SAVEPOINT):
            assert words in page(client, application)


def test_the_page_before_registering_again_costs_few_queries(
    cast: Cast, client: Client, sign_in: SignIn, indah: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, user, the registration, waiting lists, results to come, what was received."""
    sign_in(client, indah)
    client.get("/daftar/lagi/")
    with django_assert_num_queries(6 + SAVEPOINT):
        client.get("/daftar/lagi/")
