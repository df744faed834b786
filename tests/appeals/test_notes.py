"""What only an officer on the spot can know: noted with its evidence, kept for ever, decided from then on."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appeals.services.notes import Note, write_note
from eligibility.models import Determination
from eligibility.services.decisions import decide_if_ready
from enrollment.models import Application
from perlinsos.accounts.services import service_account
from perlinsos.core import jobs
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.regions.models import Parameter
from tests import factories
from tests.appeals import scenario
from tests.cast import BANYUWANGI, Cast
from tests.conftest import SignIn
from tests.support.rules import load_shipped_rules
from verification.enums import Source
from verification.models import Fact, FactNote

pytestmark = pytest.mark.django_db
GONE = "ground_check.address_not_found"
EVIDENCE = "Tiga kali didatangi, rumah sudah rata."


def note(name: str = GONE, value: Any = True, evidence: str = EVIDENCE, days_ago: int = 0) -> Note:
    return Note(name, value, evidence, timezone.localdate() - timedelta(days=days_ago))


def filled(**changes: str) -> dict[str, str]:
    today = timezone.localdate()
    day = {"seen_on_day": str(today.day), "seen_on_month": str(today.month), "seen_on_year": str(today.year)}
    return {"value": "yes", "evidence": EVIDENCE, **day, **changes}


def listing(application: Application) -> str:
    return reverse("note-list", args=[application.public_id])


def page(application: Application, about: str = "address-not-found") -> str:
    return reverse("note-write", args=[application.public_id, about])


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def decided(cast: Cast) -> Application:
    """Indah's family, poor and decided under the shipped rules."""
    load_shipped_rules()
    wage = Parameter.Name.MINIMUM_WAGE
    factories.ParameterFactory(name=wage, area=factories.area(BANYUWANGI), value=2_986_447)
    return scenario.decided(cast.application, {})


def answer(application: Application, code: str = "pkh") -> Determination:
    return Determination.objects.current().get(application=application, programme__code=code)


def test_a_note_is_written_on_the_page_and_decides_again(
    client: Client, cast: Cast, sign_in: SignIn, decided: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **ids: woken.append((name, ids)))
    assert answer(decided).outcome == "eligible"
    sign_in(client, cast.ani)
    assert listing(decided) in text(client.get(reverse("case-detail", args=[decided.public_id])))
    assert page(decided) in text(client.get(listing(decided)))
    assert client.post(page(decided), filled())["Location"] == listing(decided)
    fact = Fact.objects.current().get(family=decided.family, name=GONE)
    assert (fact.value, fact.source, fact.note.evidence, fact.note.written_by) == (
        True,
        Source.GROUND_CHECK,
        EVIDENCE,
        cast.ani,
    )
    assert EVIDENCE in text(client.get(listing(decided)))
    assert ("eligibility.decide_application", {"application_id": decided.pk}) in woken
    decide_if_ready(decided.pk, by=service_account("eligibility"))
    assert (answer(decided).outcome, answer(decided).cause) == ("not_eligible", f"fact:{GONE}")
    seen = AuditEvent.objects.filter(subject_id=decided.pk, subject_type="enrollment.application")
    assert seen.filter(action="appeals.note.written", actor=cast.ani).count() == 1
    assert seen.filter(action="appeals.notes.viewed", actor=cast.ani).count() == 2
    assert "Tiga kali" not in str(list(AuditEvent.objects.values_list("data", flat=True)))


