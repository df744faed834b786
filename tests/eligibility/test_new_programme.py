"""A programme nobody has thought of yet: its rules are a file, its regional numbers are entered, no code is written."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from eligibility.models import Programme
from eligibility.presenters import because, card
from eligibility.replaying import replay
from eligibility.services import decisions
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily, SentTasks, answer
from tests.eligibility.documents import small
from tests.eligibility.test_following import swept
from tests.eligibility.test_programmes import load

pytestmark = pytest.mark.django_db
LIMIT = {
    "unit": "m2",
    "regional": True,
    "text": {"id": "Batas lahan bantuan pupuk", "en": "Limit of land for fertiliser"},
}
SUM = {"unit": "rupiah/year", "regional": True}
FERTILISER: dict[str, Any] = {
    "programme": {"code": "pupuk", "name": "Bantuan Pupuk"},
    "parameters": {"pupuk_land_limit": LIMIT},
    "criteria": [
        {**small()["criteria"][0], "id": "land", "test": "bpn.land_m2 <= pupuk_land_limit"},
    ],
}


@pytest.fixture
def loaded(tmp_path: Path, make_family: MakeFamily) -> Programme:
    load(tmp_path, **FERTILISER)
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


def test_a_sum_that_its_region_enters_is_paid_and_replayed(
    tmp_path: Path, make_family: MakeFamily, laras: Client, worker: User, sent_tasks: SentTasks
) -> None:
    flat = {"rupiah_per_year": "pupuk_sum", "text": {"id": "Tunai", "en": "Cash"}}
    parameters = {**FERTILISER["parameters"], "pupuk_sum": SUM}
    load(tmp_path, **{**FERTILISER, "amount": {"flat": flat}, "parameters": parameters})
    family = make_family(bpn__land_m2=120)
    set_value(laras, "pupuk_land_limit", "500")
    decisions.decide_application(family, by=worker)
    waiting = answer(family, "pupuk")
    assert (waiting.outcome, waiting.amount_per_year) == ("undecided", 0)
    assert [row["criterion"] for row in waiting.trace if row["result"] == "unknown"] == ["amount-set"]
    assert [row.text for row in card(waiting).open] == [
        "Besar bantuan di daerah Anda belum ditetapkan. Keputusan menunggu."
    ]

    assert set_value(laras, "pupuk_sum", "750000").status_code == 302
    swept(sent_tasks)
    paid = answer(family, "pupuk")
    assert (paid.outcome, paid.amount_per_year, paid.amount_parts[0]["each"]) == ("eligible", 750_000, 750_000)
    assert replay(paid)
    assert replay(waiting)


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
