"""A programme nobody has thought of yet: its rules are a file, its regional numbers are entered, no code is written."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from eligibility.models import Programme
from eligibility.presenters import because
from eligibility.services import decisions
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily, SentTasks, answer
from tests.eligibility.documents import small
from tests.eligibility.test_following import swept

pytestmark = pytest.mark.django_db
LIMIT = {
    "unit": "m2",
    "regional": True,
    "text": {"id": "Batas lahan bantuan pupuk", "en": "Limit of land for fertiliser"},
}
FERTILISER: dict[str, Any] = {
    "programme": {"code": "pupuk", "name": "Bantuan Pupuk"},
    "parameters": {"pupuk_land_limit": LIMIT},
    "criteria": [
        {**small()["criteria"][0], "id": "land", "test": "bpn.land_m2 <= pupuk_land_limit"},
    ],
}


@pytest.fixture
def loaded(tmp_path: Path, make_family: MakeFamily) -> Programme:
    path = tmp_path / "pupuk.yaml"
    path.write_text(yaml.safe_dump(small(**FERTILISER), allow_unicode=True))
    call_command("load_rulesets", str(path), verbosity=0)
    return Programme.objects.get(code="pupuk")


@pytest.fixture
def laras(client: Client, cast: Cast, sign_in: SignIn) -> Client:
    sign_in(client, cast.laras)
    return client


def set_value(client: Client, name: str, value: str, area: str = "35.10") -> Any:
    form = {"area": area, "name": name, "value": value, "source": "Perbup (rekaan)", "valid_from": "01/01/2026"}
    return client.post(reverse("admin:regions_parameter_add"), form)


def test_a_family_is_decided_by_a_number_that_its_region_enters(
    loaded: Programme, make_family: MakeFamily, laras: Client, worker: User, sent_tasks: SentTasks
) -> None:
    family = make_family(bpn__land_m2=120)
    decisions.decide_application(family, by=worker)
    assert answer(family, "pupuk").outcome == "undecided"  # nobody has set the limit: nobody is refused

    page = laras.get(reverse("admin:regions_parameter_add")).content.decode()
    assert "Batas lahan bantuan pupuk (m2)" in page
    assert set_value(laras, "pupuk_land_limit", "100").status_code == 302
    assert AuditEvent.objects.filter(action="regions.parameter.added").exists()
    swept(sent_tasks)
    found = answer(family, "pupuk")
    assert (found.outcome, found.parameters) == ("not_eligible", {"pupuk_land_limit": 100})


def test_the_family_reads_the_number_by_its_name_in_the_rules(
    loaded: Programme, make_family: MakeFamily, laras: Client, worker: User
) -> None:
    family = make_family(bpn__land_m2=120)
    decisions.decide_application(family, by=worker)
    set_value(laras, "pupuk_land_limit", "100")
    decisions.decide_application(family, by=worker)
    found = answer(family, "pupuk")
    assert found.cause == "parameter:pupuk_land_limit"
    assert because(found) == "Diputus lagi karena batas di wilayah Anda berubah: Batas lahan bantuan pupuk."
    told = OutboxMessage.objects.filter(subject_type="enrollment.application", subject_id=family.pk).latest("pk")
    assert "Batas lahan bantuan pupuk" in told.body
