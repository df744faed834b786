import socket
from collections.abc import Iterator

import pytest

from launcher import ports, run
from launcher.errors import LauncherError


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_somebody_listens_on_is_not_free(busy):
    assert not ports.is_free(busy)


def test_a_port_taken_on_all_addresses_is_not_free():
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        assert not ports.is_free(listener.getsockname()[1])


def test_the_next_free_port_is_taken_instead_of_a_busy_one(busy):
    chosen = ports.first_free(busy)
    assert busy < chosen < busy + ports.TRIES


def test_a_port_promised_to_another_process_is_skipped(busy):
    first = ports.first_free(busy)
    assert ports.first_free(busy, taken=(first,)) > first


def test_a_port_asked_for_by_number_is_never_replaced(busy):
    with pytest.raises(LauncherError, match=f"Port {busy} is in use"):
        ports.exactly(busy)


@pytest.mark.parametrize("number", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(number):
    with pytest.raises(LauncherError, match="not a port number"):
        ports.exactly(number)


def test_a_busy_usual_port_is_said_aloud(monkeypatch, capsys, busy):
    monkeypatch.setattr(run, "WEB_PORT", busy)
    web, sandbox = run.choose_ports(None)
    assert web != busy
    assert sandbox != web
    assert f"Port {busy} is in use; the portal takes {web}." in capsys.readouterr().out


def test_the_sandbox_stays_below_the_last_port(monkeypatch):
    monkeypatch.setattr(ports, "is_free", lambda _port: True)
    web, sandbox = run.choose_ports(65500)
    assert web == 65500
    assert 0 < sandbox < 65536
