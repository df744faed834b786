"""From a draft to its simulation, and what it said into the proposal a second officer reads."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eligibility.models import Programme, RuleDraft, Simulation, Snapshot, SnapshotRow
from eligibility.services import drafts
from eligibility.services.rulesets import enact_rule_set
from eligibility.services.simulations import Ground, start_simulation
from eligibility.simulating import Draft
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, JATILUWIH, TABANAN, Cast
from tests.conftest import SignIn
from tests.eligibility.documents import data
from tests.eligibility.simulated import begin, finish, snapshot_of

LIST, START = reverse("simulation-list"), reverse("simulation-start")
NONE = "Belum ada keluarga acuan"
FAMILIES: list[dict[str, Any]] = [{}] * 40 + [{"dtsen__decile": 5}] * 30 + [{"pln__power_va": 2200}] * 14


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Any, worker: User, banyuwangi: Area) -> None:
    settings.FILES_ROOT = tmp_path
    enact_rule_set(data("pkh-2026-2"), by=worker)
    for name, value in ((Parameter.Name.MINIMUM_WAGE, 2_810_139), (Parameter.Name.SERVED, True)):
        factories.ParameterFactory(area=banyuwangi, name=name, value=value)


@pytest.fixture
def nusa(cast: Cast, client: Client, sign_in: SignIn) -> User:
    return sign_in(client, cast.nusa)


@pytest.fixture
def draft(nusa: User) -> RuleDraft:
    """Decile 5 instead of 4, from tomorrow on; tried on the golden families."""
    rules = data("pkh-2026-2")
    rules["parameters"]["decile_limit"]["default"] = 5
    tomorrow = timezone.localdate() + timedelta(days=1)
    rules |= {"version": "2027-1", "valid": {"from": tomorrow.isoformat(), "until": None}}
    begun = drafts.start_draft(Programme.objects.get(code="pkh"), title="Desil lima", base=None, by=nusa)
    saved = drafts.save_text(begun, text=yaml.safe_dump(rules, sort_keys=False), edition=1, by=nusa)
    drafts.replay_draft(saved, by=nusa)
    return saved


def detail(draft: RuleDraft) -> str:
    return reverse("draft-detail", args=[draft.public_id])


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_walk_from_the_text_to_the_numbers_the_second_officer_reads(
    client: Client, sign_in: SignIn, worker: User, nusa: User, draft: RuleDraft
) -> None:
    start = f"{LIST}?rancangan={draft.public_id}"
    assert start in text(client.get(detail(draft)))
    assert re.search(rf'value="{draft.public_id}"[^>]*\bchecked', text(client.get(start)))
    client.post(START, {"potret": str(snapshot_of(FAMILIES).public_id), "rancangan": draft.public_id, "aturan": "kini"})
    simulation = Simulation.objects.get()
    assert reverse("simulation-detail", args=[simulation.public_id]) in text(client.get(detail(draft)))
    with pytest.raises(DomainError, match="not_simulated"):
        drafts.propose_draft(draft, edition=2, golden_reason=NONE, by=nusa)
    done = finish(simulation, worker)
    client.post(reverse("draft-propose", args=[draft.public_id]), {"edition": 2, "golden_reason": NONE})
    draft.refresh_from_db()
    (summary,) = draft.simulation_summary
    (effect,) = summary["effects"]
    assert (summary["simulation"], summary["sha256"]) == (str(done.public_id), done.sha256)
    assert (summary["families"], effect["before"], effect["gained"], effect["after"]) == (84, 40, 30, 70)
    tara = Client()
    sign_in(tara, factories.staff("Tara", Role.POLICY, ""))
    page = text(tara.get(detail(draft)))
    assert "Hasil simulasi saat rancangan diusulkan" in page
    assert 'data-label="Masuk"> 30</td>' in page.replace("> 30 <", "> 30<")


def test_a_simulation_of_an_earlier_text_is_shown_as_such_and_is_not_enough(
    client: Client, worker: User, nusa: User, draft: RuleDraft, banyuwangi: Area
) -> None:
    finish(begin([Draft(draft.title, draft.text, draft)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
    assert "dari teks sebelumnya" not in text(client.get(detail(draft)))
    changed = drafts.save_text(draft, text=f"{draft.text}# lain\n", edition=2, by=nusa)
    drafts.replay_draft(changed, by=nusa)
    assert "dari teks sebelumnya" in text(client.get(detail(draft)))
    with pytest.raises(DomainError, match="not_simulated"):
        drafts.propose_draft(changed, edition=3, golden_reason=NONE, by=nusa)
    proposed = drafts.propose_draft(
        changed, edition=3, golden_reason=NONE, unsimulated_reason="Hanya komentar", by=nusa
    )
    assert proposed.simulation_summary == []
    assert "Hanya komentar" in text(client.get(detail(draft)))


def simulated(draft: RuleDraft, by: User, *, village: str = "", on: date | None = None) -> Simulation:
    """A finished one of Banyuwangi, beside today's rules; of the regency of `village`, where all families live then."""
    area = factories.area(village[:5] or BANYUWANGI)
    snapshot = snapshot_of(FAMILIES, area.code)
    if village:
        SnapshotRow.objects.filter(snapshot=snapshot).update(village_code=factories.area(village).code)
    ground = Ground(area, on or timezone.localdate(), snapshot)
    return finish(start_simulation([Draft(draft.title, draft.text, draft)], on=ground, by=by), by)


