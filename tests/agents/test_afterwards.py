"""After the receipt: the agent reads the result aloud, helps to object; administrators keep the list of agents."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agents.models import AgentProfile
from appeals.models import Appeal
from eligibility.models import Determination
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.appeals import scenario
from tests.cast import Cast
from tests.conftest import SignIn
from tests.support.rules import load_shipped_rules

pytestmark = pytest.mark.django_db


def test_an_agent_helps_a_family_to_object(cast: Cast, client: Client, sign_in: SignIn) -> None:
    load_shipped_rules()
    family = scenario.decided(cast.eko_application, {"dtsen.decile": 2, "pln.power_va": 2200})
    scenario.announce(cast)
    sign_in(client, cast.eko)
    decision = Determination.objects.current().get(application=family, programme__code="pkh")
    contest = reverse("appeal-new", args=[decision.public_id, "pln.power_va"])
    assert contest in client.get(f"/status/{family.public_id}/").content.decode()
    photo = SimpleUploadedFile("meteran.jpg", factories.photo(), "image/jpeg")
    told = {"claimed_value": "900", "explanation": "Stiker meteran 900 VA", "photo": photo}
    assert client.post(contest, told).status_code == 302
    appeal = Appeal.objects.get()
    assert (appeal.lodged_by, appeal.application) == (cast.eko, family)
    assert f"/status/{family.public_id}/" in client.get("/agen/").content.decode()


def test_an_agent_of_another_village_reads_no_result(cast: Cast, client: Client, sign_in: SignIn) -> None:
    family = cast.eko_application
    sign_in(client, cast.fajar)
    assert client.get(f"/status/{family.public_id}/").status_code == 404


def test_administrators_keep_the_list_of_agents(cast: Cast, client: Client, sign_in: SignIn) -> None:
    profile = cast.eko.agent_profile
    sign_in(client, cast.laras)
    assert "Eko" in client.get("/admin/agents/agentprofile/").content.decode()
    address = f"/admin/agents/agentprofile/{profile.pk}/change/"
    told = {"user": cast.eko.pk, "kind": "tksk", "decree": "", "trained_on": "2026-02-03"}
    assert client.post(address, told).status_code == 302
    assert AgentProfile.objects.get().kind == "tksk"
    assert AuditEvent.objects.filter(action="agents.agentprofile.changed", actor=cast.laras).exists()
    assert client.post(f"/admin/agents/agentprofile/{profile.pk}/delete/").status_code == 403


def test_visits_are_only_read(cast: Cast, client: Client, sign_in: SignIn) -> None:
    visit = factories.AssistedVisitFactory(application=cast.eko_application)
    sign_in(client, cast.laras)
    page = client.get("/admin/agents/assistedvisit/").content.decode()
    assert visit.application.reference in page
    assert client.get(f"/admin/agents/assistedvisit/{visit.pk}/change/").status_code == 200
    for verb in ("add/", f"{visit.pk}/delete/"):
        assert client.get(f"/admin/agents/assistedvisit/{verb}").status_code == 403
