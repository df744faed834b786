"""What a poor picture costs: one side of each pair is spoiled in one way, as phones and places spoil it.

People of Labeled Faces in the Wild who did not teach the population's mean; each taught one part in 1,760 of
the general one. Their faces are about 110 pixels wide, so "small" here is smaller than a phone ever takes.
Glasses and masks are drawn: real ones are milder.
"""

import io
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from bench import face_collection as collection
from bench.figures import Figure
from verification.faces import pairs
from verification.faces.calibration import Rate, measure
from verification.faces.decode import Picture, decode
from verification.faces.detect import Face, find_faces, find_in_selfie
from verification.faces.embed import embed
from verification.faces.normalise import start_centres
from verification.faces.pairs import Pair
from verification.faces.quality import judge
from verification.faces.thresholds import STRICT
from verification.faces.vectors import Embedding

PAIRS = 150
CHUNK = 8  # pictures a process takes at a time
Spoil = Callable[[Image.Image, Face], bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A spoiled picture as the worker sees it; without an embedding it shows no face."""

    is_caught: bool
    embedding: Embedding | None


def figures(*, seed: int, processes: int) -> list[Figure]:
    """Per condition: people accepted whose face was found, and what the quality gate would have caught before.

    Strangers are all other people of the same pairs, so their pairs share people.
    """
    root = collection.folder()
    if root is None:
        return []
    chosen = _pairs(root, random.Random(seed))  # noqa: S311 - a sample that can be drawn again
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        whole = list(pool.map(pairs.embed_file, [pair.second for pair in chosen], chunksize=CHUNK))
        known = [(pair, other) for pair, other in zip(chosen, whole, strict=True) if other is not None]
        found = []
        for name in CONDITIONS:
            firsts = [pair.first for pair, _other in known]
            seen = list(pool.map(look, firsts, [name] * len(firsts), chunksize=CHUNK))
            found.append(_figure(name, seen, [other for _pair, other in known]))
    return found


def _pairs(root: Path, chance: random.Random) -> list[Pair]:
    """Two pictures of one person each, nobody twice."""
    taught = {
        collection.person(path)
        for pair in pairs.read(root / "pairs_lfw_east_asian_names.csv")
        for path in (pair.first, pair.second)
    }
    same = [pair for pair in pairs.read(root / "pairs_lfw.csv") if pair.same]
    of = {collection.person(pair.first): pair for pair in same if collection.person(pair.first) not in taught}
    return chance.sample(list(of.values()), min(PAIRS, len(of)))


def look(path: Path, condition: str) -> Seen:
    """The picture spoiled, sent as a JPEG, found, judged and measured as in a face check."""
    clean = decode(path.read_bytes())
    faces = find_faces(clean)
    if not faces:
        return Seen(False, None)
    spoiled = CONDITIONS[condition](Image.fromarray(clean.pixels), _in_the_middle(clean, faces))
    picture, faces = find_in_selfie(decode(spoiled))
    if not faces:
        return Seen(False, None)
    face = _in_the_middle(picture, faces)
    return Seen(judge(picture, (face,)).hint is not None, embed(picture, face))


def _figure(name: str, seen: Sequence[Seen], others: Sequence[Embedding]) -> Figure:
    found = [(place, each.embedding) for place, each in enumerate(seen) if each.embedding is not None]
    firsts, seconds, same = [], [], []
    for place, embedding in found:
        for other_place, other in enumerate(others):
            firsts.append(embedding)
            seconds.append(other)
            same.append(place == other_place)
    if not found:
        return Figure(f"spoiled_{name}", (), "", f"no face in any of {len(seen)}")
    scored = pairs.scored(np.array(firsts, float), np.array(seconds, float), np.array(same), start_centres())
    rates = measure(scored, STRICT)
    missed, caught = Rate(len(seen) - len(found), len(seen)), Rate(sum(each.is_caught for each in seen), len(found))
    return Figure(
        f"spoiled_{name}",
        (rates.accepted.share or 0,),
        "",
        f"accepted, {_words(rates.accepted)}; strangers {_words(rates.false_matches, digits=3)}; "
        f"no face {_percent(missed)}; caught by the gate {_percent(caught)}",
    )


def _words(rate: Rate, *, digits: int = 0) -> str:
    low, high = rate.interval
    return f"{rate.hits:,} of {rate.among:,} ({100 * low:.{digits}f} to {100 * high:.{digits}f} %)"


def _percent(rate: Rate) -> str:
    return f"{100 * (rate.share or 0):.0f} %"


def _in_the_middle(picture: Picture, faces: Sequence[Face]) -> Face:
    """Whom the name of the picture means: others may stand beside."""
    across, down = picture.width, picture.height
    return min(faces, key=lambda face: abs(face.left + face.right - across) + abs(face.top + face.bottom - down))


# --- the ways to spoil a picture ----------------------------------------------------------------


def _jpeg(image: Image.Image, quality: int = 92) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _blurred(radius: float) -> Spoil:
    return lambda image, _face: _jpeg(image.filter(ImageFilter.GaussianBlur(radius)))


def _moved(image: Image.Image, _face: Face) -> bytes:
    """The hand moved by a tenth of the face while the picture was taken."""
    pixels = np.asarray(image, dtype=np.float32)
    trail = np.mean([np.roll(pixels, step, axis=1) for step in range(11)], axis=0)
    return _jpeg(Image.fromarray(trail.astype(np.uint8)))


def _lit(share: float, *, noise: float = 0) -> Spoil:
    def spoil(image: Image.Image, _face: Face) -> bytes:
        pixels = np.asarray(image, dtype=np.float32) * share
        grain = np.random.default_rng(1).normal(0, noise, pixels.shape) if noise else 0
        return _jpeg(Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8)))

    return spoil


def _lit_from_one_side(image: Image.Image, face: Face) -> bytes:
    """From full light at one ear to a fifth at the other."""
    across = (np.arange(image.width) - face.left) / max(1, face.right - face.left)
    light = (1 - 0.8 * across.clip(0, 1))[None, :, None]
    return _jpeg(Image.fromarray((np.asarray(image) * light).astype(np.uint8)))


def _small(face_px: int, quality: int = 92) -> Spoil:
    def spoil(image: Image.Image, face: Face) -> bytes:
        share = face_px / max(1, face.right - face.left)
        return _jpeg(image.resize((round(image.width * share), round(image.height * share))), quality)

    return spoil


def _turned(degrees: float) -> Spoil:
    return lambda image, _face: _jpeg(image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="#808080"))


def _old_phone(image: Image.Image, face: Face) -> bytes:
    """A front camera of 320 pixels, a greasy lens, much compression."""
    soft = ImageEnhance.Contrast(image.filter(ImageFilter.GaussianBlur(1))).enhance(0.8)
    return _small(60, quality=40)(soft, face)


def _eyes(face: Face) -> list[tuple[float, float]]:
    pairs_of_corners = (face.points[0] + face.points[1], face.points[2] + face.points[3])
    return [(float(both[0]) / 2, float(both[1]) / 2) for both in pairs_of_corners]


def _glasses(*, are_dark: bool) -> Spoil:
    def spoil(image: Image.Image, face: Face) -> bytes:
        drawn, width = image.copy(), face.right - face.left
        draw, fill = ImageDraw.Draw(drawn), "#101010" if are_dark else None
        for across, down in _eyes(face):
            box = (across - 0.21 * width, down - 0.15 * width, across + 0.21 * width, down + 0.17 * width)
            draw.ellipse(box, fill=fill, outline="#202020", width=max(2, width // 28))
        return _jpeg(drawn)

    return spoil


def _masked(image: Image.Image, face: Face) -> bytes:
    drawn, width, nose = image.copy(), face.right - face.left, float(face.points[4][1])
    middle = (face.left + face.right) / 2
    top, bottom = nose - 0.12 * width, face.bottom + 0.1 * width
    edge = [(face.left, top), (middle, top - 0.06 * width), (face.right, top), (face.right - 0.05 * width, bottom)]
    ImageDraw.Draw(drawn).polygon([*edge, (face.left + 0.05 * width, bottom)], fill="#9fc5e8")
    return _jpeg(drawn)


CONDITIONS: dict[str, Spoil] = {
    "not": lambda image, _face: _jpeg(image),
    "blur_slight": _blurred(1.5),
    "blur_strong": _blurred(3),
    "blur_motion": _moved,
    "light_40": _lit(0.4, noise=3),
    "light_25": _lit(0.25, noise=5),
    "light_10": _lit(0.1, noise=5),
    "light_190": _lit(1.9),
    "light_side": _lit_from_one_side,
    "size_60px": _small(60),
    "size_40px": _small(40),
    "jpeg_30": lambda image, _face: _jpeg(image, 30),
    "jpeg_10": lambda image, _face: _jpeg(image, 10),
    "glasses": _glasses(are_dark=False),
    "sunglasses": _glasses(are_dark=True),
    "mask": _masked,
    "turned_15": _turned(15),
    "turned_30": _turned(30),
    "turned_90": _turned(90),
    "turned_180": _turned(180),
    "old_phone": _old_phone,
}
