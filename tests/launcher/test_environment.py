import json
import stat
import subprocess

import pytest

from launcher import environment, secrets

SERVERS = {
    "DATABASE_URL": "postgresql://portal:a%20b@/portal?host=%2Ftmp%2Fx",
    "SANDBOX_DATABASE_URL": "postgresql://portal:a%20b@/sandbox?host=%2Ftmp%2Fx",
    "REDIS_URL": "unix:///tmp/x/valkey.sock?db=0",
}


@pytest.fixture
def variables(tmp_path, monkeypatch):
    for name in (*secrets.MAKERS, *environment.OVERRIDABLE):
        monkeypatch.delenv(name, raising=False)
    return environment.build(tmp_path, SERVERS, web_port=8001, sandbox_port=8103)


def test_addresses_follow_the_ports(variables):
    assert variables["BASE_URL"] == "http://127.0.0.1:8001"
    assert variables["SANDBOX_BASE_URL"] == variables["OIDC_ISSUER"] == "http://127.0.0.1:8103"
    assert variables["SOURCES_URL"] == "http://127.0.0.1:8103/sources"


def test_a_real_provider_named_by_the_caller_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("OIDC_ISSUER", "https://id.example.go.id")
    built = environment.build(tmp_path, SERVERS, web_port=8000, sandbox_port=8100)
    assert built["OIDC_ISSUER"] == "https://id.example.go.id"


def test_the_sandbox_cannot_reach_the_portals_data(variables, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")
    sandbox = environment.for_sandbox(variables)
    assert not environment.PORTAL_ONLY & sandbox.keys()
    assert sandbox["DJANGO_SETTINGS_MODULE"] == "sandbox.settings"
    assert {"SANDBOX_DATABASE_URL", "OIDC_CLIENT_SECRET", "SOURCES_TOKEN", "BASE_URL"} <= sandbox.keys()


def test_the_portal_does_not_know_the_sandboxs_secrets(variables, monkeypatch):
    for name in [name for name in environment.os.environ if name.startswith("SANDBOX_")]:
        monkeypatch.delenv(name)
    portal = environment.for_portal(variables)
    assert not [name for name in portal if name.startswith("SANDBOX_")]


def test_a_shell_reads_the_written_file(variables, tmp_path):
    variables["ODD"] = 'it\'s $HOME and a "quote" = yes'
    path = tmp_path / "env"
    environment.write(path, variables)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert environment.read(path) == variables
    said = subprocess.run(["sh", "-c", f'. "{path}"; printf %s "$ODD"'], capture_output=True, text=True, check=True)
    assert said.stdout == variables["ODD"]


def test_secrets_are_made_once_and_private(tmp_path):
    first = secrets.load(tmp_path)
    assert secrets.load(tmp_path) == first
    assert set(first) == set(secrets.MAKERS)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_secret_added_later_leaves_the_others_alone(tmp_path):
    known = secrets.load(tmp_path)
    (tmp_path / "secrets.json").write_text(json.dumps({"FIELD_KEYS": known["FIELD_KEYS"]}))
    assert secrets.load(tmp_path)["FIELD_KEYS"] == known["FIELD_KEYS"]
    assert set(secrets.load(tmp_path)) == set(secrets.MAKERS)


def test_the_signing_key_is_made_once_and_private(tmp_path):
    path = secrets.signing_key_file(tmp_path)
    content = path.read_bytes()
    assert content.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secrets.signing_key_file(tmp_path).read_bytes() == content
