"""What only the family knows grows old while a case waits: it is asked in time, says it again, and is decided by it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from eligibility import tasks
from eligibility.models import Programme
from eligibility.presenters import card
from eligibility.services import asking
from eligibility.services.decisions import decide_if_ready
from enrollment.answers import HomeAnswers
from enrollment.enums import ApplicationState, Channel, Sex
from enrollment.models import Application, Member
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from perlinsos.messages.models import OutboxMessage
from tests import factories
from tests.appeals import scenario
from tests.cast import BANYUWANGI, TABANAN, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import Announce, SentTasks, answer
from tests.eligibility.test_programmes import load
from verification.models import Fact
from verification.services.telling import tell_again

pytestmark = pytest.mark.django_db
ASKED = "Apakah ini masih benar?"
PREGNANT = [
    {
        "id": "pregnant",
        "test": {"fact": "citizen.pregnant", "ge": 1},
        "legal": "Pasal 1",
        "text": {
            "id": {"rule": "Ada ibu hamil.", "known": "Tercatat {value}.", "unknown": "Belum diketahui."},
            "en": {"rule": "Somebody is pregnant.", "known": "Recorded: {value}.", "unknown": "Not known."},
        },
    }
]


@pytest.fixture
def decided(cast: Cast, rules: dict[str, Programme]) -> Application:
    """Indah's family in Kesilir: no source speaks of a pregnancy, only the family does."""
    return scenario.decided(cast.application, {"citizen.pregnant": 1})


@pytest.fixture
def mother(decided: Application) -> Member:
    born = timezone.localdate() - timedelta(days=30 * 365)
    return factories.MemberFactory(
        family=decided.family, person=factories.PersonFactory(sex=Sex.FEMALE, born=born), is_pregnant=True
    )


def said_days_ago(application: Application, days: int) -> None:
    Application.objects.filter(pk=application.pk).update(submitted_at=F("submitted_at") - timedelta(days=days))
    application.refresh_from_db()


def address(application: Application) -> str:
    return reverse("application-tell-again", args=[application.public_id])


def status(client: Client, application: Application) -> str:
    return client.get(reverse("application-status", args=[application.public_id])).content.decode()


def asked(application: Application) -> int:
    return OutboxMessage.objects.filter(subject_id=application.pk, key__startswith="tell-again:").count()


def message(application: Application) -> str:
    """What the family was told last."""
    found = OutboxMessage.objects.filter(subject_id=application.pk, key__startswith="tell-again:")
    return found.order_by("-pk")[0].body


def current(application: Application, name: str) -> Fact:
    return Fact.objects.current().get(family=application.family, name=name)


# --- asking ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "times"), [(239, 0), (240, 1)])
def test_a_family_is_asked_a_month_before_its_word_is_too_old(decided: Application, days: int, times: int) -> None:
    said_days_ago(decided, days)
    for _sweep in range(2):
        tasks.ask_families()
    assert asked(decided) == times


@pytest.mark.parametrize("state", [ApplicationState.WITHDRAWN, ApplicationState.DRAFT])
def test_a_closed_case_is_not_asked_about(decided: Application, state: str) -> None:
    said_days_ago(decided, 300)
    Application.objects.update(state=state)
    tasks.ask_families()
    assert asked(decided) == 0


def test_whoever_said_it_again_is_asked_again_in_time(decided: Application, cast: Cast) -> None:
    said_days_ago(decided, 240)
    tasks.ask_families()
    tell_again(decided, answers=HomeAnswers(power_va=900), by=cast.indah)
    tasks.ask_families()
    assert asked(decided) == 1
    with time_machine.travel(timezone.now() + timedelta(days=240)):
        tasks.ask_families()
    assert asked(decided) == 2


