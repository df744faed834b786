"""Whom the face check serves worse: arithmetic, the page, alarms told once."""

import base64
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from enrollment.devices import phone_class
from enrollment.models import Application
from perlinsos.accounts.services import service_account
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from perlinsos.messages.names import mask_name
from tests import factories
from tests.cast import JATILUWIH, KESILIR
from tests.support import faces as photographs
from tests.support.sandbox_process import Sandbox
from tests.verification.rogue import Rogue
from tests.verification.test_face_checks import applicant, compared
from verification import tasks
from verification.enums import CheckState, FaceOutcome
from verification.fairness import Rate, age_band, is_worse, light_band
from verification.fairness_counts import counted
from verification.models import FaceCheck, FairnessAlarm
from verification.readiness import identity_of
from verification.services.faces import Finding, record_finding

PAGE = "/petugas/wajah/keadilan/"


# --- arithmetic -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (81, 263, 0.255, 0.366), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_that_of_wilson(hits: int, n: int, low: float, high: float) -> None:
    """0/10 to 10/10 by hand; 81 of 263 is the example of Newcombe (1998), table I."""
    assert Rate(hits, n).interval == pytest.approx((low, high), abs=0.001)


@pytest.mark.parametrize(
    ("rate", "base", "worse"),
    [
        (Rate(30, 100), Rate(60, 1000), True),
        (Rate(9, 29), Rate(60, 1000), False),  # too few people
        (Rate(100, 1000), Rate(60, 1000), False),  # 4 points: real, and too little to alarm
        (Rate(12, 100), Rate(6, 100), False),  # could be chance
        (Rate(6, 100), Rate(300, 1000), False),  # better is no alarm
        (Rate(100, 100), Rate(0, 100), True),
        (Rate(0, 100), Rate(0, 100), False),
    ],
)
def test_what_counts_as_a_drift(rate: Rate, base: Rate, worse: bool) -> None:
    assert is_worse(rate, base) == worse


def test_bands_meet_without_a_gap() -> None:
    assert [age_band(age) for age in (17, 18, 39, 40, 59, 60, 74, 75, 104)] == [
        "under_18", "18_39", "18_39", "40_59", "40_59", "60_74", "60_74", "75_up", "75_up",
    ]  # fmt: skip
    assert [light_band(grey) for grey in (None, 0, 69, 70, 170, 171)] == [
        "unknown", "dark", "dark", "normal", "normal", "bright",
    ]  # fmt: skip


CHROME = (
    "Mozilla/5.0 (Linux; Android {}; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (CHROME.format(10, 128), "android"),
        (CHROME.format(10, 88), "android_old"),
        (CHROME.format(8, 128), "android_old"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1", "ios"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/128.0.0.0 Safari/537.36", "desktop"),
        ("", "unknown"),
        ("curl/8.5 <script>", "unknown"),
    ],
)
def test_a_browser_is_one_of_six_classes(said: str, known: str) -> None:
    assert phone_class(said) == known


# --- what is kept -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_of_the_photo_keeps_the_class_and_not_the_browser(client: Client, sign_in: Any) -> None:
    application = factories.ApplicationFactory(step="photo")
    sign_in(client, application.owner)
    client.get("/daftar/foto/", headers={"user-agent": CHROME.format(7, 60)})
    application.refresh_from_db()
    assert application.photo_device == "android_old"
    held = Application.objects.filter(pk=application.pk).values().get()
    assert not [name for name, value in held.items() if "Chrome" in str(value)]


@pytest.mark.django_db
def test_a_random_sample_of_accepted_faces_goes_to_officers(
    client: Client, cast: Any, sign_in: Any, settings: Any
) -> None:
    settings.FACE_SAMPLE_PERCENT = 100
    check = FaceCheck.objects.take(factories.FaceCheckFactory(application=cast.application).pk)
    finding = Finding(FaceOutcome.ACCEPT, reference=factories.photo(), light=93.4)
    record_finding(check, finding, by=service_account("verification"))
    check.refresh_from_db()
    assert (check.light, identity_of(cast.application)) == (93, "verified")
    sample = FaceCheck.objects.get(recheck_of=check)
    address = f"/petugas/wajah/{sample.public_id}/"
    for who, part, state in (("ani", "", CheckState.REVIEW), ("budi", "?jenis=kedua", CheckState.REJECTED)):
        sign_in(client, cast[who])
        assert address in client.get(f"/petugas/wajah/{part}").content.decode()
        assert "Mesin sudah menerima" not in client.get(address).content.decode()
        assert "Mesin sudah menerima" in client.post(address, {"reason": "other_face"}, follow=True).content.decode()
        client.post(address, {"reason": "other_face", "is_final": "on"})
        sample.refresh_from_db()
        assert sample.state == state
    assert identity_of(cast.application) == "pending"  # two officers: somebody meets the person
    met = FaceCheck.objects.latest_first().first()
    FaceCheck.objects.filter(pk=met.pk).update(state=CheckState.CONFIRMED, settled_by=cast.ani)
    outcomes = {row["outcome"]: row["people"] for row in counted(Q(), since=timezone.now() - timedelta(days=1))}
    assert outcomes == {"wrong": 1, "sample_wrong": 1}  # being met afterwards hides no error of the machine


