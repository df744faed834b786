from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from verification.connectors.base import Envelope, FactValue, MembersConnector
from verification.enums import Source


class HealthWorker(BaseModel):
    model_config = ConfigDict(strict=True)

    nik: str
    certificate_status: Literal["active", "expired", "revoked"]


class HealthWorkers(Envelope):
    records: list[HealthWorker]


class Kemenkes(MembersConnector[HealthWorkers]):
    """Members whose certificate as a health worker is in force (Kepmensos 73/2024, group 10)."""

    source = Source.KEMENKES
    path = "kemenkes/v1/health-workers"
    purpose = _("Who is an active health worker")
    is_blocking = False
    schema = HealthWorkers

    def facts(self, answer: HealthWorkers) -> list[FactValue]:
        active = {record.nik for record in answer.records if record.certificate_status == "active"}
        return [FactValue("kemenkes.health_workers", len(active), "persons")]