def test_whose_word_is_too_old_already_is_given_no_day_that_has_passed(
    decided: Application, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    """As when a waiting list ends and its case is open again. The word counts on its last day."""
    sign_in(client, cast.indah)
    said_days_ago(decided, 270)
    tasks.ask_families()
    assert f"paling lambat {date_format(timezone.localdate(), 'j F Y')}" in message(decided)
    assert "sebentar lagi terlalu lama" in status(client, decided)
    said_days_ago(decided, 1)
    tasks.ask_families()
    assert "sudah terlalu lama" in message(decided)
    assert "paling lambat" not in message(decided)
    assert "sudah terlalu lama" in status(client, decided)
    assert "sebentar lagi" not in status(client, decided).partition("Pesan untuk Anda")[0]


@pytest.mark.parametrize(
    ("days", "areas", "times"), [(59, [], 0), (60, [], 1), (60, [BANYUWANGI], 1), (60, [TABANAN], 0)]
)
def test_rules_that_want_fresher_words_have_the_family_asked_earlier(
    decided: Application, client: Client, cast: Cast, sign_in: SignIn, tmp_path: Path, days: int, areas: list[str],
    times: int,
) -> None:  # fmt: skip
    load(tmp_path, max_age_days={"citizen.pregnant": 90}, criteria=PREGNANT)
    Programme.objects.get(code="uji").areas.set([factories.area(area) for area in areas])
    said_days_ago(decided, days)
    tasks.ask_families()
    assert asked(decided) == times
    sign_in(client, cast.indah)
    assert (ASKED in status(client, decided)) == bool(times)
    if times:
        until = timezone.localdate() + timedelta(days=30)
        assert f"paling lambat {date_format(until, 'j F Y')}" in message(decided)


def test_where_words_count_for_days_only_nobody_is_asked_what_was_just_said(
    decided: Application, tmp_path: Path
) -> None:
    load(tmp_path, max_age_days={"citizen.pregnant": 21}, criteria=PREGNANT)
    said_days_ago(decided, 13)
    tasks.ask_families()
    assert asked(decided) == 0
    said_days_ago(decided, 1)
    tasks.ask_families()
    assert asked(decided) == 1


def test_the_next_families_are_looked_for_after_the_last_one(
    decided: Application, cast: Cast, monkeypatch: pytest.MonkeyPatch, sent_tasks: SentTasks
) -> None:
    other = cast.joko_application
    Application.objects.filter(pk=other.pk).update(state=ApplicationState.DECIDED)
    first, second = sorted([decided, other], key=lambda one: one.pk)
    for one in (first, second):
        said_days_ago(one, 240)
    monkeypatch.setattr(asking, "AT_ONCE", 1)
    tasks.ask_families()
    assert sent_tasks[-1] == ("eligibility.ask_families", {"after_id": first.pk})
    tasks.ask_families(after_id=second.pk)
    assert (asked(first), asked(second)) == (1, 0)
    tasks.ask_families(after_id=first.pk)
    assert (asked(first), asked(second)) == (1, 1)


@pytest.mark.parametrize("is_assisted", [False, True])
def test_the_family_is_sent_to_who_can_help_it(decided: Application, cast: Cast, is_assisted: bool) -> None:
    if is_assisted:
        Application.objects.filter(pk=decided.pk).update(assisted_by=cast.eko, channel=Channel.AGENT)
    said_days_ago(decided, 240)
    tasks.ask_families()
    assert ("agen yang mendaftarkan" in message(decided)) == is_assisted
    assert ("di halaman status" in message(decided)) != is_assisted
    assert "kantor desa" in message(decided)


def test_the_status_page_leads_to_the_questions(
    decided: Application, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    sign_in(client, cast.indah)
    assert address(decided) in status(client, decided)
    assert ASKED not in status(client, decided)
    said_days_ago(decided, 240)
    assert ASKED in status(client, decided)


# --- saying it again ------------------------------------------------------------------------------
def test_a_family_says_on_the_page_what_is_true_now(
    decided: Application, mother: Member, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    said_days_ago(decided, 240)
    sign_in(client, cast.indah)
    shown = client.get(address(decided)).content.decode()
    assert mother.person.name in shown
    assert f'name="pregnant_{mother.pk}" ' in shown
    sent: dict[str, Any] = {"power_va": "900"}  # nobody is pregnant any more
    assert client.post(address(decided), sent).status_code == 302
    fact = current(decided, "citizen.pregnant")
    assert (fact.value, fact.as_of, fact.supersedes.value) == (0, timezone.localdate(), 1)
    assert current(decided, "citizen.power_va").value == 900
    decide_if_ready(decided.pk, by=service_account("eligibility"))
    new = answer(decided)
    assert (new.cause, new.facts["citizen.pregnant"]["value"]) == ("fact:citizen.pregnant", 0)
    assert card(new).because == "Diputus lagi karena data berubah: Ibu hamil atau nifas."
    assert ASKED not in status(client, decided)
    count = Fact.objects.count()
    client.post(address(decided), sent)
    assert Fact.objects.count() == count


def test_bad_input_comes_back_with_what_was_filled_in(
    decided: Application, mother: Member, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    sign_in(client, cast.indah)
    shown = client.post(address(decided), {f"disability_{mother.pk}": "on"})
    assert shown.status_code == 200
    assert "Kesalahan:" in shown.content.decode()
    assert shown.context["form"][f"disability_{mother.pk}"].value() is True


def test_after_the_announcement_an_objection_leads_on(decided: Application, cast: Cast, announce: Announce) -> None:
    announce("pkh")
    tell_again(decided, answers=HomeAnswers(), by=cast.indah)  # Sembako may still be decided anew
    announce("sembako")
    with pytest.raises(DomainError, match="already_announced"):
        tell_again(decided, answers=HomeAnswers(), by=cast.indah)


@pytest.mark.parametrize(
    ("who", "status_code"),
    [("oki", 200), ("ani", 403), ("dewi", 403), ("citra", 404), ("joko", 404), ("eko", 404), ("fajar", 404)],
)
def test_who_may_say_it(
    decided: Application, client: Client, cast: Cast, sign_in: SignIn, who: str, status_code: int
) -> None:
    user = sign_in(client, cast[who])
    assert client.get(address(decided)).status_code == status_code
    if who != "oki":
        with pytest.raises(PermissionDenied):
            tell_again(decided, answers=HomeAnswers(), by=user)


def test_an_agent_says_it_for_a_family_without_a_phone(
    decided: Application, client: Client, cast: Cast, sign_in: SignIn
) -> None:
    Application.objects.filter(pk=decided.pk).update(assisted_by=cast.eko, owner=None, channel=Channel.AGENT)
    said_days_ago(decided, 240)
    sign_in(client, cast.eko)
    assert "Tanyakan lagi ke keluarga" in client.get(reverse("agent-home")).content.decode()
    assert client.post(address(decided), {"power_va": "900"}).status_code == 302
    assert current(decided, "citizen.power_va").value == 900


def test_the_list_of_an_agent_asks_the_same_as_the_message(
    decided: Application, client: Client, cast: Cast, sign_in: SignIn, announce: Announce
) -> None:
    """Announced in one programme and open in another: the family is asked, and its agent reads so."""
    Application.objects.filter(pk=decided.pk).update(assisted_by=cast.eko, owner=None, channel=Channel.AGENT)
    said_days_ago(decided, 240)
    sign_in(client, cast.eko)
    for code, is_asked in (("pkh", True), ("sembako", False)):
        announce(code)
        home = client.get(reverse("agent-home")).content.decode()
        assert ("Tanyakan lagi ke keluarga" in home) == is_asked
        assert (address(decided) in status(client, decided)) == is_asked
