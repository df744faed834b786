"""What the figures about faces rest on; the figures themselves are not tests."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench import face_accuracy, face_collection, report
from bench.face_accuracy import GENERAL_PEOPLE, People
from bench.face_waiting import _overtaken
from verification.faces.normalise import start_centres


def test_without_the_collection_every_figure_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_FACE_PAIRS", str(tmp_path))
    found = face_accuracy.figures(small=True, seed=1, processes=1)
    assert [figure.key for figure in found] == list(face_accuracy.KEYS)
    assert "not measured here" in report.table(found)
    assert "NO COLLECTION" in report.table(found)
    said = json.loads(report.flat({}, seed=1, small=True, figures=found))
    assert said["accept_fmr_worst_group"] is said["genuine_lost"] is None


def test_a_pair_is_judged_as_if_its_people_had_not_taught() -> None:
    start = start_centres()
    one, two = np.full(128, 0.1), np.full(128, -0.3)
    people = People({"ani": one, "budi": two}, frozenset({"ani"}))
    general, population = people.centres_without(start, frozenset({"ani", "budi", "somebody else"}))
    assert general * (GENERAL_PEOPLE - 2) + one + two == pytest.approx(start.general * GENERAL_PEOPLE)
    assert population * (start.people - 1) + one == pytest.approx(start.population * start.people)


def test_a_small_run_takes_the_same_sample_for_the_same_seed(tmp_path: Path) -> None:
    rows = [f"lfw/P{n}/1.jpg,lfw/P{n + same}/2.jpg,{1 - same}" for n in range(200) for same in (0, 1)]
    for name in ("pairs_lfw", "pairs_lfw_east_asian_names"):
        (tmp_path / f"{name}.csv").write_text("\n".join(["path_a,path_b,same", *rows]) + "\n", encoding="utf-8")
    frames = [f"{kind}/000{n % 3}_{n}.jpg,{kind},000{n % 3}" for n in range(60) for kind in ("live", "print")]
    (tmp_path / "recapture.csv").write_text("\n".join(["path,kind,subject", *frames]) + "\n", encoding="utf-8")
    sizes = face_collection.Sizes()
    first, again, other = (face_collection.lists(tmp_path, small=sizes, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert sum(pair.same for pair in first["lfw"]) == sizes.pairs
    assert len(first["recaptured"]) == (3 * sizes.frames) ** 2
    assert len(face_collection.lists(tmp_path, small=None, seed=1)["recaptured"]) == 60 * 60


def test_overtaking_is_counted_in_places() -> None:
    assert _overtaken([1, 2, 3, 4], [1, 2, 3, 4]) == 0
    assert _overtaken([1, 2, 3, 4], [2, 3, 1, 4]) == 2
