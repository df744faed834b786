"""What recordings stop: prints and stills that pretend to turn, swapped frames; and how often people pass.

Made from the collection: real re-photographed prints as they are, the same prints slanted and bent
anew, people who sit still, and heads that turn (`face_warps`). Not here, because it cannot be made
here: a film of the right moves on a screen, masks, generated faces, a camera that is a program.
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bench import face_collection as collection
from bench import face_warps as warps
from bench.face_warps import Held, Pixels, Where
from bench.figures import Figure
from verification.faces import moves as rows
from verification.faces.codes import Move
from verification.faces.decode import Picture, UnreadablePicture, decode
from verification.faces.detect import find_faces
from verification.faces.recording import evaluate

KEYS = ("attacks_total", "attacks_stopped", "genuine_recordings_passed")
ANGLES = (18, 22)  # of a turn: what people do when asked to turn a little
SLANTS = (25, 40)  # of a print, to the side that was asked
SMALL_SUBJECTS, SUBJECTS = 1, 9
SIDE = {Move.LEFT: 1, Move.RIGHT: -1}


@dataclass(frozen=True)
class Film:
    """Frames and the moves that were asked for. `kind` names the attack, "genuine" none."""

    kind: str
    frames: tuple[bytes, ...]
    moves: tuple[Move, ...]


def figures(*, small: bool, seed: int) -> list[Figure]:
    """Every film looked at as a worker looks at it; nothing where there is no collection."""
    root = collection.folder()
    if root is None:
        return [Figure(key, (), "", f"NO COLLECTION: {collection.WHERE}") for key in KEYS]
    asked, passed = Counter[str](), Counter[str]()
    for film in films(root, small=small, seed=seed):
        asked[film.kind] += 1
        passed[film.kind] += evaluate(film.frames, film.moves).why is None
    attacks = [kind for kind in asked if kind != "genuine"]
    total, through = sum(asked[kind] for kind in attacks), sum(passed[kind] for kind in attacks)
    through_note = ", ".join(f"{kind} {asked[kind] - passed[kind]}/{asked[kind]}" for kind in sorted(attacks))
    people = f"{passed['genuine']} of {asked['genuine']} synthetic turns of real faces; no volunteers"
    return [
        Figure("attacks_total", (total,), "recordings", "prints, stills, swapped and reordered frames"),
        Figure("attacks_stopped", (total - through,), "recordings", through_note),
        Figure("genuine_recordings_passed", (passed["genuine"] / max(1, asked["genuine"]),), "", people),
    ]


def films(root: Path, *, small: bool, seed: int) -> Iterator[Film]:
    """Of every subject one film of each kind; of a small run one subject and the kinds that cost most to miss."""
    chance, dice = np.random.default_rng(seed), random.Random(seed)  # noqa: S311 - films that can be made again
    pictures = _pictures(root)
    subjects = sorted(pictures)[: SMALL_SUBJECTS if small else SUBJECTS]
    before: tuple[bytes, ...] | None = None
    for subject in subjects:
        live, prints = pictures[subject]
        for angle in ANGLES[1:] if small else ANGLES:
            moves = dice.choice(rows.rows())
            film = _turning(dice.sample(live, 1)[0], moves, angle, chance)
            if film is not None:
                yield Film("genuine", film, moves)
        if film is not None:
            yield from _tampered(film, before, moves, dice)
            before = film
        if not small:
            yield Film(
                "sitting_still", tuple(path.read_bytes() for path in _some(live, dice)), dice.choice(rows.rows())
            )
        yield Film("real_print", tuple(path.read_bytes() for path in _some(prints, dice)), dice.choice(rows.rows()))
        for kind, bend in (("slanted_print", 0.0), ("bent_print", 0.45)):
            for slant in SLANTS[1:] if small else SLANTS:
                moves = dice.choice(rows.rows())
                frames = _slanted(decode(dice.choice(prints).read_bytes()).pixels, moves, slant, bend, chance)
                yield Film(kind, frames, moves)


def _tampered(
    film: tuple[bytes, ...], stranger: tuple[bytes, ...] | None, moves: tuple[Move, ...], dice: random.Random
) -> Iterator[Film]:
    """What somebody does who holds a good recording and a challenge it was not made for."""
    others = [row for row in rows.rows() if row != moves]
    yield Film("old_recording", film, dice.choice(others))
    start = rows.STRAIGHT_FRAMES
    yield Film("reordered", (*film[:start], *reversed(film[start:])), moves if moves[::-1] != moves else others[0])
    yield Film("copied_frame", (*film[: start + 1], film[start], *film[start + 2 :]), moves)
    yield Film("still_photograph", tuple(film[0] for _frame in film), moves)
    if stranger is not None:
        yield Film("strange_start", (*stranger[:start], *film[start:]), moves)
        yield Film("strange_turns", (*film[:start], *stranger[start:]), moves)


def turning(pixels: Pixels, moves: Sequence[Move], degrees: float, chance: np.random.Generator) -> tuple[bytes, ...]:
    """A person who does what is asked, shot by shot. Raises ValueError where there is no face."""
    poses = {move: posed(pixels, move, degrees) for move in {Move.STRAIGHT, *moves}}
    return _shots(poses, moves, chance)


def posed(pixels: Pixels, move: Move, degrees: float) -> Pixels:
    """The person doing one move. Raises ValueError where there is no face."""
    if move == Move.CLOSER:
        return warps.held(pixels, Held(scale=1.25))
    if move not in SIDE:
        return pixels
    faces = find_faces(Picture(pixels))
    if not faces:
        raise ValueError("no face")
    return warps.turned(pixels, Where.of(faces[0].points), SIDE[move] * degrees)


def encoded(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=88)
    return out.getvalue()


def _turning(
    path: Path, moves: Sequence[Move], degrees: float, chance: np.random.Generator
) -> tuple[bytes, ...] | None:
    try:
        return turning(decode(path.read_bytes()).pixels, moves, degrees, chance)
    except (ValueError, UnreadablePicture):
        return None


def _slanted(
    pixels: Pixels, moves: Sequence[Move], degrees: float, bend: float, chance: np.random.Generator
) -> tuple[bytes, ...]:
    """A print turned to the side that was asked, and slanted at the same time, which fools the landmarks."""
    poses = {Move.STRAIGHT: pixels}
    for move in set(moves) - {Move.STRAIGHT}:
        turn, tilt = SIDE[move] * degrees, 0.8 * degrees * float(chance.choice([-1, 1]))
        poses[move] = warps.held(pixels, Held(yaw=turn, pitch=tilt, roll=-0.3 * turn, bend=bend))
    return _shots(poses, moves, chance)


def _shots(poses: Mapping[Move, Pixels], moves: Sequence[Move], chance: np.random.Generator) -> tuple[bytes, ...]:
    return tuple(encoded(warps.noisy(poses[move], chance)) for _place, move in rows.of_each_frame(moves))


def _some(paths: Sequence[Path], dice: random.Random) -> list[Path]:
    return dice.sample(list(paths), rows.FRAMES)


def _pictures(root: Path) -> dict[str, tuple[list[Path], list[Path]]]:
    """Live frames and prints of every subject who has enough of both."""
    found: dict[str, dict[str, list[Path]]] = {}
    with (root / "recapture.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["subject"], {"live": [], "print": []})[row["kind"]].append(root / row["path"])
    each = {subject: (kinds["live"], kinds["print"]) for subject, kinds in found.items()}
    return {subject: kinds for subject, kinds in each.items() if min(map(len, kinds)) >= rows.FRAMES}
