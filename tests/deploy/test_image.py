"""Dockerfile and .dockerignore, read against the repository."""

import re
from fnmatch import fnmatch

import pytest

from tests.deploy.compose import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
ALLOWED = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]


def test_what_it_copies_is_there_and_let_in():
    for source in re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists(), source
        assert source == "." or source.split("/")[0] in ALLOWED, f".dockerignore keeps {source} out"


@pytest.mark.parametrize("name", ALLOWED)
def test_what_dockerignore_lets_in_exists(name):
    assert (ROOT / name).exists()


@pytest.mark.parametrize("name", ["sandbox", "tests", "var", ".env", ".venv", ".git", "uv.lock"])
def test_a_server_never_gets(name):
    assert not any(fnmatch(name, pattern) for pattern in ALLOWED)


def test_every_app_of_the_settings_is_in_the_image(settings):
    ours = {app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()}
    assert ours <= set(ALLOWED)


def test_it_runs_as_nobody_special_and_installs_only_what_a_server_needs():
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert "launcher.install prod" in DOCKERFILE
    assert not re.search(r"requirements/(run|dev)", DOCKERFILE)


def test_secrets_given_while_building_stay_in_the_first_stage():
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert not re.search(r"SECRET|_KEY|TOKEN|PASSWORD", final)


def test_ci_does_what_a_developer_does():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text()
    assert script.read_text().strip().endswith("exec ./portal test")
