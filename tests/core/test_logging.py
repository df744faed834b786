"""Logs are for operators: whatever is thrown at them, no NIK comes out."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from hypothesis import given
from hypothesis import strategies as st

from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.logging import JsonFormatter, mask, set_request_id
from perlinsos.core.middleware import RequestId

NIK = "3510224101909001"
WAYS = [NIK, "3510 2241 0190 9001", "35.10.22.410190.9001", "3510-2241-0190-9001", "nik=" + NIK, f'{{"nik": "{NIK}"}}']


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """Everything any logger writes, as the console would show it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def leaks(stream: io.StringIO) -> bool:
    digits = "".join(letter for letter in stream.getvalue() if letter.isdigit())
    return NIK in stream.getvalue() or NIK in digits


@login_not_required
def fails(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"no such person {request.GET['nik']}")


urlpatterns = [path("gagal/", fails), path("", include("perlinsos.urls"))]


@pytest.mark.parametrize("said", WAYS)
def test_a_nik_in_a_message_is_masked(output: io.StringIO, said: str) -> None:
    logging.getLogger("enrollment").info("checking %s", said)
    logging.getLogger("enrollment").warning("checking %(nik)s", {"nik": said})
    assert "[number]" in output.getvalue()
    assert not leaks(output)


def test_a_nik_in_an_exception_is_masked(output: io.StringIO) -> None:
    try:
        raise KeyError(NIK)
    except KeyError:
        logging.getLogger("verification").exception("lookup of %s failed", NIK)
    assert "KeyError" in output.getvalue()
    assert not leaks(output)


def test_a_refusal_does_not_carry_its_words_into_a_traceback(output: io.StringIO) -> None:
    try:
        raise DomainError(f"Sutini ({NIK}) is already registered", code="already_registered")
    except DomainError:
        logging.getLogger("enrollment").exception("refused")
    assert "already_registered" in output.getvalue()
    assert "Sutini" not in output.getvalue().replace('raise DomainError(f\\"Sutini', "")


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_request_that_breaks_shows_no_nik(output: io.StringIO) -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/gagal/", {"nik": NIK}).status_code == 500
    assert client.get(f"/tidak-ada/{NIK}/").status_code == 404
    assert "ValueError" in output.getvalue()
    assert not leaks(output)


@given(st.text(alphabet="0123456789 .-x", min_size=9, max_size=60))
def test_no_run_of_sixteen_digits_survives(text: str) -> None:
    assert not re.search(r"(?<!\d)\d{9,20}(?!\d)", mask(text))


def test_short_numbers_stay_readable() -> None:
    assert mask("application 4213 of batch 17 took 1520 ms") == "application 4213 of batch 17 took 1520 ms"


def test_a_line_is_one_json_object_with_the_request_id(output: io.StringIO) -> None:
    set_request_id("request-17")
    logging.getLogger("eligibility").info("decided in %d ms\nsecond line", 12)
    set_request_id("")
    [line] = output.getvalue().splitlines()
    fields = json.loads(line)
    assert (fields["level"], fields["logger"], fields["request_id"]) == ("info", "eligibility", "request-17")
    assert fields["message"] == "decided in 12 ms\nsecond line"


def test_a_refused_person_is_logged_by_number_and_page(output: io.StringIO) -> None:
    request = RequestFactory().get(f"/kasus/{NIK}/")
    request.user = User(pk=42, name="Ani")
    request.resolver_match = None
    RequestId(lambda _request: HttpResponse()).process_exception(request, PermissionDenied())
    assert "refused: user 42" in output.getvalue()
    assert "Ani" not in output.getvalue()
    assert not leaks(output)
