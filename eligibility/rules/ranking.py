"""Who is funded first: by need, then by a lot that nobody could know beforehand and anybody can redraw.

Places may be reserved for groups (see `groups.py`). They are given first, reserve by reserve, each to
the neediest of its group; what a group does not fill goes back to everybody. So a share is the least
a group gets, and a family that belongs to several groups takes a place of the first one only.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Place = Literal["funded", "waiting", "not_eligible", "left", "lapsed"]


@dataclass(frozen=True)
class Reserve:
    """`places` set aside for the candidates that have `key` among their groups."""

    key: int
    places: int


@dataclass(frozen=True)
class Candidate:
    """One entry to be placed. `is_kept`: holds a place for good, of the reserve `kept_share` if any."""

    key: int
    public_id: str
    is_eligible: bool
    need_score: int
    is_kept: bool = False
    groups: frozenset[int] = frozenset()
    kept_share: int | None = None


@dataclass(frozen=True)
class Placed:
    """`position` counts from 1 within funded and within waiting; None for who is not eligible.

    `share` is the key of the reserve whose place it is; None for a place that was open to everybody.
    """

    key: int
    placement: Place
    position: int | None
    tie_break: str
    share: int | None = None


def lot(seed: str, public_id: str) -> str:
    """SHA-256 of seed and public id, hexadecimal: with the published seed anybody can check it."""
    return hashlib.sha256(f"{seed}{public_id}".encode()).hexdigest()


def place(candidates: Iterable[Candidate], *, places: int, seed: str, reserves: Sequence[Reserve] = ()) -> list[Placed]:
    """Everybody in order: funded, waiting list, not eligible. Never more than `places` are funded."""
    lots = {candidate: lot(seed, candidate.public_id) for candidate in candidates}
    everybody = sorted(lots, key=lambda one: (not one.is_kept, one.need_score, lots[one]))
    eligible = [one for one in everybody if one.is_eligible]
    shares = _winners(eligible, places, reserves)
    funded = [one for one in eligible if one.key in shares]
    waiting = [one for one in eligible if one.key not in shares]
    return [
        *(Placed(one.key, "funded", n, lots[one], shares[one.key]) for n, one in enumerate(funded, start=1)),
        *(Placed(one.key, "waiting", n, lots[one]) for n, one in enumerate(waiting, start=1)),
        *(Placed(one.key, "not_eligible", None, lots[one]) for one in everybody if not one.is_eligible),
    ]


def _winners(in_order: Sequence[Candidate], places: int, reserves: Sequence[Reserve]) -> dict[int, int | None]:
    """Who gets a place, by key, and of which reserve."""
    kept = [one for one in in_order if one.is_kept][:places]
    shares = {one.key: one.kept_share for one in kept}
    for reserve in reserves:
        taken = sum(share == reserve.key for share in shares.values())
        room = max(0, min(reserve.places - taken, places - len(shares)))
        group = [one.key for one in in_order if reserve.key in one.groups and one.key not in shares]
        shares |= dict.fromkeys(group[:room], reserve.key)
    others = [one.key for one in in_order if one.key not in shares]
    return shares | dict.fromkeys(others[: max(0, places - len(shares))])
