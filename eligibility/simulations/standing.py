"""Where families who fit stand in the order of need, counted for the quotas of one area.

All places of a quota are looked at as if they were given anew: whoever holds one keeps it, whatever the rules say,
but what rules do shows where they decide about all places (ADR 0053).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from types import MappingProxyType

import polars as pl

from eligibility.populations import frames
from eligibility.populations.columns import YES
from eligibility.populations.snapshots import VILLAGE
from eligibility.rules import groups
from eligibility.rules.quota_lines import Stand, Within, within
from eligibility.simulations.keys import Counts, key


@dataclass(frozen=True)
class Share:
    """`places` for who fits `condition`, lives in `area`, or both."""

    condition: str
    area: str
    places: int


@dataclass(frozen=True)
class Quota:
    """Places of a programme in the area of a simulation, some of them reserved, in the order of `shares`."""

    places: int
    shares: tuple[Share, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        return frozenset[str]().union(*(groups.facts_of(one.condition) for one in self.shares if one.condition))


Quotas = Mapping[str, Quota]  # by programme
NO_QUOTAS: Quotas = MappingProxyType({})


def mask(quota: Quota) -> pl.Expr:
    """A bit for each share a family belongs to for certain."""
    bits = [
        pl.when(_belongs(share)).then(pl.lit(1 << place, dtype=pl.Int64)).otherwise(pl.lit(0, dtype=pl.Int64))
        for place, share in enumerate(quota.shares)
    ]
    return reduce(add, bits, pl.lit(0, dtype=pl.Int64))


def stands(decided: pl.DataFrame, number: int, where: tuple[int, str]) -> Counter[str]:
    """Who fits by decision `number`, by groups and need: families, and rupiah a year."""
    alike = decided.filter(pl.col(f"outcome_{number}") == YES).group_by(mask_column(where[1]), f"need_{number}")
    found: Counter[str] = Counter()
    for bits, need, count, rupiah in alike.agg(pl.len(), pl.col(f"amount_{number}").sum()).iter_rows():
        found[key("stand", *where, bits, need)] = count
        found[key("stood", *where, bits, need)] = rupiah
    return found


def mask_column(programme: str) -> str:
    return f"groups_of_{programme}"


def funded(counts: Counts, world: int, programme: str, quota: Quota) -> Within:
    where = key("stand", world, programme, "")
    found = []
    for name, count in counts.items():
        if name.startswith(where):
            bits, need = name.removeprefix(where).split("|")
            rupiah = counts.get(key("stood", world, programme, bits, need), 0)
            found.append(Stand(int(bits), int(need), count, rupiah))
    return within(found, places=quota.places, reserves=[share.places for share in quota.shares])


def _belongs(share: Share) -> pl.Expr:
    lives = (pl.col(VILLAGE) + ".").str.starts_with(f"{share.area}.") if share.area else pl.lit(True)
    if not share.condition:
        return lives
    return lives & frames.asked(groups.question(share.condition)).fill_null(False)
