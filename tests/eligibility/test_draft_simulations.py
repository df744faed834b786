"""From a draft to its simulation, and what it said into the proposal a second officer reads."""

import re
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eligibility.models import Programme, RuleDraft, Simulation
from eligibility.services import drafts
from eligibility.services.rulesets import enact_rule_set
from eligibility.simulating import Draft
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import Cast
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
