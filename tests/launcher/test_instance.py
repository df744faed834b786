"""Who is running: locks, leftovers, and numbers that were given to somebody else meanwhile."""

import os
import signal
import subprocess
import sys
import time

import pytest

from launcher import environment, instance, processes
from launcher.postgres import Postgres

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper():
    process = processes.spawn(SLEEPER)
    yield process
    processes.kill_group(process.pid)
    process.wait()


def test_a_second_run_is_refused_by_name(tmp_path):
    with instance.exclusive(tmp_path, "run"):
        with pytest.raises(instance.Busy, match=f"already running here .process {os.getpid()}"):
            instance.exclusive(tmp_path, "run").__enter__()
        assert instance.holder(tmp_path) == instance.Holder(os.getpid(), "run")
    assert instance.holder(tmp_path) is None


def test_a_second_run_says_where_the_first_one_is(tmp_path):
    environment.write(tmp_path / "env", {"BASE_URL": "http://127.0.0.1:8001"})
    with instance.exclusive(tmp_path, "run"), pytest.raises(instance.Busy, match="http://127.0.0.1:8001"):
        instance.exclusive(tmp_path, "run").__enter__()


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    code = "import sys, time; from launcher import instance; from pathlib import Path\n"
    code += "with instance.exclusive(Path(sys.argv[1]), 'run'): print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert instance.holder(tmp_path) == instance.Holder(holder.pid, "run")
    holder.kill()
    holder.communicate()
    assert instance.holder(tmp_path) is None


def test_a_process_left_behind_is_ended(tmp_path, sleeper, monkeypatch):
    monkeypatch.setattr(instance, "LEAVING", 0.2)
    instance.remember(tmp_path, {"web": sleeper.pid})
    assert instance.end_leftovers(tmp_path) == ["web"]
    assert sleeper.wait(5) == -signal.SIGKILL


def test_a_stranger_with_a_remembered_number_is_left_alone(tmp_path, sleeper, monkeypatch):
    instance.remember(tmp_path, {"web": sleeper.pid})
    monkeypatch.setattr(processes, "identity", lambda _pid: "started at another time")
    assert instance.end_leftovers(tmp_path) == []
    assert sleeper.poll() is None


def test_two_processes_differ_in_identity(sleeper):
    time.sleep(0.02)  # start times are counted in hundredths of a second
    other = processes.spawn(SLEEPER)
    try:
        assert processes.identity(sleeper.pid) != processes.identity(other.pid)
        assert processes.identity(sleeper.pid) == processes.identity(sleeper.pid)
    finally:
        processes.stop(other)
    assert processes.identity(other.pid) == ""


def test_a_stale_pid_file_of_a_stranger_is_removed(tmp_path, sleeper):
    cluster = Postgres(tmp_path, "secret")
    cluster.data.mkdir()
    pid_file = cluster.data / "postmaster.pid"
    pid_file.write_text(f"{sleeper.pid}\n{cluster.data}\n")
    cluster._drop_stale_locks()
    assert not pid_file.exists()
    assert sleeper.poll() is None


def test_children_end_with_a_killed_parent(tmp_path):
    code = "import sys, time; from launcher import processes\n"
    code += (
        "print(processes.spawn([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    )
    assert_child_ends_with_parent(code)


def test_the_watchdog_ends_children_where_the_kernel_does_not():
    code = "import sys, time; from launcher import processes; processes._LIBC = None\n"
    code += (
        "print(processes.spawn([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    )
    assert_child_ends_with_parent(code)


def assert_child_ends_with_parent(code):
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert processes.is_alive(child)
    parent.kill()
    parent.communicate()
    assert processes.wait_gone(child, 8)
