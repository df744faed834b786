"""The desk's pages in a real browser, laptop and small phone: axe finds nothing, nothing overflows."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from appeals.services.notes import Note, write_note
from eligibility.enums import RankingCause
from eligibility.models import Batch, Departure, Programme, RankedEntry, ReservedShare
from eligibility.services import batches, places
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, LATENG, Cast
from tests.conftest import sign_in_as
from tests.eligibility.conftest import MakeFamily
from tests.eligibility.simulated import begin, draft, finish, snapshot_of
from tests.eligibility.test_decisions import corrected
from tests.ui.test_look import OVERFLOWING, RULES, SMALL_TARGETS, TAGS
from verification.enums import CheckState, RequestState, Source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Where to leave pictures of every page, for eyes; nothing is kept without it.
PICTURES = os.environ.get("PORTAL_PICTURES", "")
# Playwright's loop runs in this thread; the queries of a test are still its own.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 640}}
Open = Callable[[User, str, str], Page]


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "id-ID"}


@pytest.fixture
def look(live_server: LiveServer, context: BrowserContext) -> Open:
    """`look(user, address, name)`: everything a page must bear, at both sizes."""

    def look(user: User, address: str, name: str) -> Page:
        client = Client()
        sign_in_as(client, user)
        key = client.session.session_key or ""
        context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
        page = context.new_page()
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)  # type: ignore[arg-type]  # a plain dictionary will do
            page.goto(f"{live_server.url}{address}")
            bear(page, f"{name}-{size}")
        page.set_viewport_size({"width": 320, "height": 640})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, (name, page.evaluate(OVERFLOWING))
        return page

    return look


def bear(page: Page, name: str) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": RULES})
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate(SMALL_TARGETS) == [], name
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_the_queue(look: Open, cast: Cast, decided: MakeFamily, make_family: MakeFamily) -> None:
    decided(), decided(pln__power_va=2200), decided(dtsen__decile=None)
    make_family().source_requests.filter(source=Source.PLN).update(state=RequestState.DUE)
    make_family(LATENG).face_checks.update(state=CheckState.REVIEW)
    for tab in ("menunggu", "periksa", "diputus", "diumumkan"):
        look(cast.ani, f"{reverse('officer-home')}?bagian={tab}", f"queue-{tab}")


def test_a_batch_from_draft_to_the_second_order(
    look: Open, cast: Cast, decided: MakeFamily, prepared: Callable[..., Batch]
) -> None:
    wrong_meter = decided(dtsen__decile=1, pln__power_va=2200)
    for decile in (2, 3, 4):
        decided(dtsen__decile=decile)
    decree = factories.DecreeFactory()
    batch = prepared(places=2)
    address = reverse("batch-detail", args=[batch.public_id])
    look(cast.budi, address, "batch-prepared")
    batches.return_batch(batch, reason="Jumlah keliru", by=cast.budi)
    look(cast.ani, address, "batch-draft")
    look(cast.ani, reverse("batch-list"), "batches")
    batch.refresh_from_db()
    batches.announce_batch(batches.hand_over(batch, by=cast.ani), decree=decree, by=cast.budi)
    look(cast.gita, address, "batch-announced")
    corrected(wrong_meter, 900, by=cast.dewi)
    batches.rerank(batch, cause=RankingCause.APPEAL, reference="SGH-2026-000017", by=cast.dewi)
    look(cast.ani, address, "batch-second-order")


def test_places_and_a_family_that_leaves(look: Open, cast: Cast, decided: MakeFamily, pkh: Programme) -> None:
    quota = factories.QuotaFactory(programme=pkh, area=factories.area(BANYUWANGI), places=2)
    ReservedShare.objects.create(
        quota=quota, name="keluarga dengan disabilitas berat", percent=50, legal="SK Bupati (rekaan)",
        condition="citizen.severe_disability >= 1",
    )  # fmt: skip
    families = [decided(dtsen__decile=decile) for decile in (1, 2, 3)]
    with_disability = decided(dtsen__decile=4, citizen__severe_disability=1)
    batch = batches.prepare_batch(area=quota.area, programme=pkh, by=cast.ani)
    batch = batches.hand_over(batch, by=cast.ani)
    batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
    place = RankedEntry.objects.current().get(entry__application=families[0])
    look(cast.ani, reverse("place-release", args=[families[0].public_id, "pkh"]), "place-release")
    places.release_place(place, reason="died", note="Akta kematian dilihat di balai desa", by=cast.ani)
    look(cast.budi, reverse("place-list"), "places")
    places.confirm_departure(Departure.objects.get(), by=cast.budi)
    places.fill_free_places(quota.pk, by=cast.budi)
    look(cast.ani, reverse("case-detail", args=[families[1].public_id]), "case-with-places")
    look(families[1].owner, reverse("place-history", args=[families[1].public_id]), "place-history")
    look(with_disability.owner, reverse("application-status", args=[with_disability.public_id]), "status-with-share")


def test_a_simulation_from_the_form_to_the_result(
    look: Open, cast: Cast, rules: dict[str, Programme], banyuwangi: Area, worker: User
) -> None:
    factories.ParameterFactory(area=banyuwangi, name=Parameter.Name.SERVED, value=True)
    families = [
        {"dtsen__decile": number % 10 + 1, "pln__power_va": (900, 1300, 2200)[number % 3]} for number in range(400)
    ]
    snapshot = snapshot_of(families)
    look(cast.ani, reverse("simulation-list"), "simulations")
    simulation = begin(
        [draft(decile_limit=5), draft(decile_limit=2, power_limit_va=900)], snapshot, banyuwangi, cast.ani
    )
    address = reverse("simulation-detail", args=[simulation.public_id])
    look(cast.ani, address, "simulation-running")
    finish(simulation, worker)
    look(cast.gita, address, "simulation-done")


def test_a_proposal_with_what_simulations_said(look: Open, cast: Cast, banyuwangi: Area) -> None:
    said = {"programme": "pkh", "before": 24_310, "after": None, "gained": 1_204, "lost": 0, "to_check": None}
    summary = [{"area": str(banyuwangi), "effects": [{**said, "difference": 4_695_600_000}]}]
    proposal = factories.RuleDraftFactory(proposed=True, simulation_summary=summary)
    look(cast.nusa, reverse("draft-detail", args=[proposal.public_id]), "draft-proposed")
    look(cast.nusa, reverse("rule-list"), "rules-of-policy-staff")


def test_notes_of_officers(look: Open, cast: Cast) -> None:
    application = cast.application
    seen = Note("ground_check.address_not_found", True, "Tiga kali didatangi, rumah sudah rata.", timezone.localdate())
    write_note(application, seen, by=cast.ani)
    look(cast.ani, reverse("note-list", args=[application.public_id]), "notes")
    look(cast.ani, reverse("note-write", args=[application.public_id, "mental-disorder"]), "note")
