"""A half-safe server does not start, and says which variable is to blame."""

import os
import subprocess
import sys
from base64 import b64encode

import pytest

from tests.support.code import ROOT

GOOD = {
    "DJANGO_SETTINGS_MODULE": "perlinsos.settings.production",
    "SECRET_KEY": "k" * 60,
    "FIELD_KEYS": "k1:" + b64encode(bytes(range(32))).decode(),
    "BLIND_INDEX_KEY": b64encode(bytes(32)).decode(),
    "BASE_URL": "https://perlinsos.example.go.id",
    "ALLOWED_HOSTS": "perlinsos.example.go.id",
    "DATABASE_URL": "postgresql://portal@db.internal/portal",
    "REDIS_URL": "redis://redis.internal:6379/0",
    "FILES_ROOT": "/srv/perlinsos/files",
    "OIDC_ISSUER": "https://ikd.example.go.id",
    "OIDC_CLIENT_ID": "portal",
    "OIDC_CLIENT_SECRET": "secret",
    "SOURCES_URL": "https://splp.example.go.id/sources",
    "SOURCES_TOKEN": "token",
    "EMAIL_HOST": "mail.example.go.id",
}


def boot(**changes: str | None) -> subprocess.CompletedProcess[str]:
    wanted = {**GOOD, **changes}
    environment = {name: value for name, value in wanted.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); from django.conf import settings as s; print(s.DEMO)"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_complete_environment_starts_without_demonstration() -> None:
    done = boot()
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


@pytest.mark.parametrize("missing", sorted(set(GOOD) - {"DJANGO_SETTINGS_MODULE", "BASE_URL"}))
def test_a_missing_variable_stops_the_start_by_name(missing: str) -> None:
    done = boot(**{missing: None})
    assert done.returncode != 0
    assert missing in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SECRET_KEY", "k" * 49, "too short"),
        ("BASE_URL", "http://perlinsos.example.go.id", "must use https"),
        ("OIDC_ISSUER", "http://ikd.example.go.id", "must use https"),
        ("SOURCES_URL", "http://splp.example.go.id", "must use https"),
        ("OIDC_ISSUER", "https://127.0.0.1:8100", "sandbox"),
        ("SOURCES_URL", "https://localhost:8100/sources", "sandbox"),
        ("SOURCES_URL", "https://sandbox.example.go.id/sources", "sandbox"),
        ("SOURCES_URL", "https://sandbox/sources", "sandbox"),
        ("FIELD_KEYS", "k1", "must look like id:base64key"),
        ("FIELD_KEYS", "k1:c2hvcnQ=", "must be 32 bytes"),
        ("BLIND_INDEX_KEY", "not base64!", "is not base64"),
        ("EMAIL_PORT", "smtp", "must be a whole number"),
        *(("FACE_SAMPLE_PERCENT", percent, "must be 2 to 5") for percent in ("0", "1", "6", "100", "-3")),
    ],
)
def test_an_unsafe_value_stops_the_start_with_its_reason(name: str, value: str, reason: str) -> None:
    done = boot(**{name: value})
    assert done.returncode != 0
    last = done.stderr.splitlines()[-1]
    assert name in last
    assert reason in last
    assert value not in last or name.endswith(("URL", "PERCENT"))


OAUTH = {"SOURCES_AUTH": "default:oauth", "SOURCES_CLIENT_ID": "portal", "SOURCES_CLIENT_SECRET": "s"}
KEY = "SOURCES_ENVELOPE_KEYS"


@pytest.mark.parametrize(
    ("changes", "name", "reason"),
    [
        ({**OAUTH, "SOURCES_CLIENT_SECRET": None}, "SOURCES_CLIENT_SECRET", "when SOURCES_AUTH says oauth"),
        ({"SOURCES_CLIENT_ID": "portal"}, "SOURCES_CLIENT_SECRET", "beside SOURCES_CLIENT_ID"),
        ({"SOURCES_AUTH": "default:token,pln:oauth"}, "SOURCES_CLIENT_ID", "when SOURCES_AUTH says oauth"),
        ({"SOURCES_AUTH": "default:token,pln:mtls"}, "SOURCES_TLS_CERT", "when SOURCES_AUTH says mtls"),
        ({"SOURCES_TLS_CERT": "/etc/hosts"}, "SOURCES_TLS_KEY, SOURCES_TLS_CA", "beside SOURCES_TLS_CERT"),
        ({f"SOURCES_TLS_{part}": "/nowhere" for part in ("CERT", "KEY", "CA")}, "SOURCES_TLS_CERT", "not there"),
        ({"SOURCES_AUTH": "default:basic"}, "SOURCES_AUTH", "must be one of mtls, oauth, token"),
        ({"SOURCES_AUTH": "pln:token"}, "SOURCES_AUTH", "needs a default"),
        ({"SOURCES_ENVELOPE": "pln"}, KEY, "beside SOURCES_ENVELOPE"),
        ({KEY: GOOD["FIELD_KEYS"]}, "SOURCES_ENVELOPE", f"beside {KEY}"),
        ({"SOURCES_ENVELOPE": "pln", KEY: "k1:c2hvcnQ="}, KEY, "must be 32 bytes"),
        ({"SOURCES_CALLBACK": "pln"}, "SOURCES_CALLBACK_KEY", "beside SOURCES_CALLBACK"),
        ({"SOURCES_CALLBACK": "pln", "SOURCES_CALLBACK_KEY": "short"}, "SOURCES_CALLBACK_KEY", "32 characters"),
        ({"SOURCES_PER_SECOND": "default:many"}, "SOURCES_PER_SECOND", "whole numbers"),
        ({"SOURCES_AT_ONCE": "default:0"}, "SOURCES_AT_ONCE", "numbers from 1"),
        ({"SOURCES_TIMEOUT_S": "default:10,pln:31"}, "SOURCES_TIMEOUT_S", "must not exceed 30"),
        ({"SOURCES_PER_SECOND": "default:20,pnl:5"}, "pnl", "is no source"),
    ],
)
def test_half_a_protection_of_the_sources_stops_the_start(
    changes: dict[str, str | None], name: str, reason: str
) -> None:
    done = boot(**changes)
    assert done.returncode != 0
    last = done.stderr.splitlines()[-1]
    assert name in last
    assert reason in last


def test_a_whole_protection_starts() -> None:
    sealed = {"SOURCES_ENVELOPE": "default", KEY: GOOD["FIELD_KEYS"]}
    called = {"SOURCES_CALLBACK": "bpn", "SOURCES_CALLBACK_KEY": "k" * 32}
    assert boot(**OAUTH, **sealed, **called, SOURCES_TOKEN=None).returncode == 0


def test_a_secret_may_come_from_a_file(tmp_path: "os.PathLike[str]") -> None:
    secret = os.path.join(tmp_path, "secret")
    with open(secret, "w") as file:
        file.write("s" * 60 + "\n")
    assert boot(SECRET_KEY=None, SECRET_KEY_FILE=secret).returncode == 0
