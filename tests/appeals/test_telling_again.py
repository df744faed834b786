"""What only the family knows grows old while a case waits: it is asked in time, says it again, and is decided by it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eligibility import tasks
from eligibility.models import Programme
from eligibility.presenters import card
from eligibility.services.decisions import decide_if_ready
from enrollment.answers import HomeAnswers
from enrollment.enums import ApplicationState, Channel, Sex
from enrollment.models import Application, Member
from perlinsos.accounts.services import service_account
from perlinsos.core.errors import DomainError
from perlinsos.messages.models import OutboxMessage
from tests import factories
from tests.appeals import scenario
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import Announce, announce, answer, banyuwangi, rules
from verification.models import Fact
from verification.services.telling import tell_again

__all__ = ["announce", "banyuwangi", "rules"]
pytestmark = pytest.mark.django_db
ASKED = "Apakah ini masih benar?"


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


def test_after_the_announcement_an_objection_leads_on(decided: Application, cast: Cast, announce: Announce) -> None:  # noqa: F811
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
    if who in ("ani", "dewi", "citra", "joko", "fajar"):
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
