"""Finding the faces nearest to one face among many: exact, by looking at all of them.

numpy only, no database, no keys. float32 is quick and decides who is worth a closer look; the
distances that count are those of `match.distances` in float64, so the answer is that of a plain
loop over everybody. The slack covers what float32 may be wrong by (below 2e-5 for vectors of 128
numbers and length 2, measured 1e-6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verification.faces.match import distances
from verification.faces.normalise import Centres, Vector
from verification.faces.vectors import Embedding

SLACK = 1e-4
AT_ONCE = 1024  # rows whose work fits the processor's cache
Column = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Faces that can be searched: `keys` of shape (n,) name the rows of `vectors`, shape (n, length)."""

    keys: NDArray[np.int64]
    vectors: NDArray[np.float32]


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


def pack(keys: Sequence[int], vectors: Sequence[Embedding]) -> bytes:
    """Number of faces, keys and vectors, little-endian: to be sealed before it is stored."""
    if len(keys) != len(vectors):
        raise ValueError("every vector has one key")
    matrix = np.asarray(vectors, dtype="<f4")
    return len(keys).to_bytes(8, "little") + np.asarray(keys, dtype="<i8").tobytes() + matrix.tobytes()


def unpack(data: bytes) -> Members:
    """What `pack` wrote, without copying it. Raises ValueError for anything else."""
    size = int.from_bytes(data[:8], "little")
    numbers, rest = divmod(len(data) - 8 - 8 * size, 4)
    if numbers < 0 or rest or (numbers % size if size else numbers):
        raise ValueError("not a packed set of faces")
    keys = np.frombuffer(data, dtype="<i8", offset=8, count=size)
    vectors = np.frombuffer(data, dtype="<f4", offset=8 + 8 * size)
    return Members(keys, vectors.reshape(size, numbers // size if size else 0))


def nearest(
    probe: Embedding, gallery: Iterable[Members], *, edges: Edges, centres: Centres | None = None, limit: int = 5
) -> list[Hit]:
    """The `limit` faces nearest to `probe` within `edges`, nearest first; equal distances by key."""
    (found,) = nearest_of_each([probe], gallery, edges=edges, centres=centres, limit=limit)
    return found


def nearest_of_each(
    probes: Sequence[Embedding],
    gallery: Iterable[Members],
    *,
    edges: Edges,
    centres: Centres | None = None,
    limit: int = 5,
) -> list[list[Hit]]:
    """`nearest` for several faces, passing the gallery once."""
    best: list[list[Hit]] = [[] for _ in probes]
    for members in gallery:
        for start in range(0, len(members.keys), AT_ONCE):
            part = Members(members.keys[start : start + AT_ONCE], members.vectors[start : start + AT_ONCE])
            for place, probe in enumerate(probes):
                near = _near(probe, part, edges, centres, limit)
                best[place] = sorted([*best[place], *near], key=lambda hit: hit.rank)[:limit]
    return best


def _near(probe: Embedding, part: Members, edges: Edges, centres: Centres | None, limit: int) -> list[Hit]:
    raw = _apart(part.vectors, probe)
    places = np.flatnonzero(raw <= edges.raw + SLACK)
    ranked = raw[places]
    if centres is not None:
        vectors = part.vectors[places]
        ranked = np.maximum(*(_seen_from(mean, vectors, probe) for mean in (centres.general, centres.population)))
        places, ranked = places[ranked <= edges.cen + SLACK], ranked[ranked <= edges.cen + SLACK]
    if len(places) > limit:
        furthest = np.partition(ranked, limit - 1)[limit - 1]
        places = places[ranked <= furthest + 2 * SLACK]
    hits = [_measured(probe, part, int(place), centres) for place in places]
    return [hit for hit in hits if hit.raw <= edges.raw and (hit.cen is None or hit.cen <= edges.cen)]


def _measured(probe: Embedding, part: Members, place: int, centres: Centres | None) -> Hit:
    apart = distances(probe, part.vectors[place], centres)
    seen = None if apart.cen is None or apart.gen is None else max(apart.cen, apart.gen)
    return Hit(int(part.keys[place]), apart.raw, seen)


def _seen_from(mean: Vector, vectors: NDArray[np.float32], probe: Column) -> Column:
    shift = mean.astype(np.float32)
    return _apart(_unit(vectors - shift), _unit(probe - shift))


def _apart(vectors: NDArray[np.float32], probe: Column) -> Column:
    difference = vectors - probe
    apart: Column = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    return apart


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths: Column = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(lengths, np.float32(1e-12))).astype(np.float32, copy=False)
