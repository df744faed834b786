import os
import signal
import sys
import time

import pytest

from launcher import processes
from launcher.errors import LauncherError
from launcher.supervisor import LOG_LIMIT, MOST_RESTARTS, Service, Supervisor, rotate_logs


def service(state, name, code):
    return Service(name, [sys.executable, "-c", code], dict(os.environ), state)


@pytest.fixture
def state(tmp_path):
    rotate_logs(tmp_path / "log")
    return tmp_path


def test_a_killed_service_is_started_again(state, capsys):
    web = service(state, "web", "import time; time.sleep(60)")
    supervisor = Supervisor(state, [])
    supervisor.start([web])
    first = web.process.pid
    os.kill(first, signal.SIGKILL)
    assert processes.wait_until(lambda: not web.is_running(), 5)
    supervisor.check()
    assert web.is_running()
    assert web.process.pid != first
    assert "web ended (status -9); starting it again." in capsys.readouterr().out
    supervisor.stop()


def test_a_service_that_keeps_ending_stops_everything_with_its_last_words(state):
    web = service(state, "web", "raise SystemExit('port is taken')")
    supervisor = Supervisor(state, [])
    supervisor.start([web])
    with pytest.raises(LauncherError, match=r"(?s)web keeps ending .status 1.*port is taken"):
        supervisor.wait(lambda: False, within=30)
    assert web.log.read_text().count("port is taken") == MOST_RESTARTS + 1
    supervisor.stop()


def test_workers_of_a_killed_web_server_do_not_survive_its_restart(state):
    code = "import subprocess, sys, time; "
    code += (
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    )
    web = service(state, "web", code)
    supervisor = Supervisor(state, [])
    supervisor.start([web])
    assert processes.wait_until(lambda: web.log.read_text().strip().isdigit(), 5)
    worker = int(web.log.read_text())
    os.kill(web.process.pid, signal.SIGKILL)
    assert processes.wait_until(lambda: not web.is_running(), 5)
    supervisor.check()
    assert processes.wait_gone(worker, 5)
    supervisor.stop()


def test_stopping_takes_as_long_as_the_slowest_and_no_longer_than_the_grace(state, monkeypatch):
    monkeypatch.setattr("launcher.supervisor.GRACE", 0.6)
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    services = [service(state, name, stubborn) for name in ("web", "worker", "beat")]
    supervisor = Supervisor(state, [])
    supervisor.start(services)
    supervisor.wait(lambda: all(each.log.exists() and each.log.read_text() for each in services), within=10)
    started = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - started < 1.5
    assert not any(each.is_running() for each in services)


def test_a_large_log_is_set_aside_at_the_start(state):
    large, small = state / "log" / "web.log", state / "log" / "beat.log"
    large.write_bytes(b"x" * (LOG_LIMIT + 1))
    small.write_text("kept")
    rotate_logs(state / "log")
    assert not large.exists()
    assert (state / "log" / "web.log.1").exists()
    assert small.read_text() == "kept"
