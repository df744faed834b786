"""Finding the faces nearest to one face among many: exact, by looking at all of them.

numpy only, no database, no keys. What is searched is a rounded copy: one byte a number, and beside
each face how far at most rounding moved it. That is a quarter of the bytes to fetch, to open and to
multiply. One matrix product tells between which bounds everybody's distance lies; whoever may be
among the nearest is then measured with the true vector by `match.distances`, so the answer is that
of a plain loop over everybody.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verification.faces.match import distances
from verification.faces.normalise import Centres
from verification.faces.vectors import Embedding

AT_ONCE = 2048  # rows whose work fits the processor's cache
STEPS = 127
# What a product of two vectors of up to 512 numbers may be wrong by in float32, as a share of their
# squared lengths: numbers × 2**-24, and some room.
WRONG_BY = 5e-5
FURTHEST = 2.0  # two directions are never further apart
SMALLEST = 1e-300
Column = NDArray[np.float32]
Table = NDArray[np.float64]  # a row per probe, a column per face
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Rounded faces that can be searched: `keys`, shape (n,), name the rows of `steps`, shape (n, length).

    A rounded face is `steps * size`; `square` is its squared length, `apart` at least its distance
    from the true one.
    """

    keys: NDArray[np.int64]
    steps: NDArray[np.int8]
    size: Column
    square: Column
    apart: Column

    def parts(self) -> Iterator["Members"]:
        for start in range(0, len(self.keys), AT_ONCE):
            yield self.only(slice(start, start + AT_ONCE))

    def only(self, rows: slice | NDArray[np.intp]) -> "Members":
        return Members(self.keys[rows], self.steps[rows], self.size[rows], self.square[rows], self.apart[rows])


@dataclass(frozen=True, slots=True)
class Edges:
    """How near is near, both inclusive. `cen` counts where there are centres, beside `raw`."""

    raw: float = float("inf")
    cen: float = float("inf")


@dataclass(frozen=True, slots=True)
class Hit:
    """`cen` is the larger of the distances seen from the two means; None without centres."""

    key: int
    raw: float
    cen: float | None = None

    @property
    def rank(self) -> tuple[float, int]:
        """Nearest first, by the centred distance where there is one."""
        return (self.raw if self.cen is None else self.cen), self.key


Opener = Callable[[Sequence[int]], Mapping[int, Embedding]]  # the true vectors of some keys


def pack(keys: Sequence[int], vectors: Sequence[Embedding]) -> bytes:
    """Number of faces, keys and rounded vectors, little-endian: to be sealed before it is stored."""
    if len(keys) != len(vectors):
        raise ValueError("every vector has one key")
    true = np.asarray(vectors, dtype=np.float64).reshape(len(keys), -1 if keys else 0)
    size = (np.abs(true).max(axis=1, initial=np.finfo(np.float32).tiny) / STEPS).astype("<f4")
    steps = np.rint(true / size[:, None].astype(np.float64)).clip(-STEPS, STEPS).astype(np.int8)
    rounded = steps * size[:, None].astype(np.float64)
    apart = np.nextafter(np.linalg.norm(true - rounded, axis=1).astype("<f4"), np.float32(np.inf))
    numbers = [size, (rounded**2).sum(axis=1).astype("<f4"), apart.astype("<f4")]
    parts = [np.asarray(keys, dtype="<i8"), *numbers, steps]
    return len(keys).to_bytes(8, "little") + b"".join(part.tobytes() for part in parts)


