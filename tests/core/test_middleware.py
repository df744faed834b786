"""What every answer carries, and what the supervisor and the balancer are told."""

from unittest import mock

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from redis.exceptions import ConnectionError as RedisGone

from perlinsos.core.middleware import ClientAddress

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("offered", ["0f8fad5b-d9cb-469f-a165-70867728950e", "proxy-1234"])
def test_a_sane_request_id_of_the_proxy_is_kept(client: Client, offered: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": offered})["X-Request-ID"] == offered


@pytest.mark.parametrize("offered", ["", "short", "a" * 65, "drop table;", "id\nSet-Cookie: a=b", "35 10 22 41 01 90"])
def test_any_other_request_id_is_replaced(client: Client, offered: str) -> None:
    given = client.get("/healthz", headers={"X-Request-ID": offered})["X-Request-ID"]
    assert given != offered
    assert len(given) == 32


def test_two_requests_have_two_ids(client: Client) -> None:
    assert client.get("/healthz")["X-Request-ID"] != client.get("/healthz")["X-Request-ID"]


@pytest.mark.parametrize(
    ("proxies", "passed", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 192.0.2.4", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(rf, settings, proxies: int, passed: str, seen: str) -> None:
    settings.PROXIES = proxies
    request = rf.get("/", headers={"X-Forwarded-For": passed})
    ClientAddress(lambda given: HttpResponse(given.META["REMOTE_ADDR"]))(request)
    assert request.META["REMOTE_ADDR"] == seen


def test_pages_are_kept_by_no_cache_and_no_frame(client: Client) -> None:
    response = client.get("/")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in response["Permissions-Policy"]


def test_the_content_policy_allows_no_inline_script_and_no_other_host(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy


def test_the_process_is_alive_without_a_database(client: Client) -> None:
    with mock.patch.object(connection, "cursor", side_effect=OperationalError("gone")):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_ready_when_both_servers_answer(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": True, "redis": True}


def test_not_ready_without_a_database(client: Client) -> None:
    with mock.patch.object(connection, "cursor", side_effect=OperationalError("gone")):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] is False


def test_ready_without_redis_because_no_case_is_lost(client: Client) -> None:
    with mock.patch.object(type(cache._connections["default"]), "get", side_effect=RedisGone("gone")):
        response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": True, "redis": False}
