import sys

import pytest

from launcher import prepare
from launcher.errors import LauncherError
from launcher.prepare import Step


@pytest.fixture
def state(tmp_path):
    (tmp_path / "log").mkdir()
    return tmp_path


class Recorder:
    """Steps that leave a line in a file, and the lines."""

    def __init__(self, state):
        self.path = state / "done"

    def step(self, name, **options):
        code = f"open({str(self.path)!r}, 'a').write({name!r} + ' ')"
        return Step(name, [sys.executable, "-c", code], {}, **options)

    @property
    def names(self):
        return self.path.read_text().split() if self.path.exists() else []


@pytest.fixture
def recorder(state):
    return Recorder(state)


def go(steps, state):
    told = []
    prepare.run(steps, state, tell=lambda name, _seconds, note: told.append((name, note)))
    return told


def test_a_step_runs_once_while_nothing_changes(state, recorder):
    steps = [recorder.step("a")]
    go(steps, state)
    assert go(steps, state) == []
    assert recorder.names == ["a"]


def test_a_changed_input_makes_it_due_again(state, recorder):
    source = state / "input.txt"
    source.write_text("one")
    steps = [recorder.step("a", inputs=(f"{state}/input*",))]
    go(steps, state)
    source.write_text("three")
    go(steps, state)
    assert recorder.names == ["a", "a"]


def test_another_database_makes_it_due_again(state, recorder):
    go([recorder.step("a", key="one")], state)
    go([recorder.step("a", key="two")], state)
    assert recorder.names == ["a", "a"]


def test_a_lost_output_makes_it_due_again(state, recorder):
    output = state / "done"
    steps = [recorder.step("a", is_done=output.exists)]
    go(steps, state)
    output.unlink()
    go(steps, state)
    assert recorder.names == ["a"]


def test_a_step_waits_for_those_it_needs(state, recorder):
    go([recorder.step("c", after=("a", "b")), recorder.step("b", after=("a",)), recorder.step("a")], state)
    assert recorder.names == ["a", "b", "c"]


def test_a_failure_stops_everything_and_shows_what_was_said(state, recorder):
    failing = Step("bad", [sys.executable, "-c", "import sys; print('the reason'); sys.exit(3)"], {})
    with pytest.raises(LauncherError, match="the reason"):
        go([failing, recorder.step("later", after=("bad",))], state)
    assert recorder.names == []


def test_a_failure_is_tried_again_next_time(state):
    failing = Step("bad", [sys.executable, "-c", "raise SystemExit(1)"], {})
    for _ in range(2):
        with pytest.raises(LauncherError):
            go([failing], state)


def test_a_step_that_may_fail_does_not_stop_the_others(state, recorder):
    failing = Step("extra", [sys.executable, "-c", "raise SystemExit('no network')"], {}, may_fail=True)
    told = go([failing, recorder.step("a", after=("extra",))], state)
    assert ("extra", "not done: no network") in told
    assert recorder.names == ["a"]


def test_what_succeeded_before_a_failure_is_not_done_twice(state, recorder):
    failing = Step("bad", [sys.executable, "-c", "raise SystemExit(1)"], {}, after=("a",))
    for _ in range(2):
        with pytest.raises(LauncherError):
            go([recorder.step("a"), failing], state)
    assert recorder.names == ["a"]
