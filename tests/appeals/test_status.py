"""The status page: everything a family wants to know, in few questions to the database."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from appeals.models import Appeal, ObjectionWindow
from eligibility.models import Determination, Programme
from eligibility.services import recertifications
from eligibility.services.decisions import decide_application
from enrollment.models import Application
from perlinsos.accounts.services import service_account
from perlinsos.core.templatetags.portal import tanggal
from perlinsos.messages.enums import LetterState
from perlinsos.messages.models import Letter
from perlinsos.messages.services import tell
from tests import factories
from tests.appeals import scenario
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import complete_family
from verification.models import SourceRequest

pytestmark = pytest.mark.django_db
SAVEPOINT = 2  # opened and released around every request


def page(client: Client, application: Application) -> str:
    return client.get(f"/status/{application.public_id}/").content.decode()


def test_an_announced_family_that_may_still_be_decided_elsewhere_costs_six_queries(
    cast: Cast, client: Client, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, user, application with letters and messages, decisions, objections, places with their windows."""
    scenario.announce(cast)
    application = cast.application
    tell(application, key="news", title="Kabar", body="Isi kabar", address="")
    letter = Letter.objects.create(
        code="ABCD-2345", state=LetterState.ISSUED, kind="ruling", subject_type="enrollment.application",
        subject_id=application.pk, masked_name="I***h", status_text="Layak", content="{}",
        file=factories.DocumentFactory().file,
    )  # fmt: skip
    sign_in(client, application.owner)
    page(client, application)
    with django_assert_num_queries(6 + SAVEPOINT):
        shown = page(client, application)
    for expected in ("Program Keluarga Harapan", "Program Sembako", "Isi kabar", letter.code, "Data ini keliru"):
        assert expected in shown


def test_a_waiting_family_costs_six_queries(
    client: Client, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    application = factories.ApplicationFactory(submitted=True)
    sign_in(client, application.owner)
    page(client, application)
    with django_assert_num_queries(6 + SAVEPOINT):
        page(client, application)


def test_a_family_that_receives_objected_and_is_looked_at_costs_six_queries(
    cast: Cast, client: Client, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Payments, records of duties, the look and the objections come along in the same questions."""
    one = factories.participation(cast.application)
    for _child in range(2):
        factories.DutyRecordFactory(member=factories.PupilFactory(family=cast.application.family), recorded_by=cast.eko)
    window = factories.ObjectionWindowFactory(batch=one.entry.batch)
    factories.AppealFactory(application=cast.application, window=window, determination=one.determination)
    recertifications.look_again(one, by=cast.ani)
    tell(cast.application, key="news", title="Kabar", body="Isi kabar", address="")
    sign_in(client, cast.indah)
    page(client, cast.application)
    with django_assert_num_queries(6 + SAVEPOINT):
        shown = page(client, cast.application)
    for expected in ("petugas memeriksa data Anda lagi", "Rp2.600.000", "Isi kabar", "Sanggahan"):
        assert expected in shown, expected


def test_an_announced_result_says_so_before_the_time_to_object_begins(
    cast: Cast, client: Client, sign_in: SignIn
) -> None:
    """The window is opened by the worker a moment later; until then nothing may say the result is still to come."""
    factories.participation(cast.application)  # its batch has no window
    sign_in(client, cast.indah)
    shown = page(client, cast.application)
    assert "begitu masa sanggah dimulai" in shown
    assert "Belum" not in shown.partition("Hasil diumumkan")[2].partition("</li>")[0]


def test_each_programme_has_its_own_time_to_object(cast: Cast, client: Client, sign_in: SignIn) -> None:
    """PKH comes first and is over; Sembako is not, and nothing may say so of it."""
    pkh = scenario.announce(cast)
    sembako = scenario.announce_also(cast, Programme.objects.get(code="sembako"))
    past = {"opens_at": timezone.now() - timedelta(days=31), "closes_at": timezone.now() - timedelta(hours=1)}
    ObjectionWindow.objects.filter(pk=pkh.window.pk).update(**past)
    pkh.window.refresh_from_db()
    sign_in(client, cast.indah)
    shown = page(client, cast.application)
    over, still = tanggal(pkh.window.last_day), tanggal(sembako.last_day)
    assert f"Masa sanggah berakhir {over}" in said(shown, "Program Keluarga Harapan")
    assert f"Batasnya {still}" in said(shown, "Program Sembako")
    assert "Hari terakhir menyanggah: Program Sembako" in shown
    assert "Data ini keliru" in card(shown, "sembako")
    assert "Data ini keliru" not in card(shown, "pkh")


def test_with_one_time_to_object_no_programme_is_named(cast: Cast, client: Client, sign_in: SignIn) -> None:
    announced = scenario.announce(cast)
    scenario.announce_also(cast, Programme.objects.get(code="sembako"))
    sign_in(client, cast.indah)
    shown = page(client, cast.application)
    assert shown.count(f"Batasnya {tanggal(announced.window.last_day)}") == 1
    assert "Hasil diumumkan:" not in shown


def test_what_decides_place_and_sum_is_on_the_page_and_can_be_contested(
    cast: Cast, client: Client, sign_in: SignIn
) -> None:
    """The size of the family is in no condition of Sembako; it gives points all the same."""
    pkh = scenario.announce(cast)
    scenario.announce_also(cast, Programme.objects.get(code="sembako"))
    application = pkh.others[0]
    answer = Determination.objects.current().get(application=application, programme__code="sembako")
    sign_in(client, application.owner)
    sembako = " ".join(card(page(client, application), "sembako").split())
    assert f"<strong>{answer.need_score:,}</strong>".replace(",", ".") in sembako
    url = reverse("appeal-new", args=[answer.public_id, "dukcapil.family_size"])
    assert url in sembako
    assert client.post(url, {"claimed_value": 6, "explanation": ""}).status_code == 302
    appeal = Appeal.objects.get()
    assert (appeal.fact.name, appeal.claimed_value) == ("dukcapil.family_size", 6)
    assert url not in page(client, application)


def test_the_page_says_who_is_silent_and_when_data_came(cast: Cast, client: Client, sign_in: SignIn) -> None:
    scenario.announce(cast)
    sign_in(client, cast.indah)
    assert f"diterima {tanggal(timezone.localdate())}" in page(client, cast.application)
    silent = complete_family(dtsen__decile=None)
    SourceRequest.objects.filter(application=silent, source="dtsen").update(state="not_found")
    decide_application(silent, by=service_account("eligibility"))
    sign_in(client, silent.owner)
    assert "DTSEN tidak punya data keluarga ini." in page(client, silent)


def card(shown: str, code: str) -> str:
    return shown.partition(f'id="decision-{code}"')[2].partition("</section>")[0]


def said(shown: str, programme: str) -> str:
    """What is said below “Is the data wrong?” about one programme."""
    lines = " ".join(shown.partition("Data itu salah?")[2].partition("</div>")[0].split())
    return lines.partition(f"{programme}:")[2].partition("</p>")[0]
