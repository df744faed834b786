"""Who is funded first: by need, then by a lot that nobody could know beforehand and anybody can redraw."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Place = Literal["funded", "waiting", "not_eligible"]


@dataclass(frozen=True)
class Candidate:
    """One entry to be placed. `is_kept`: holds a place for good and is not moved from it by others."""

    key: int
    public_id: str
    is_eligible: bool
    need_score: int
    is_kept: bool = False


@dataclass(frozen=True)
class Placed:
    """`position` counts from 1 within funded and within waiting; None for who is not eligible."""

    key: int
    placement: Place
    position: int | None
    tie_break: str


def lot(seed: str, public_id: str) -> str:
    """SHA-256 of seed and public id, hexadecimal: with the published seed anybody can check it."""
    return hashlib.sha256(f"{seed}{public_id}".encode()).hexdigest()


def place(candidates: Iterable[Candidate], *, places: int, seed: str) -> list[Placed]:
    """Everybody in order: funded, waiting list, not eligible. Never more than `places` are funded."""
    everybody = sorted(
        ((lot(seed, candidate.public_id), candidate) for candidate in candidates),
        key=lambda drawn: (not drawn[1].is_eligible, not drawn[1].is_kept, drawn[1].need_score, drawn[0]),
    )
    placed = []
    for number, (tie_break, candidate) in enumerate(everybody, start=1):
        if not candidate.is_eligible:
            placed.append(Placed(candidate.key, "not_eligible", None, tie_break))
        elif number <= places:
            placed.append(Placed(candidate.key, "funded", number, tie_break))
        else:
            placed.append(Placed(candidate.key, "waiting", number - places, tie_break))
    return placed