@pytest.mark.django_db
def test_before_the_answer_nothing_tells_what_the_machine_thinks(
    client: Client, cast: Any, sign_in: Any, settings: Any
) -> None:
    """A face the machine accepted, one it doubted and one it doubts again are the same page in the same list."""
    settings.FACE_SAMPLE_PERCENT = 100
    accepted = FaceCheck.objects.take(factories.FaceCheckFactory(application=cast.application).pk)
    record_finding(
        accepted, Finding(FaceOutcome.ACCEPT, reference=factories.photo()), by=service_account("verification")
    )
    reference = factories.StoredFileFactory()
    doubted = factories.FaceCheckFactory(
        application=cast.joko_application, review=True, reason="mismatch", reference=reference
    )
    by_hand = factories.FaceCheckFactory(
        application=cast.eko_application, state=CheckState.CONFIRMED, settled_by=cast.budi
    )
    again = factories.FaceCheckFactory(
        application=cast.eko_application, review=True, reason="mismatch", reference=reference, recheck_of=by_hand
    )
    sign_in(client, cast.ani)
    listed = client.get("/petugas/wajah/").content.decode()
    shown = []
    for check in (FaceCheck.objects.get(recheck_of=accepted), doubted, again):
        application = check.application
        page = client.get(f"/petugas/wajah/{check.public_id}/").content.decode()
        row = next(row for row in re.findall("<tr.*?</tr>", listed, re.DOTALL) if str(check.public_id) in row)
        case = reverse("case-detail", args=[application.public_id])
        assert case not in page  # the case says whether the face was accepted
        chosen = client.post(f"/petugas/wajah/{check.public_id}/", {"reason": "face_fits"}, follow=True)
        assert case in chosen.content.decode()
        shown.append(alike(page, check) + alike(row, check))
    for other in shown[1:]:
        different = set(other) ^ set(shown[0])
        assert different == set()
    assert "contoh" not in listed
    assert "ulang" not in listed


def alike(page: str, check: FaceCheck) -> list[str]:
    """The lines of a page without what differs between any two people."""
    application = check.application
    page = page.replace(mask_name(application.applicant.name), "NAME").replace(application.applicant.name, "NAME")
    place = application.village
    for known in (application.receipt_code, application.reference, f"{place}, {place.parent}"):
        page = page.replace(known or "-", "KNOWN")
    uuid = r"[0-9a-f]{8}-[0-9a-f-]{27}"
    page = re.sub(rf"{uuid}|\d+ \w+ \d{{4}}|\d\d\.\d\d|[\w-]{{32,}}", "·", page)
    return [line.strip() for line in page.splitlines() if line.strip()]


@pytest.mark.django_db
@pytest.mark.parametrize("says", [{"image_base64": "AAAA", "content_type": "image/jpeg"}, {"status": "not_found"}])
def test_a_face_dukcapil_accepted_is_drawn_and_its_photograph_asked_for(
    cast: Any, settings: Any, ministries: Sandbox, rogue: Rogue, says: dict[str, str]
) -> None:
    settings.FACE_PROVIDER, settings.FACE_SAMPLE_PERCENT = "dukcapil", 100
    rogue.says({"face": True, "face_similarity": 0.9})
    check = compared(applicant(ministries), photographs.portrait(photographs.OBAMA))
    sample = FaceCheck.objects.get(recheck_of=check)
    assert (check.state, sample.state, sample.reason) == (CheckState.ACCEPTED, CheckState.QUEUED, "sample")
    rogue.says(b"<html>sedang dalam pemeliharaan</html>")
    tasks.compare_face(face_check_id=sample.pk)
    sample.refresh_from_db()
    assert sample.state == CheckState.QUEUED  # asked for again: what is down loses nobody from the sample
    if "image_base64" in says:
        says = {**says, "image_base64": base64.b64encode(photographs.portrait(photographs.OBAMA)).decode()}
    rogue.says(says)
    FaceCheck.objects.update(due_at=timezone.now())
    tasks.compare_face(face_check_id=sample.pk)
    sample.refresh_from_db()
    assert (sample.state, sample.reason) == (CheckState.REVIEW, "sample")
    assert (sample.reference is None) == ("status" in says)  # then the officer compares with the identity card
    assert identity_of(check.application) == "verified"


