"""What the figures about faces rest on; the figures themselves are not tests."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench import face_accuracy, face_collection, face_conditions, face_holdout, registry, report
from bench.face_collection import EAST_ASIAN, LFW
from bench.face_holdout import half_of
from bench.face_scores import GENERAL_PEOPLE, People, people_of
from bench.face_waiting import _overtaken
from bench.figures import Figure
from tests.support import faces
from verification.faces.decode import decode
from verification.faces.detect import find_faces
from verification.faces.normalise import start_centres
from verification.faces.pairs import Pair


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
    general, population = people.centres_without(start, [("ani", "budi"), ("budi", "budi"), ("somebody", "else")])
    assert general[0] * (GENERAL_PEOPLE - 2) + one + two == pytest.approx(start.general * GENERAL_PEOPLE)
    assert general[1] * (GENERAL_PEOPLE - 1) + two == pytest.approx(start.general * GENERAL_PEOPLE)
    assert population[0] * (start.people - 1) + one == pytest.approx(start.population * start.people)
    assert general[2] == pytest.approx(start.general)
    assert population[1] == pytest.approx(start.population)


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


def invented(crowded: int) -> dict[Path, np.ndarray]:
    """Two pictures each of 160 people; strangers of one half look alike, those of the other do not."""
    chance, looks = np.random.default_rng(7), {}
    common = chance.normal(size=128)
    for number in range(160):
        name = f"P{number}"
        own = chance.normal(size=128)
        likeness = own * 0.57 + common * 0.82 if half_of(name) == crowded else own
        for take in (1, 2):
            face = start_centres().population + 0.4 * likeness / np.linalg.norm(likeness)
            noise = chance.normal(size=(6, 128)) * 0.001
            looks[Path("lfw") / name / f"{take}.jpg"] = (face + noise).astype(np.float32)
    return looks


@pytest.mark.parametrize("crowded", [0, 1])
def test_held_out_people_are_judged_by_edges_of_the_others(crowded: int) -> None:
    looks = invented(crowded)
    same = [Pair(path, path.with_name("2.jpg"), True, LFW) for path in looks if path.name == "1.jpg"]
    listed = {LFW: same, EAST_ASIAN: same[:6]}
    found = {f.key: f for f in face_holdout.figures(listed, looks, people_of(listed, looks), seed=1)}
    fmr = found["accept_fmr_lfw_holdout"]
    assert fmr.median > 0.1  # edges of people who are easily told apart let in whoever is not
    assert "cen, gen <= 1.10" in fmr.note  # and nobody of the crowd took part in choosing them
    assert "chosen on lfw" in fmr.note
    assert found["genuine_accepted_lfw_holdout"].median == 1
    assert "of 6," in found["genuine_accepted_east_asian_names_holdout"].note


def test_too_few_held_out_people_give_no_figure() -> None:
    looks = {path: seen for path, seen in invented(0).items() if len(path.parent.name) == 2}
    listed = {LFW: [Pair(path, path.with_name("2.jpg"), True, LFW) for path in looks], EAST_ASIAN: []}
    found = face_holdout.figures(listed, looks, people_of(listed, looks), seed=1)
    assert [figure.values for figure in found] == [(), ()]


# What other documents and later comparisons name; a figure may be added, none of these may go.
PROMISED = {
    "face": {
        *("images_per_s", "ratio_to_bare", "rss_mb", "accept_fmr_worst_group", "genuine_accepted"),
        *("genuine_accepted_worst_group", "genuine_lost", "default_fmr_worst_group", "attacks_total"),
        *("attacks_stopped", "search_100k_ms"),
    },
    "sources": {"undecided", "over_limit_calls", "p95_s"},
}


def keys_in(bench: str) -> set[str]:
    """The keys that the modules of a bench give figures under, read from their source: a run takes minutes."""
    found = set()
    for file in Path(registry.__file__).parent.glob(f"{bench}*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("Figure", "figure"):
                key = call.args[0]
                found |= {key.value} if isinstance(key, ast.Constant) else set()
    return found


@pytest.mark.parametrize("bench", PROMISED)
def test_every_promised_figure_has_its_key(bench: str) -> None:
    assert sum(map(len, PROMISED.values())) == 14
    assert PROMISED[bench] <= keys_in(bench)
    said = json.loads(report.flat({}, seed=1, small=True, figures=[Figure(key, (1.0,), "") for key in keys_in(bench)]))
    assert PROMISED[bench] <= said.keys()


@pytest.mark.parametrize("condition", face_conditions.CONDITIONS)
def test_every_way_to_spoil_a_picture_gives_one_that_can_be_read(condition: str) -> None:
    picture = decode(faces.portrait(faces.OBAMA))
    (face,) = find_faces(picture)
    spoiled = face_conditions.CONDITIONS[condition](Image.fromarray(picture.pixels), face)
    read = decode(spoiled)
    assert min(read.width, read.height) >= 32
    clean = face_conditions.CONDITIONS["not"](Image.fromarray(picture.pixels), face)
    assert (spoiled == clean) is (condition == "not")


def test_overtaking_is_counted_in_places() -> None:
    assert _overtaken([1, 2, 3, 4], [1, 2, 3, 4]) == 0
    assert _overtaken([1, 2, 3, 4], [2, 3, 1, 4]) == 2
