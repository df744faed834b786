"""The embedded servers, for real: a row survives kill -9 and a restart."""

import os
import signal
import stat

import psycopg
import pytest

from launcher import postgres, processes, servers
from launcher.errors import LauncherError
from launcher.postgres import Postgres
from launcher.state import make_private, runtime_path
from launcher.valkey import Valkey, answers


@pytest.fixture
def state(tmp_path_factory):
    directory = tmp_path_factory.mktemp("state")
    for path in (directory, *directory.parents[:-1]):  # as root without user namespaces, nobody must get there
        if path.stat().st_uid == os.geteuid():
            path.chmod(path.stat().st_mode | 0o011)
    return directory


@pytest.fixture
def cluster(state):
    cluster = Postgres(state, "secret").start()
    yield cluster
    cluster.stop()


def rows(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT body FROM note").fetchall()


def test_rows_survive_kill_9_and_a_restart(cluster):
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("CREATE TABLE note (body text)")
        connection.execute("INSERT INTO note VALUES ('kept')")
    os.kill(cluster.process.pid, signal.SIGKILL)
    assert processes.wait_until(lambda: not cluster.is_running(), 5)
    cluster.start()
    assert rows(cluster.url()) == [("kept",)]
    sockets = cluster.sockets
    assert cluster.stop()
    assert not sockets.exists()
    cluster.start()
    assert rows(cluster.url()) == [("kept",)]


def test_both_databases_are_there_and_only_by_password(cluster):
    with psycopg.connect(cluster.url("sandbox")) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("sandbox",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url().replace("secret", "wrong"))
    assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700


def test_lost_secrets_are_explained(cluster):
    cluster.stop()
    with pytest.raises(LauncherError, match=r"made with another password.*secrets\.json"):
        Postgres(cluster.state, "another").start()


def test_data_of_another_major_version_is_not_ignored(state):
    (state / "pg9").mkdir()
    with pytest.raises(LauncherError, match="data of another PostgreSQL .pg9."):
        Postgres(state, "secret").start()


def test_a_half_made_cluster_is_made_again(state):
    (state / f"pg{postgres.major_version(postgres.find_binaries())}.new").mkdir()
    cluster = Postgres(state, "secret", durable=False).start()
    assert cluster.is_running()
    cluster.stop()


def test_a_log_line_of_a_failed_statement_carries_no_data(cluster):
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE person (nik text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('3510010101019001')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('3510010101019001')")
    log = (cluster.state / "log" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "3510010101019001" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_runs_it_as_nobody(state, monkeypatch):
    cluster = Postgres(state, "secret", durable=False).start()
    cluster.stop()
    monkeypatch.setenv("PORTAL_NO_USER_NAMESPACE", "1")
    try:
        demoted = Postgres(state, "secret", durable=False).start()
    except LauncherError as error:  # a checkout below /root
        pytest.skip(str(error))
    assert demoted.data.stat().st_uid == postgres.NOBODY
    demoted.stop()
    monkeypatch.delenv("PORTAL_NO_USER_NAMESPACE")
    again = Postgres(state, "secret", durable=False).start()
    again.stop()


def test_valkey_keeps_what_it_was_given(state):
    redis = pytest.importorskip("redis")
    server = Valkey(state).start()
    redis.Redis.from_url(server.url).set("kept", "yes")
    os.kill(server.process.pid, signal.SIGTERM)
    assert processes.wait_until(lambda: not server.is_running(), 5)
    server.start()
    assert redis.Redis.from_url(server.url).get("kept") == b"yes"
    server.stop()
    assert not answers(server.socket_path)


def test_servers_named_by_the_caller_are_used(state):
    given = {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": "redis://127.0.0.1:1/0"}
    up = servers.start(state, password="unused", given=given)
    assert up.embedded == []
    assert up.environment["DATABASE_URL"] == given["DATABASE_URL"]
    assert up.environment["SANDBOX_DATABASE_URL"].partition("?")[0].endswith("portal_sandbox")
    psycopg.connect(up.environment["SANDBOX_DATABASE_URL"]).close()


def test_without_any_postgresql_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PORTAL_PG_BIN", str(tmp_path))
    with pytest.raises(LauncherError, match="Set DATABASE_URL to a server, or PORTAL_PG_BIN"):
        postgres.find_binaries()


def test_socket_paths_stay_short(tmp_path):
    deep = tmp_path / "a very long name with spaces" / ("x" * 120)
    path = runtime_path(deep, "pg")
    assert len(str(path / ".s.PGSQL.5432")) < 100
    assert runtime_path(deep, "pg") == path
    assert runtime_path(tmp_path, "pg") != path


def test_a_socket_directory_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "sockets"
    make_private(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(LauncherError, match="belongs to someone else"):
        make_private(link)
