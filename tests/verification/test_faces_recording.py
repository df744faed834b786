"""Recordings of moves, looked at as the worker looks: who is there passes, what only pretends does not."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bench import face_attacks
from bench import face_warps as warps
from bench.face_attacks import encoded
from bench.face_warps import Held
from tests.support import faces, moving, pictures
from verification.faces import moves as rows
from verification.faces import recording, track
from verification.faces.codes import Break, Hint, Move
from verification.faces.decode import decode
from verification.faces.embed import embed
from verification.faces.recording import SELFIE_FRAMES, SIDE, evaluate

ASKED = (Move.LEFT, Move.RIGHT, Move.STRAIGHT, Move.LEFT)
Frames = tuple[bytes, ...]


def held_print(name: str, moves: Sequence[Move], *, slant: float, bend: float = 0) -> Frames:
    """A print turned to each side that is asked, and tilted with it."""
    chance, shots = np.random.default_rng(5), []
    for _place, move in rows.of_each_frame(moves):
        side = {Move.LEFT: 1, Move.RIGHT: -1}.get(move, 0)
        how = Held(yaw=side * slant, pitch=abs(side) * slant, roll=-side * 10, bend=bend if side else 0)
        shots.append(encoded(warps.noisy(warps.held(moving.shot(name), how), chance)))
    return tuple(shots)


def test_fourteen_rows_turn_to_either_side_and_none_repeats_a_move() -> None:
    found = rows.rows()
    assert len(found) == len(set(found)) == 14
    for row in found:
        assert {Move.LEFT, Move.RIGHT} <= set(row)
        assert all(one != other for one, other in itertools.pairwise((Move.STRAIGHT, *row)))
    assert rows.draw() in found


@pytest.mark.parametrize("cannot", rows.TURNS)
def test_a_turn_that_is_not_possible_is_replaced_and_the_other_stays(cannot: Move) -> None:
    for row in rows.rows(cannot):
        assert cannot not in row
        assert Move.CLOSER in row
        assert set(rows.TURNS) - {cannot} <= set(row)


@pytest.mark.parametrize("name", [faces.OBAMA_AGAIN, faces.BIDEN])
def test_somebody_who_does_what_is_asked_is_live(name: str) -> None:
    found = evaluate(moving.film(name, ASKED), ASKED)
    assert found.why is None
    assert found.embedding is not None
    assert found.best < rows.STRAIGHT_FRAMES
    assert found.texture is not None


def test_who_is_compared_is_the_mean_of_the_sharpest_frontal_frames() -> None:
    film = moving.film(faces.BIDEN, ASKED)
    seen = track.follow([decode(frame, side=SIDE) for frame in film])
    assert isinstance(seen, list)
    straight = [at for at, (_place, move) in enumerate(rows.of_each_frame(ASKED)) if move == Move.STRAIGHT]
    chosen = sorted(straight, key=lambda at: seen[at].measures.detail)[-SELFIE_FRAMES:]
    assert len(chosen) < len(straight)  # so that something is chosen
    each = [embed(seen[at].picture, seen[at].face) for at in chosen]
    found = evaluate(film, ASKED).embedding
    assert found == pytest.approx(np.mean(each, axis=0), abs=1e-6)
    assert all(np.abs(found - one).max() > 1e-4 for one in each)


def test_coming_closer_takes_the_place_of_one_turn() -> None:
    asked = (Move.RIGHT, Move.CLOSER, Move.STRAIGHT, Move.RIGHT)
    assert evaluate(moving.film(faces.BIDEN, asked), asked).why is None


def good() -> Frames:
    return moving.film(faces.BIDEN, ASKED)


def with_frame(at: int, data: bytes) -> Frames:
    return (*good()[:at], data, *good()[at + 1 :])


ATTACKS: dict[str, tuple[Callable[[], Frames], set[Break | Hint]]] = {
    "the answer to another challenge": (lambda: moving.film(faces.BIDEN, ASKED[::-1]), {Break.MOVE_MISSED}),
    "frames in another order": (lambda: (*good()[:3], *reversed(good()[3:])), {Break.MOVE_MISSED}),
    "a frame twice": (lambda: with_frame(4, good()[3]), {Break.REPEATED}),
    "a frame saved again": (
        lambda: with_frame(4, pictures.jpeg(pictures.opened(good()[3]), quality=80)),
        {Break.REPEATED},
    ),
    "one photograph": (lambda: (good()[0],) * rows.FRAMES, {Break.REPEATED}),
    "a photograph held still": (lambda: moving.film(faces.BIDEN, ASKED, degrees=0), {Break.MOVE_MISSED}),
    "a print turned and slanted": (lambda: held_print(faces.BIDEN, ASKED, slant=30), {Break.MOVE_MISSED}),
    "a print bent and turned": (lambda: held_print(faces.BIDEN, ASKED, slant=30, bend=0.5), {Break.MOVE_MISSED}),
    "another person turns": (
        lambda: (*good()[:3], *moving.film(faces.OBAMA_AGAIN, ASKED)[3:]),
        {Break.MOVE_MISSED, Break.OTHER_PERSON, Break.JUMPED},
    ),
    "another person looks straight": (
        lambda: (*moving.film(faces.OBAMA_AGAIN, ASKED)[:3], *good()[3:]),
        {Break.MOVE_MISSED, Break.OTHER_PERSON, Break.JUMPED},
    ),
    "another person in one frame": (
        lambda: with_frame(10, moving.film(faces.OBAMA_AGAIN, ASKED)[10]),
        {Break.MOVE_MISSED, Break.OTHER_PERSON, Break.JUMPED},
    ),
    "too few frames": (lambda: good()[:-1], {Break.REPEATED}),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_does_not_count_as_live(attack: str) -> None:
    frames, why = ATTACKS[attack]
    found = evaluate(frames(), ASKED)
    assert found.why in why
    assert found.embedding is None


@pytest.mark.parametrize("extreme", [0.0, 100.0])
def test_no_texture_however_extreme_makes_an_attack_live(monkeypatch: pytest.MonkeyPatch, extreme: float) -> None:
    monkeypatch.setattr(recording, "fineness", lambda chip: extreme)
    still = evaluate(moving.film(faces.BIDEN, ASKED, degrees=0), ASKED)
    assert (still.why, still.texture) == (Break.MOVE_MISSED, extreme)


BAD_INPUT: dict[str, tuple[Callable[[], Frames], Break | Hint]] = {
    "two faces": (
        lambda: with_frame(0, pictures.side_by_side(faces.portrait(faces.BIDEN), faces.portrait(faces.OBAMA))),
        Hint.MANY,
    ),
    "upside down": (
        lambda: tuple(encoded(np.rot90(np.asarray(pictures.opened(frame)), 2)) for frame in good()),
        Hint.NONE,
    ),
    "nobody": (lambda: with_frame(0, pictures.wall()), Hint.NONE),
    "dark": (lambda: tuple(pictures.dark(frame) for frame in good()), Hint.DARK),
    "cut off": (lambda: with_frame(5, pictures.truncated(good()[5])), Hint.UNREADABLE),
    "empty": (lambda: with_frame(5, b""), Hint.UNREADABLE),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_frames_end_with_one_hint(case: str) -> None:
    frames, why = BAD_INPUT[case]
    assert evaluate(frames(), ASKED).why == why


def test_people_of_the_collection_pass_and_their_prints_do_not() -> None:
    root = faces.collection()
    found = {film.kind: evaluate(film.frames, film.moves).why for film in face_attacks.films(root, small=True, seed=1)}
    assert found.pop("genuine") is None
    assert {"slanted_print", "bent_print", "real_print", "still_photograph"} <= set(found)
    assert all(found.values())
