from datetime import date
from typing import Any

import pytest
from django.test import Client

from agents.services import begin_visit
from enrollment.answers import ApplicantInput
from enrollment.models import Application
from perlinsos.accounts.models import User
from tests import factories
from tests.cast import JAJAG, KESILIR, Cast
from tests.conftest import SignIn
from tests.verification.conftest import ministries, normal_service, sandbox

__all__ = ["ministries", "normal_service", "sandbox"]

SULASTRI = ApplicantInput(nik="3510226702799005", name="Sulastri", birth_date=date(1979, 2, 27))


@pytest.fixture
def served(db: None) -> None:
    """Banyuwangi takes part, and the ministry has published what families agree to."""
    for code in (KESILIR, JAJAG):
        factories.area(code)
    factories.ParameterFactory(area=factories.area("35.10"))
    factories.consent_texts()


@pytest.fixture
def eko(served: None, cast: Cast, client: Client, sign_in: SignIn) -> User:
    """The agent of Kesilir, with the phone in his hand."""
    return sign_in(client, cast.eko)


@pytest.fixture
def draft(eko: User) -> Application:
    """Sulastri sits in front of Eko; her KTP is typed in, nothing else."""
    return begin_visit(SULASTRI, by=eko)


def applicant_form(**changes: Any) -> dict[str, Any]:
    """What Eko types for Sulastri on the first page."""
    said = {"nik": "3510226702799005", "name": "Sulastri"}
    return {**said, "birth_date_day": "27", "birth_date_month": "2", "birth_date_year": "1979", **changes}
