"""What is claimed of the face check is one set of figures, wherever it is written."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from tests.support.code import ROOT
from verification import claims


def document(name: str) -> str:
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


@pytest.mark.parametrize("name", ["faces.md", "privacy.md"])
def test_the_documents_state_the_measured_figures_and_what_is_not_claimed(name: str) -> None:
    text = document(name)
    with override("en"):
        missing = [(what, figure) for what, figure in claims.figures() if figure not in text]
    assert missing == []
    assert claims.STANDARD in text


@pytest.mark.django_db
@pytest.mark.parametrize("model", ["facerecording", "facethresholdset"])
def test_the_administration_states_the_same(client: Client, cast: Any, sign_in: Any, model: str) -> None:
    sign_in(client, cast.laras)
    page = client.get(reverse(f"admin:verification_{model}_changelist")).content.decode()
    with override("id"):
        stated = claims.figures()
    assert [(what, figure) for what, figure in stated if escape(what) not in page or figure not in page] == []
    assert "268 dari 400.000 (0,059 sampai 0,076 %)" in page
    assert claims.STANDARD in page


def test_bounds_are_exact_and_written_with_digits_that_say_something() -> None:
    with override("en"):
        assert [figure for _what, figure in claims.figures()][-2:] == ["0 of 94 (0 to 3.8 %)", "15 of 16 (70 to 100 %)"]