def unpack(data: bytes) -> Members:
    """What `pack` wrote, without copying it. Raises ValueError for anything else."""
    count = int.from_bytes(data[:8], "little")
    left = len(data) - 8 - (8 + 3 * 4) * count
    if left < 0 or (left % count if count else left):
        raise ValueError("not a packed set of faces")
    columns = np.frombuffer(data, dtype="<f4", offset=8 + 8 * count, count=3 * count).reshape(3, count)
    steps = np.frombuffer(data, dtype=np.int8, offset=8 + 20 * count)
    keys = np.frombuffer(data, dtype="<i8", offset=8, count=count)
    return Members(keys, steps.reshape(count, left // count if count else 0), *columns)


def nearest(
    probe: Embedding,
    gallery: Iterable[Members],
    *,
    true: Opener,
    edges: Edges,
    centres: Centres | None = None,
    limit: int = 5,
) -> list[Hit]:
    """The `limit` faces nearest to `probe` within `edges`, nearest first; equal distances by key."""
    (found,) = nearest_of_each([probe], gallery, true=true, edges=edges, centres=centres, limit=limit)
    return found


def nearest_of_each(
    probes: Sequence[Embedding],
    gallery: Iterable[Members],
    *,
    true: Opener,
    edges: Edges,
    centres: Centres | None = None,
    limit: int = 5,
) -> list[list[Hit]]:
    """`nearest` for several faces, passing the gallery once and opening the true vectors once."""
    bounds = _Bounds(probes, centres)
    near = [_Near(limit) for _probe in probes]
    for members in gallery:
        for part in members.parts():
            found = bounds.within(part, edges)
            for place in np.flatnonzero(found.may_be.any(axis=1)):
                near[place].add(found, place)
    vectors = true(sorted({int(key) for each in near for key in each.keys}))
    return [
        _measured(probe, {int(key): vectors[int(key)] for key in each.keys}, edges, centres)[:limit]
        for probe, each in zip(probes, near, strict=True)
    ]


def _measured(probe: Embedding, others: Mapping[int, Embedding], edges: Edges, centres: Centres | None) -> list[Hit]:
    """Those within the edges, by their true distances."""
    apart = {key: distances(probe, other, centres) for key, other in others.items()}
    hits = [
        Hit(key, found.raw, None if found.cen is None or found.gen is None else max(found.cen, found.gen))
        for key, found in apart.items()
    ]
    near = [hit for hit in hits if hit.raw <= edges.raw and (hit.cen is None or hit.cen <= edges.cen)]
    return sorted(near, key=lambda hit: hit.rank)


@dataclass(frozen=True, slots=True, eq=False)
class _Between:
    """Bounds of distances."""

    least: Table
    most: Table

    def both(self, other: "_Between") -> "_Between":
        """Of the larger of two distances."""
        return _Between(np.maximum(self.least, other.least), np.maximum(self.most, other.most))


@dataclass(frozen=True, slots=True, eq=False)
class _Within:
    """Some faces: the distances they are ranked by, who may be within the edges and who surely is."""

    keys: NDArray[np.int64]
    ranked: _Between
    may_be: Flags
    surely: Flags


class _Near:
    """Who may be among the `limit` nearest to one probe, so far."""

    def __init__(self, limit: int) -> None:
        self.keys = np.empty(0, np.int64)
        self._least = np.empty(0)
        self._best = np.full(limit, np.inf)  # the nearest of those surely within the edges, at most

    def add(self, found: _Within, place: np.intp) -> None:
        limit, may_be = len(self._best), found.may_be[place]
        most = found.ranked.most[place][found.surely[place]]
        self._best = np.partition(np.concatenate([self._best, most]), limit - 1)[:limit]
        keys = np.concatenate([self.keys, found.keys[may_be]])
        least = np.concatenate([self._least, found.ranked.least[place][may_be]])
        kept = least <= self._best[-1]
        self.keys, self._least = keys[kept], least[kept]


class _Bounds:
    """Between what the distances of rounded faces and some probes lie, and so those of the true faces."""

    def __init__(self, probes: Sequence[Embedding], centres: Centres | None) -> None:
        means = [] if centres is None else [centres.general, centres.population]
        self._probes = np.array(probes, dtype=np.float64)
        self._means = np.array(means, dtype=np.float64).reshape(len(means), self._probes.shape[1])
        self._across = np.concatenate([self._probes, self._means]).T.astype(np.float32)
        self._squares = (self._probes**2).sum(axis=1, keepdims=True)

    def within(self, part: Members, edges: Edges) -> _Within:
        products = np.ascontiguousarray((part.steps.astype(np.float32) @ self._across).T * part.size, dtype=np.float64)
        raw = self._raw(part, products)
        may_be = raw.least <= edges.raw
        if not len(self._means):
            return _Within(part.keys, raw, may_be, raw.most <= edges.raw)
        rows = np.flatnonzero(may_be.any(axis=0))  # few: only these are looked at from the means
        near, products = part.only(rows), products[:, rows]
        cen = self._seen_from(0, near, products).both(self._seen_from(1, near, products))
        surely = (raw.most[:, rows] <= edges.raw) & (cen.most <= edges.cen)
        return _Within(near.keys, cen, may_be[:, rows] & (cen.least <= edges.cen), surely)

    def _raw(self, part: Members, products: Table) -> _Between:
        lengths = part.square + self._squares
        return _between(lengths - 2 * products[: len(self._probes)], WRONG_BY * lengths, part.apart)

    def _seen_from(self, place: int, part: Members, products: Table) -> _Between:
        """Of the directions from a mean: rounding turns a face the more, the nearer it lies to the mean."""
        mean, count = self._means[place], len(self._probes)
        square, own, aside = part.square.astype(np.float64), products[count + place], float(mean @ mean)
        away = square - 2 * own + aside
        low = np.sqrt(np.maximum(away - WRONG_BY * (square + aside), 0))
        probes = np.linalg.norm(self._probes - mean, axis=1, keepdims=True)
        inner = products[:count] - own - (self._probes @ mean)[:, None] + aside
        alike = np.clip(inner / np.maximum(np.sqrt(np.maximum(away, 0)) * probes, SMALLEST), -1, 1)
        wrong = 4 * WRONG_BY * (square + self._squares + aside)
        wrong /= np.maximum(np.minimum(low, probes) ** 2, SMALLEST)
        # The directions of two vectors differ by at most twice their distance over the sum of their lengths.
        turned = np.where(low > part.apart, 2 * part.apart / np.maximum(2 * low - part.apart, SMALLEST), FURTHEST)
        return _between(2 - 2 * alike, wrong, turned)


def _between(squared: Table, wrong: Table, apart: NDArray[np.floating]) -> _Between:
    least, most = (np.sqrt(np.maximum(squared + off, 0)) for off in (-wrong, wrong))
    return _Between(least - apart, most + apart)