def test_a_note_is_taken_back_by_a_newer_one(cast: Cast) -> None:
    first = write_note(cast.application, note(days_ago=3), by=cast.ani)
    second = write_note(cast.application, note(value=False, evidence="Pindah ke RT 4."), by=cast.budi)
    assert second.supersedes == first
    assert Fact.objects.current().get(name=GONE).value is False
    assert [one.evidence for one in FactNote.objects.order_by("pk")] == [EVIDENCE, "Pindah ke RT 4."]
    with pytest.raises(DomainError, match="older_note"):
        write_note(cast.application, note(days_ago=1), by=cast.ani)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (note(name="pln.power_va", value=900), "not_a_note"),
        (note(value=1), "wrong_value"),
        (note(name="ground_check.mental_disorder", value=46), "wrong_value"),
        (note(days_ago=-1), "in_future"),
        (note(days_ago=400), "too_old"),
    ],
)
def test_what_makes_no_note_is_refused(cast: Cast, wrong: Note, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        write_note(cast.application, wrong, by=cast.ani)
    assert not Fact.objects.exists()


def test_nothing_is_noted_after_the_announcement(cast: Cast) -> None:
    announced = factories.ApplicationFactory(announced=True, village=cast.application.village)
    with pytest.raises(DomainError, match="already_announced"):
        write_note(announced, note(), by=cast.ani)


def test_a_note_counts_for_what_is_not_announced_yet(cast: Cast) -> None:
    family = scenario.announce(cast).others[0]
    held = answer(family)
    write_note(family, note(), by=cast.ani)
    decide_if_ready(family.pk, by=service_account("eligibility"))
    assert answer(family) == held
    assert (answer(family, "sembako").outcome, answer(family, "sembako").cause) == ("not_eligible", f"fact:{GONE}")


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        ("ani", 200, 200), ("budi", 200, 200), ("dewi", 200, 403), ("gita", 200, 403), ("oki", 403, 403),
        ("citra", 404, 404), ("hadi", 404, 404), ("eko", 404, 404), ("indah", 404, 404),
    ],
)  # fmt: skip
def test_who_reads_and_who_writes(client: Client, cast: Cast, sign_in: SignIn, who: str, read: int, write: int) -> None:
    application = cast.application
    user = sign_in(client, cast[who])
    assert (client.get(listing(application)).status_code, client.get(page(application)).status_code) == (read, write)
    if write != 200:
        assert client.post(page(application), filled()).status_code == write
        with pytest.raises(PermissionDenied):
            write_note(application, note(), by=user)
    assert not FactNote.objects.exists()


def test_an_officer_who_enrolled_the_family_notes_nothing(cast: Cast) -> None:
    mine = factories.ApplicationFactory(
        assisted=True, submitted=True, assisted_by=cast.ani, village=cast.application.village
    )
    with pytest.raises(PermissionDenied):
        write_note(mine, note(), by=cast.ani)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": ""}, "“Apakah benar demikian?” belum dipilih."),
        ({"evidence": " "}, "Apa buktinya?"),
        ({"seen_on_year": "2100"}, "Kesalahan:"),
        ({"seen_on_year": str(timezone.localdate().year - 2)}, "sudah terlalu lama"),
    ],
)
def test_bad_input_comes_back_with_everything_else(
    client: Client, cast: Cast, sign_in: SignIn, changes: dict[str, str], said: str
) -> None:
    sign_in(client, cast.ani)
    sent = filled(**changes)
    seen = client.post(page(cast.application), sent)
    assert seen.status_code == 200
    assert said in text(seen)
    if sent["evidence"].strip():
        assert EVIDENCE in text(seen)
    assert not FactNote.objects.exists()
    assert client.get(page(cast.application, "desil")).status_code == 404


def test_people_are_counted(client: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.ani)
    client.post(page(cast.application, "mental-disorder"), filled(value="2"))
    assert Fact.objects.get(name="ground_check.mental_disorder").value == 2
    assert "2 orang" in text(client.get(listing(cast.application)))


@pytest.mark.parametrize(
    "change", ["UPDATE verification_factnote SET evidence = ''", "DELETE FROM verification_factnote"]
)
def test_the_database_changes_and_removes_no_note(cast: Cast, change: str) -> None:
    write_note(cast.application, note(), by=cast.ani)
    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        connection.cursor().execute(change)