# --- the page and the alarms ------------------------------------------------------------------


def people(cast: Any, number: int, *, born: int = 1990, village: str = KESILIR, days: int = 1, **check: Any) -> None:
    """`number` people of one birth year whose newest check, `days` ago, ended as `check` says."""
    at, area = timezone.now() - timedelta(days=days), factories.area(village)
    file = factories.StoredFileFactory()
    for _one in range(number):
        application = factories.ApplicationFactory(
            assisted=True,
            assisted_by=cast.eko,
            applicant=factories.PersonFactory(born=date(born, 3, 4)),
            village=area,
            photo_device="agent",
        )
        selfie = factories.DocumentFactory(application=application, file=file)
        fields = {"state": CheckState.ACCEPTED, "light": 110, "selfie": selfie, **check}
        FaceCheck.objects.create(application=application, created_at=at, **fields)


def drawn(cast: Any, number: int, *, wrong: int = 0, **how: Any) -> None:
    """`number` accepted people whom officers looked at for the sample, and found somebody else in `wrong` of them."""
    before = set(FaceCheck.objects.values_list("pk", flat=True))
    people(cast, number, **how)
    for place, check in enumerate(FaceCheck.objects.exclude(pk__in=before).order_by("pk")):
        said = {"state": CheckState.REJECTED, "judgement": "different_person"} if place < wrong else {}
        FaceCheck.objects.create(
            application=check.application,
            selfie=check.selfie,
            recheck_of=check,
            reason="sample",
            created_at=check.created_at,
            **{"state": CheckState.CONFIRMED, "settled_by": cast.ani, **said},
        )


def still(cast: Any) -> dict[str, Any]:
    """The machine recognised the person on a still photograph, so an officer confirmed."""
    return {"state": CheckState.CONFIRMED, "reason": "not_live", "settled_by": cast.ani}


def lost(cast: Any) -> dict[str, Any]:
    """The machine did not recognise the person, an officer did."""
    return {"state": CheckState.CONFIRMED, "reason": "mismatch", "settled_by": cast.ani, "light": 50}


@pytest.fixture
def regency(cast: Any) -> Any:
    """40 people of 1940 of whom the machine missed 20, 60 of 1990 of whom it missed 3, 4 who were met, 2 young."""
    people(cast, 20, born=1940)
    people(cast, 20, born=1940, **lost(cast))
    people(cast, 57)
    people(cast, 3, **lost(cast))
    people(cast, 4, selfie=None, state=CheckState.CONFIRMED, settled_by=cast.ani, reason="manual_route", light=None)
    people(cast, 2, born=2010)
    return cast


def cells(page: str) -> dict[str, str]:
    """Text of each row of the page by its heading, "measure / group"."""
    found: dict[str, str] = {}
    for part in page.split("<h2>")[1:]:
        title, _h2, rest = part.partition("</h2>")
        for row in rest.split('<th scope="row"')[1:]:
            words = " ".join(re.sub(r"<[^>]*>", " ", "<" + row.partition("</tr>")[0]).split())
            label, _colon, values = words.partition(": ")
            found[f"{title.strip()[:12]} {label} {values}"] = words
    return found


