"""The officer's page of a case: every value with its source, its age, when it came and how certain it is."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from perlinsos.core.templatetags.portal import tanggal, tanggal_jam
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_a_value_is_shown_with_its_doubt_and_when_it_came(client: Client, cast: Cast, sign_in: SignIn) -> None:
    family = cast.application.family
    long_ago, at = (timezone.now() - timedelta(days=days) for days in (40, 2))
    for name, value, confidence, came in (
        ("pln.power_va", 900, 100, at), ("dtsen.decile", 3, 60, at), ("samsat.cars", 0, 100, long_ago),
    ):  # fmt: skip
        factories.FactFactory(family=family, name=name, value=value, unit="", confidence=confidence, fetched_at=came)
    sign_in(client, cast.ani)
    page = client.get(reverse("case-detail", args=[cast.application.public_id])).content.decode()
    lines = [" ".join(strip_tags(line).split()) for line in re.findall("<dd>.*?</dd>", page, re.DOTALL)]
    (power,) = (line for line in lines if "PLN" in line)
    (decile,) = (line for line in lines if "DTSEN" in line)
    assert "60% pasti" in decile
    assert "pasti" not in power
    (cars,) = (line for line in lines if "Samsat" in line)
    assert f"Diterima {tanggal_jam(long_ago)}." in cars
    assert f"Diterima {tanggal(at)} bila baris tidak mengatakan lain." in " ".join(page.split())
    for line in (power, decile):
        assert "Diterima" not in line
