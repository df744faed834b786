"""The pages of simulations: who opens them, what may be typed wrong, how far it is, and what a result says."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eligibility import simulation_page
from eligibility.enums import DraftState, SimulationState
from eligibility.models import Programme, RuleDraft, Simulation, Snapshot
from eligibility.services.rulesets import enact_rule_set
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.conftest import SignIn
from tests.eligibility.documents import data
from tests.eligibility.simulated import begin, draft, finish, snapshot_of

LIST, START, PREVIEW = (reverse(f"simulation-{verb}") for verb in ("list", "start", "preview"))
FAMILIES: list[dict[str, Any]] = [{}] * 40 + [{"dtsen__decile": 5}] * 30 + [{"pln__power_va": 2200}] * 14
MakeSnapshot = Callable[[], Snapshot]


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Any, worker: User, banyuwangi: Area) -> None:
    settings.FILES_ROOT = tmp_path
    for name in ("pkh-2026-2", "sembako-2026-2"):
        enact_rule_set(data(name), by=worker)
    for name, value in ((Parameter.Name.MINIMUM_WAGE, 2_810_139), (Parameter.Name.SERVED, True)):
        factories.ParameterFactory(area=banyuwangi, name=name, value=value)


@pytest.fixture
def ani(client: Client, cast: Cast, sign_in: SignIn) -> User:
    return sign_in(client, cast.ani)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def entered(snapshot: Snapshot, **changes: str) -> dict[str, str]:
    return {"potret": str(snapshot.public_id), "teks": draft(decile_limit=5).text, "aturan": "kini", **changes}


@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 200), ("hadi", 200), ("gita", 200), ("dewi", 403), ("eko", 403), ("indah", 403)],
)
def test_who_may_open_simulations(client: Client, cast: Cast, sign_in: SignIn, who: str, status: int) -> None:
    sign_in(client, cast[who])
    assert client.get(LIST).status_code == status


def test_auditors_read_and_are_offered_nothing_they_may_not_do(
    client: Client, cast: Cast, sign_in: SignIn, worker: User, banyuwangi: Area
) -> None:
    snapshot = snapshot_of(FAMILIES)
    done = finish(begin([draft(decile_limit=5)], snapshot, banyuwangi, worker), worker)
    sign_in(client, cast.gita)
    page = text(client.get(LIST))
    assert reverse("simulation-detail", args=[done.public_id]) in page
    assert "Mulai simulasi" not in page
    for address in (START, PREVIEW):
        assert client.post(address, entered(snapshot)).status_code == 403


def test_an_officer_starts_one_follows_it_and_reads_the_result(
    client: Client, ani: User, cast: Cast, sign_in: SignIn, worker: User
) -> None:
    response = client.post(START, entered(snapshot_of(FAMILIES)))
    simulation = Simulation.objects.get()
    page = reverse("simulation-detail", args=[simulation.public_id])
    assert (response.status_code, response["Location"]) == (302, page)
    waiting = text(client.get(page))
    assert "0%: 0 dari 84 keluarga" in waiting
    assert "js/progress" in waiting
    finish(simulation, worker)
    result = text(client.get(page))
    assert "<dd> 30 </dd>" in result
    assert "disamarkan" in result
    assert simulation.drafts.get().sha256 in result
    assert "js/progress" not in result
    stranger = Client()
    sign_in(stranger, cast.citra)
    assert stranger.get(page).status_code == 404
    assert text(client.get(LIST)).count(page) == 1


def test_a_quota_of_the_area_shows_who_would_receive_within_it(
    client: Client, ani: User, worker: User, banyuwangi: Area
) -> None:
    factories.QuotaFactory(programme=Programme.objects.get(code="pkh"), area=banyuwangi, places=50)
    done = finish(begin([draft(decile_limit=5)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
    page = text(client.get(reverse("simulation-detail", args=[done.public_id])))
    assert "Dalam kuota 50 tempat" in page
    assert "10 tempat untuk 30 keluarga, diundi" in page
    few = finish(begin([draft(decile_limit=5)], snapshot_of(FAMILIES[:72]), banyuwangi, worker), worker)
    hidden = text(client.get(reverse("simulation-detail", args=[few.public_id])))
    assert ("Dalam kuota 50 tempat" in hidden, "diundi" in hidden.split("<table")[-1]) == (True, False)


def test_results_from_before_quotas_and_needs_were_counted_are_still_read(worker: User, banyuwangi: Area) -> None:
    done = finish(begin([draft(decile_limit=5)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
    report = done.result["report"]
    for effect in report["drafts"][0]["effects"]:
        for later in ("reordered", "places", "places_before", "places_after"):
            del effect[later]
    (outlook,) = simulation_page.context(report, ["Desil lima"])["outlooks"]
    assert [(one["reordered"], one["places"]) for one in outlook["effects"]] == [(0, None)]


def test_drafts_of_policy_staff_are_chosen_and_named(client: Client, sign_in: SignIn, worker: User) -> None:
    nusa = sign_in(client, factories.staff("Nusa", Role.POLICY, ""))
    pkh, typed = Programme.objects.get(code="pkh"), draft(decile_limit=5)
    row = RuleDraft.objects.create(
        programme=pkh, title="Desil lima", text=typed.text, sha256=typed.sha256, written_by=nusa
    )
    client.post(START, entered(snapshot_of(FAMILIES), teks="", rancangan=str(row.public_id)))
    made = Simulation.objects.get().drafts.get()
    assert (made.draft, made.title, made.sha256) == (row, "Desil lima", row.sha256)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"teks": ""}, "Pilih satu sampai 3 rancangan"),
        ({"teks": "programme: ["}, ", kolom "),
        ({"potret": "00000000-0000-0000-0000-000000000000"}, "potret"),
        ({"aturan": "besok"}, "aturan"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    client: Client, ani: User, changes: dict[str, str], said: str
) -> None:
    given = entered(snapshot_of(FAMILIES), **changes)
    response = client.post(START, given)
    assert response.status_code == 200
    assert said in text(response)
    assert not Simulation.objects.exists()
    if given["teks"]:
        assert given["teks"].split("\n")[0] in response.content.decode()


def test_a_wrong_draft_is_refused_with_line_and_column(client: Client, ani: User) -> None:
    wrong = draft().text.replace("dtsen.decile", "dtsen.desil", 1)
    line = next(place for place, row in enumerate(wrong.splitlines(), start=1) if "dtsen.desil" in row)
    assert f"baris {line}, kolom" in text(client.post(START, entered(snapshot_of(FAMILIES), teks=wrong)))


def test_one_district_is_looked_at_on_the_page(client: Client, ani: User) -> None:
    snapshot = snapshot_of(FAMILIES)
    district = factories.area("35.10.22")
    response = client.post(PREVIEW, entered(snapshot, kecamatan=district.code))
    assert response.status_code == 200
    assert f"Lihat cepat {district.name}" in text(response)
    assert not Simulation.objects.exists()
    assert "Pilih kecamatan" in text(client.post(PREVIEW, entered(snapshot)))
    assert "potret yang sudah ada" in text(client.post(PREVIEW, entered(snapshot, potret=f"baru:{BANYUWANGI}")))


def test_one_that_runs_is_stopped_with_a_reason(client: Client, ani: User, banyuwangi: Area) -> None:
    simulation = begin([draft()], snapshot_of(FAMILIES), banyuwangi, ani)
    stop = reverse("simulation-stop", args=[simulation.public_id])
    assert "Kesalahan:" in text(client.post(stop, {"reason": ""}))
    client.post(stop, {"reason": "salah potret"})
    simulation.refresh_from_db()
    assert (simulation.state, simulation.reason) == (SimulationState.STOPPED, "salah potret")
    assert "salah potret" in text(client.get(reverse("simulation-detail", args=[simulation.public_id])))


def test_one_that_is_finished_cannot_be_stopped(client: Client, ani: User, banyuwangi: Area, worker: User) -> None:
    done = finish(begin([draft(decile_limit=5)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
    response = client.post(reverse("simulation-stop", args=[done.public_id]), {"reason": "terlambat"})
    assert (response.status_code, "Langkah ini belum bisa dilakukan" in text(response)) == (200, True)
    assert Simulation.objects.get().sha256 == done.sha256


def test_coordinators_choose_what_was_proposed_and_type_nothing(
    client: Client, cast: Cast, sign_in: SignIn, worker: User
) -> None:
    sign_in(client, cast.hadi)
    pkh, typed, snapshot = Programme.objects.get(code="pkh"), draft(decile_limit=5), snapshot_of(FAMILIES)
    row = factories.RuleDraftFactory(proposed=True, programme=pkh, text=typed.text, sha256=typed.sha256)
    own = factories.RuleDraftFactory(programme=pkh, title="Masih ditulis")
    page = text(client.get(LIST))
    assert (row.title in page, own.title in page, 'name="teks"' in page) == (True, False, False)
    client.post(START, entered(snapshot))
    assert not Simulation.objects.exists()
    client.post(START, entered(snapshot, rancangan=str(row.public_id)))
    assert Simulation.objects.get().drafts.get().draft == row


def test_policy_staff_look_at_a_district_once_the_draft_is_proposed(
    client: Client, cast: Cast, sign_in: SignIn, worker: User
) -> None:
    sign_in(client, cast.nusa)
    pkh, typed = Programme.objects.get(code="pkh"), draft(decile_limit=5)
    row = factories.RuleDraftFactory(programme=pkh, text=typed.text, sha256=typed.sha256, written_by=cast.nusa)
    chosen = entered(snapshot_of(FAMILIES), teks="", rancangan=str(row.public_id), kecamatan="35.10.22")
    assert "Ajukan rancangannya dulu" in text(client.post(PREVIEW, chosen))
    assert "teksnya tidak dapat berubah lagi" in text(client.get(LIST))
    RuleDraft.objects.filter(pk=row.pk).update(
        state=DraftState.PROPOSED, proposed_by=cast.nusa, proposed_at=timezone.now()
    )
    assert "Lihat cepat" in text(client.post(PREVIEW, chosen))


def test_a_longer_list_asks_no_more_queries(client: Client, ani: User, worker: User, banyuwangi: Area) -> None:
    client.get(LIST)
    counts = []
    for _more in range(2):
        finish(begin([draft(decile_limit=5)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16
