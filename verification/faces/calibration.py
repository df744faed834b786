"""What an operating point is worth: error rates with their uncertainty, the curve between them, a proposal.

A rate is a count and what it was counted among, never a share alone: no stranger accepted among
1,700 pairs still leaves room for 2 in 1,000. Intervals are Clopper and Pearson's (95 %), exact for
independent pairs. Pairs that share a person are not quite independent, so the true room is wider.

Edges are widened on evidence only: the share of strangers accepted has to be below the limit in
every group even at the upper end of what the count leaves room for (95 %, one-sided). None accepted
of 2,995 is the least that says so; fewer strangers say nothing about one in a thousand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

from verification.faces.thresholds import FaceThresholds

ALLOWED_FMR, ALLOWED_LOST = 0.001, 0.05
DOUBT = 0.05  # of the upper bound that has to stay below ALLOWED_FMR
FEWEST_STRANGERS = ceil(log(DOUBT) / log1p(-ALLOWED_FMR))  # 2,995: none of them accepted is just enough
GRID = tuple(round(0.60 + step / 100, 2) for step in range(51))  # 0.60 to 1.10, for both means
RAW_GRID = tuple(round(0.20 + step / 100, 2) for step in range(26))  # 0.20 to 0.45
BISECTIONS = 60

Values = NDArray[np.float64]


class TooLittleEvidence(ValueError):
    """The pairs do not show that few enough strangers are accepted; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `among`; `share`, `low` and `high` are None when nothing was counted."""

    hits: int
    among: int

    @property
    def share(self) -> float | None:
        return self.hits / self.among if self.among else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, Clopper-Pearson; (0, 1) when nothing was counted."""
        return clopper_pearson(self.hits, self.among)

    @property
    def others(self) -> "Rate":
        return Rate(self.among - self.hits, self.among)

    def is_surely_within(self, limit: float) -> bool:
        """Whether the upper bound of the share (95 %, one-sided) is at most `limit`."""
        return self.hits <= limit * self.among and _at_most(self.hits, self.among, limit) <= DOUBT


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPairs:
    """Distances of pairs of one group. `cen` and `gen` are as in `match.Distances`; arrays of one length."""

    same: NDArray[np.bool_]
    raw: Values
    cen: Values
    gen: Values

    @property
    def both(self) -> Values:
        """The larger of the two normalised distances: inside both edges when it is inside a common one."""
        return np.maximum(self.cen, self.gen)


@dataclass(frozen=True, slots=True)
class Rates:
    """Of one group at one operating point. `lost`: same-person pairs beyond the review edge.

    FMR is the share of `false_matches`, FNMR that of `false_non_matches`: everybody not accepted at once.
    """

    false_matches: Rate
    accepted: Rate
    lost: Rate

    @property
    def false_non_matches(self) -> Rate:
        return self.accepted.others


def measure(pairs: ScoredPairs, thresholds: FaceThresholds, *, with_centres: bool = True) -> Rates:
    """The rates of `match.decide` over many pairs at once."""
    near = pairs.raw <= thresholds.review_raw
    if with_centres:
        near &= pairs.cen <= thresholds.review_cen
        accepted = near & (pairs.cen <= thresholds.accept_cen) & (pairs.gen <= thresholds.accept_gen)
    else:
        accepted = near & (pairs.raw <= thresholds.accept_raw_alone)
    same, strangers = int(pairs.same.sum()), int((~pairs.same).sum())
    return Rates(
        false_matches=Rate(int((accepted & ~pairs.same).sum()), strangers),
        accepted=Rate(int((accepted & pairs.same).sum()), same),
        lost=Rate(int((~near & pairs.same).sum()), same),
    )