@pytest.mark.django_db
def test_the_page_shows_shares_with_people_and_intervals_and_hides_small_groups(
    client: Client, regency: Any, sign_in: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    people(regency, 30, village=JATILUWIH, **lost(regency))  # another regency: not in these figures
    sign_in(client, regency.hadi)
    client.get(PAGE)
    with django_assert_max_num_queries(12):
        page = client.get(PAGE).content.decode()
    rows = list(cells(page))
    assert any("Umur 75 ke atas 50% 35–65% 40" in row for row in rows), rows
    assert any("Umur 18 sampai 39 5% 2–14% 60" in row for row in rows), rows
    assert any("Umur Di bawah 18 – – kurang dari 10" in row for row in rows), rows
    assert any("Cahaya di wajah Gelap 100%" in row for row in rows), rows
    assert any("Telepon HP agen 4%" in row for row in rows), rows  # 4 of 106 without a usable photo
    assert regency.application.applicant.name not in page


@pytest.mark.django_db
def test_errors_found_in_the_sample_are_shown_with_people_and_interval(client: Client, cast: Any, sign_in: Any) -> None:
    drawn(cast, 200, wrong=1)
    people(cast, 50)
    sign_in(client, cast.hadi)
    rows = list(cells(client.get(PAGE).content.decode()))
    assert any("Keliru diter Bersama Semua orang 0,5% 0,1–2,8% 200" in row for row in rows), rows
    assert any("Keliru diter Cahaya di wajah Biasa 0,5% 0,1–2,8% 200" in row for row in rows), rows
    assert any("Orang yang b Bersama Semua orang 0% 0–2% 249" in row for row in rows), rows  # but for the wrong one


@pytest.mark.django_db
def test_people_with_a_still_photo_and_faces_that_could_not_be_used_count_by_light(
    client: Client, cast: Any, sign_in: Any
) -> None:
    people(cast, 30)
    people(cast, 10, light=50, **still(cast))
    people(cast, 20, state=CheckState.REVIEW, reason="tries_used", light=50)
    people(cast, 12, selfie=None, state=CheckState.REVIEW, reason="manual_route", light=None)
    sign_in(client, cast.hadi)
    rows = list(cells(client.get(PAGE).content.decode()))
    assert any("Dipastikan o Bersama Semua orang 25%" in row and row.endswith(" 40") for row in rows), rows
    assert any("Dipastikan o Cahaya di wajah Gelap 100%" in row for row in rows), rows
    assert any("Orang yang b Bersama Semua orang 0%" in row and row.endswith(" 30") for row in rows), rows
    assert any("Dicocokkan o Cahaya di wajah Gelap 67%" in row and row.endswith(" 30") for row in rows), rows
    assert not any("Dicocokkan o Cahaya di wajah Tidak diukur" in row for row in rows), rows  # they have no light


@pytest.mark.django_db
@pytest.mark.parametrize(("wrong", "is_told"), [(1, False), (4, True)])
def test_more_wrong_acceptances_than_are_allowed_raise_an_alarm(cast: Any, wrong: int, is_told: bool) -> None:
    coordinator = cast.hadi
    drawn(cast, 100, wrong=wrong, days=45)
    drawn(cast, 100, wrong=wrong)
    for _twice in range(2):
        tasks.watch_fairness()
    alarms = FairnessAlarm.objects.filter(measure="wrong", dimension="all")
    assert [(alarm.against, alarm.hits, alarm.people) for alarm in alarms] == [("limit", wrong, 100)] * is_told
    told = OutboxMessage.objects.filter(channel="email", subject_id__in=[alarm.pk for alarm in alarms])
    assert [message.address for message in told] == [coordinator.email] * is_told


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ani", 200),
        ("dewi", 200),
        ("gita", 200),
        ("hadi", 200),
        ("citra", 200),
        ("eko", 403),
        ("indah", 403),
        ("laras", 403),
    ],
)
def test_who_may_see_the_figures(client: Client, cast: Any, sign_in: Any, who: str, status: int) -> None:
    people(cast, 12)
    sign_in(client, cast[who])
    response = client.get(PAGE)
    assert response.status_code == status
    if status == 200:
        assert ("12</td>" in response.content.decode()) == (who != "citra")  # Tabanan has nobody here


@pytest.mark.django_db
def test_a_drift_is_told_to_coordinators_once_and_ends(client: Client, regency: Any, sign_in: Any) -> None:
    hadi, _dewi = regency.hadi, regency.dewi
    for _twice in range(2):
        tasks.watch_fairness()
    alarm = FairnessAlarm.objects.get(dimension="age", against="rest")
    assert (alarm.area_id, alarm.measure, alarm.group, alarm.hits, alarm.people) == (
        "35.10", "non_match", "75_up", 20, 40,
    )  # fmt: skip
    assert alarm.base_people == 62
    told = OutboxMessage.objects.filter(channel="email", subject_id=alarm.pk)
    assert [message.address for message in told] == [hadi.email]
    assert "75 ke atas: 50 %" in told.get().body
    sign_in(client, hadi)
    assert "lebih buruk dari semua yang lain" in client.get(PAGE).content.decode()
    FaceCheck.objects.filter(state=CheckState.CONFIRMED).update(state=CheckState.ACCEPTED, reason="")
    tasks.watch_fairness()
    alarm.refresh_from_db()
    assert alarm.ended_at is not None
    assert "lebih buruk" not in client.get(PAGE).content.decode()
    assert AuditEvent.objects.filter(action="verification.fairness_alarm.raised", subject_id=alarm.pk).count() == 1


@pytest.mark.django_db
def test_a_group_is_also_compared_with_itself_before(cast: Any) -> None:
    people(cast, 40, days=45)
    people(cast, 20)
    people(cast, 20, **lost(cast))
    tasks.watch_fairness()
    found = FairnessAlarm.objects.filter(dimension="age")
    assert [(alarm.group, alarm.against, alarm.base_hits, alarm.base_people) for alarm in found] == [
        ("18_39", "before", 0, 40)
    ]