def test_a_simulation_where_the_programme_does_not_run_says_nothing_of_it(
    client: Client, worker: User, nusa: User, draft: RuleDraft, banyuwangi: Area
) -> None:
    Programme.objects.get(code="pkh").areas.set([banyuwangi])
    simulated(draft, worker, village=JATILUWIH)
    assert "dari aturan yang lebih lama" in text(client.get(detail(draft)))
    with pytest.raises(DomainError, match="not_simulated"):
        drafts.propose_draft(draft, edition=2, by=nusa, golden_reason=NONE)
    simulated(draft, worker)
    (summary,) = drafts.propose_draft(draft, edition=2, by=nusa, golden_reason=NONE).simulation_summary
    assert summary["area"] == str(banyuwangi)


def test_a_simulation_beside_rules_that_hold_no_more_on_the_first_day_is_not_enough(
    client: Client, worker: User, nusa: User, draft: RuleDraft
) -> None:
    """Another programme has a new version from tomorrow on: what today's rules said is said of other rules."""
    simulated(draft, worker)
    tomorrow = timezone.localdate() + timedelta(days=1)
    enact_rule_set({**data("sembako-2026-2"), "valid": {"from": tomorrow.isoformat(), "until": None}}, by=worker)
    with pytest.raises(DomainError, match="not_simulated"):
        drafts.propose_draft(draft, edition=2, by=nusa, golden_reason=NONE)
    simulated(draft, worker)
    with pytest.raises(DomainError, match="not_simulated"):
        drafts.propose_draft(draft, edition=2, by=nusa, golden_reason=NONE)
    simulated(draft, worker, on=tomorrow)
    (summary,) = drafts.propose_draft(draft, edition=2, by=nusa, golden_reason=NONE).simulation_summary
    assert (summary["rules_on"], summary["against"]) == (tomorrow.isoformat(), "2026-2")


def test_what_a_simulation_rests_on_stands_with_the_proposal_and_where_there_is_none(
    client: Client, worker: User, nusa: User, draft: RuleDraft
) -> None:
    done = simulated(draft, worker)
    Snapshot.objects.filter(pk=done.snapshot_id).update(taken_at=timezone.now() - timedelta(days=500))
    factories.ParameterFactory(area=factories.area(TABANAN), name=Parameter.Name.SERVED, value=True)
    page = text(client.get(detail(draft)))
    assert ("Belum disimulasikan di Kabupaten Tabanan" in page, "lebih lama dari setahun" in page) == (True, True)
    drafts.propose_draft(draft, edition=2, by=nusa, golden_reason=NONE)
    page = text(client.get(detail(draft)))
    assert "84 keluarga" in page
    assert "dibandingkan dengan versi 2026-2" in page
    assert "bukan hanya untuk kuota" in page


def test_a_draft_is_compared_with_the_rules_and_values_of_its_first_day(
    client: Client, nusa: User, draft: RuleDraft
) -> None:
    assert re.search(r'value="awal"[^>]*\bchecked', text(client.get(LIST)))
    given = {"potret": str(snapshot_of(FAMILIES).public_id), "rancangan": draft.public_id, "aturan": "awal"}
    client.post(START, given)
    assert Simulation.objects.get().rules_on == timezone.localdate() + timedelta(days=1)


def test_only_simulations_of_the_own_area_are_opened_and_many_cost_no_more(
    client: Client, sign_in: SignIn, worker: User, draft: RuleDraft, banyuwangi: Area
) -> None:
    Programme.objects.get(code="pkh").areas.set([factories.area("35.10.22")])
    sign_in(client, factories.staff("Siliragung", Role.POLICY, "35.10.22"))
    costs = []
    for _more in range(2):
        done = finish(begin([Draft(draft.title, draft.text, draft)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = text(client.get(detail(draft)))
        costs.append(len(asked))
        assert reverse("simulation-detail", args=[done.public_id]) not in page
        assert page.count("Selesai") >= 1
    assert costs[0] == costs[1]