def propose(groups: Mapping[str, ScoredPairs], start: FaceThresholds, *, version: str) -> FaceThresholds:
    """`start` with the widest edges at which every group surely accepts no more strangers than ALLOWED_FMR.

    One edge for both means, one for the raw distance alone, which is never wider than that of
    `start`. The review edges keep ALLOWED_LOST of each group's same-person pairs inside. Raises
    TooLittleEvidence where a group has fewer than FEWEST_STRANGERS, or no edge is narrow enough.
    """
    if not groups:
        raise TooLittleEvidence("no pairs at all")
    counts = {name: int((~group.same).sum()) for name, group in groups.items()}
    if few := [f"{name} ({count:,})" for name, count in counts.items() if count < FEWEST_STRANGERS]:
        raise TooLittleEvidence(
            f"too few pairs of strangers in {', '.join(few)}: {FEWEST_STRANGERS:,} are needed in every group, because "
            f"even none accepted of fewer leaves room for more than {ALLOWED_FMR:.1%}"
        )
    edge = _widest(groups, lambda group: group.both, GRID)
    alone = min(_widest(groups, lambda group: group.raw, RAW_GRID), start.accept_raw_alone)
    review_cen = max(edge, start.review_cen, *(_reaching(group.cen[group.same]) for group in groups.values()))
    review_raw = max(start.review_raw, *(_reaching(group.raw[group.same]) for group in groups.values()))
    return replace(
        start,
        version=version,
        accept_cen=edge,
        accept_gen=edge,
        review_cen=min(review_cen, 2.0),
        review_raw=min(review_raw, 1.99),
        accept_raw_alone=alone,
    )


def _widest(groups: Mapping[str, ScoredPairs], of: Callable[[ScoredPairs], Values], grid: Sequence[float]) -> float:
    strangers = {name: np.sort(of(group)[~group.same]) for name, group in groups.items()}

    def too_wide_for(edge: float) -> list[str]:
        inside = {name: int(np.searchsorted(each, edge, side="right")) for name, each in strangers.items()}
        return [n for n, hits in inside.items() if not Rate(hits, len(strangers[n])).is_surely_within(ALLOWED_FMR)]

    if unsafe := too_wide_for(grid[0]):
        raise TooLittleEvidence(
            f"in {', '.join(unsafe)} more than {ALLOWED_FMR:.1%} of strangers may be accepted even at {grid[0]:.2f}"
        )
    return max(edge for edge in grid if not too_wide_for(edge))


def _reaching(genuine: Values) -> float:
    """The distance that half of ALLOWED_LOST lie beyond: two edges share it."""
    if not genuine.size:
        return 0.0
    return float(np.ceil(100 * np.quantile(genuine, 1 - ALLOWED_LOST / 2, method="higher")) / 100)


def det_points(distances: Values, same: NDArray[np.bool_], *, most: int = 200) -> list[tuple[float, float]]:
    """(false match rate, false non-match rate) along all edges, at most `most` of them.

    The first rate never falls and the second never rises from one point to the next.
    """
    genuine, strangers = np.sort(distances[same]), np.sort(distances[~same])
    if not genuine.size or not strangers.size:
        return []
    edges = np.unique(distances)
    edges = edges[np.unique(np.linspace(0, len(edges) - 1, min(most, len(edges))).astype(int))]
    passed = np.searchsorted(strangers, edges, side="right") / strangers.size
    missed = 1 - np.searchsorted(genuine, edges, side="right") / genuine.size
    return [(float(false), float(lost)) for false, lost in zip(passed, missed, strict=True)]


def clopper_pearson(hits: int, among: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval of a share. Raises ValueError when there are more hits than cases."""
    if not 0 <= hits <= among:
        raise ValueError("hits are counted among the cases")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _where(lambda share: 1 - _at_most(hits - 1, among, share) < tail)
    high = 1.0 if hits == among else _where(lambda share: _at_most(hits, among, share) > tail)
    return low, high


def _where(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _at_most(hits: int, among: int, share: float) -> float:
    """Probability of at most `hits` in `among` independent trials."""
    if share <= 0 or share >= 1:
        return 1.0 if share <= 0 else float(hits >= among)
    counts = np.arange(hits + 1)
    ways = lgamma(among + 1) - _log_factorials(counts) - _log_factorials(among - counts)
    return float(np.exp(ways + counts * log(share) + (among - counts) * np.log1p(-share)).sum())


def _log_factorials(counts: NDArray[np.int_]) -> Values:
    return np.array([lgamma(count + 1) for count in counts])
