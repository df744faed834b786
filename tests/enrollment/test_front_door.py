"""The front door sends everybody where their work is; probes answer what they are asked."""

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as RedisLost

from perlinsos import views

HOME = {"indah": "/daftar/", "eko": "/agen/", "ani": "/petugas/", "dewi": "/petugas/", "gita": "/petugas/",
        "hadi": "/petugas/pengumuman/", "oki": "/petugas/", "nusa": "/petugas/aturan/", "laras": "/admin/"}  # fmt: skip


@pytest.mark.parametrize(("who", "where"), HOME.items())
def test_after_sign_in_everybody_lands_where_their_work_is(client: Client, cast, sign_in, who: str, where: str) -> None:
    sign_in(client, cast[who])
    assert client.get("/beranda/")["Location"] == where


def test_the_process_and_what_it_needs_answer(client: Client, db) -> None:
    assert client.get("/healthz").content == b"ok"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"database": True, "redis": True}


def test_a_lost_cache_is_reported_and_a_lost_database_stops_traffic(client: Client, db, monkeypatch) -> None:
    def lost(_key: str) -> None:
        raise RedisLost

    monkeypatch.setattr(cache, "get", lost)
    assert client.get("/readyz").json() == {"database": True, "redis": False}
    monkeypatch.setattr(views, "_database_answers", lambda: False)
    assert client.get("/readyz").status_code == 503


def test_a_citizen_at_the_door_continues(client: Client, cast, sign_in) -> None:
    sign_in(client, cast.indah)
    page = client.get("/").content.decode()
    assert "Lanjutkan pendaftaran" in page
    assert "Masuk dengan IKD" not in page
