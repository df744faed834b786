"""Without a browser the journeys are skipped so that nobody can miss it, and in CI they are an error."""

import os
import subprocess
import sys

import pytest

from launcher import browser
from launcher.state import ROOT

TESTS = """
import pytest

@pytest.mark.browser
def test_journey(): ...

@pytest.mark.browser
def test_another(): ...

def test_plain(): ...
"""

APT_GET = """#!/bin/sh
echo "$@" >> "$0.log"
case "$*" in *install*chromium) cp "$0" "$(dirname "$0")/chromium";; esac
exit $STATUS
"""


@pytest.fixture
def debian(tmp_path, monkeypatch):
    """A machine with an apt-get and without a browser, as root."""
    apt_get = tmp_path / "apt-get"
    apt_get.write_text(APT_GET)
    apt_get.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(browser, "NAMES", ("chromium-of-this-test",))
    monkeypatch.setattr(browser, "MAC", str(tmp_path / "chromium"))
    monkeypatch.delenv("PORTAL_CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("STATUS", "0")
    return tmp_path


def test_root_on_debian_gets_the_distributions_browser(debian):
    assert browser.find() is None
    assert browser.find_or_install() == str(debian / "chromium")
    update, install = (debian / "apt-get.log").read_text().splitlines()
    assert update.endswith("update -qq")
    assert install.endswith("install -y -qq --no-install-recommends chromium")


def test_an_ordinary_user_installs_nothing(debian, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert browser.find_or_install() is None
    assert not (debian / "apt-get.log").exists()


def test_a_failing_installation_is_said_and_survived(debian, monkeypatch, capsys):
    monkeypatch.setattr(browser, "MAC", str(debian / "nowhere"))
    monkeypatch.setenv("STATUS", "100")
    assert browser.find_or_install() is None
    assert "apt-get install failed" in capsys.readouterr().err


LAUNCH = """
def test_it_is_the_one_that_is_launched(browser_type_launch_args, pytestconfig):
    assert browser_type_launch_args["executable_path"] == str(pytestconfig.rootpath / "chromium")
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")

    def run(*arguments, path="/nonexistent", **variables):
        without = {name: value for name, value in os.environ.items() if name not in {"CI", "PORTAL_CHROMIUM"}}
        plugins = ["-p", "launcher.pytest_browser", "-p", "no:randomly", "-p", "no:django", "-p", "no:cacheprovider"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *plugins, *arguments],
            cwd=tmp_path,
            env={**without, "PYTHONPATH": str(ROOT), "PATH": path, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_last_line_says_how_many_did_not_run_and_why(run):
    done = run()
    assert done.returncode == 0
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("NO BROWSER: 2 browser tests were NOT run (no Chromium: apt-get install chromium")


def test_also_with_several_workers(run):
    last = run("-n", "2").stdout.strip().splitlines()[-1]
    assert last.startswith("NO BROWSER: 2 browser tests were NOT run")


def test_in_ci_a_missing_browser_is_an_error(run):
    done = run(CI="true")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "NO BROWSER: 2 browser tests cannot run" in done.stdout + done.stderr


def test_with_a_browser_they_run_and_come_last(run, tmp_path):
    chromium = tmp_path / "chromium"
    chromium.write_text("#!/bin/sh\n")
    chromium.chmod(0o755)
    done = run("-v", CI="true", PORTAL_CHROMIUM=str(chromium))
    names = [line.split("::")[1].split()[0] for line in done.stdout.splitlines() if " PASSED" in line]
    assert names == ["test_plain", "test_journey", "test_another"]
    assert "NO BROWSER" not in done.stdout


def test_the_browser_that_was_found_is_launched(run, tmp_path):
    chromium = tmp_path / "chromium"
    chromium.write_text("#!/bin/sh\n")
    chromium.chmod(0o755)
    (tmp_path / "test_some.py").write_text(LAUNCH)
    done = run(PORTAL_CHROMIUM=str(chromium))
    assert done.returncode == 0, done.stdout
