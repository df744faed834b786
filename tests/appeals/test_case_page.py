"""The officer's page of a case: every value with its source, its age, when it came and how certain it is."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_a_value_is_shown_with_its_doubt_and_when_it_came(client: Client, cast: Cast, sign_in: SignIn) -> None:
    family = cast.application.family
    at = timezone.now() - timedelta(days=2)
    for name, value, confidence in (("pln.power_va", 900, 100), ("dtsen.decile", 3, 60)):
        factories.FactFactory(family=family, name=name, value=value, unit="", confidence=confidence, fetched_at=at)
    sign_in(client, cast.ani)
    page = client.get(reverse("case-detail", args=[cast.application.public_id])).content.decode()
    lines = [" ".join(strip_tags(line).split()) for line in re.findall("<dd>.*?</dd>", page, re.DOTALL)]
    (power,) = (line for line in lines if "PLN" in line)
    (decile,) = (line for line in lines if "DTSEN" in line)
    assert "60% pasti" in decile
    assert "pasti" not in power
    for line in (power, decile):
        assert re.search(r"Diterima \d+ \w+ \d{4}, \d\d\.\d\d\.", line), line
