"""Who would receive within a quota, told from counts: how many families there are of each need and set of groups.

Places are given as in `ranking`: reserve by reserve to the neediest of its group, the rest to everybody. Among
families of one need a lot decides, and a lot that is not drawn yet is a secret. So families who are alike get
bounds: how many of them receive at least and at most, whatever the lots say.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Stand:
    """Families who are alike to a quota: `groups` has a bit for each reserve they may take a place of."""

    groups: int
    need: int
    families: int
    rupiah: int = 0


@dataclass(frozen=True)
class Bounds:
    stand: Stand
    least: int
    most: int


@dataclass(frozen=True)
class Within:
    """`funded` and `waiting` families; `contested` places go to some of the `tied` ones by lot.

    `rupiah`: of the funded, where a lot decides in the middle of what it may come to.
    """

    funded: int
    waiting: int
    contested: int
    tied: int
    rupiah: int


def within(stands: Iterable[Stand], *, places: int, reserves: Sequence[int] = ()) -> Within:
    """`reserves`: places of each reserve, in the order in which they are given; the first one is bit 0."""
    known = bounds(stands, places=places, reserves=reserves)
    families = sum(one.stand.families for one in known)
    funded = min(places, families)
    sure = [one for one in known if one.least == one.stand.families]
    tied = [one for one in known if one.most and one.least < one.stand.families]
    contested = funded - sum(one.stand.families for one in sure)
    return Within(
        funded=funded,
        waiting=families - funded,
        contested=contested,
        tied=sum(one.stand.families for one in tied),
        rupiah=sum(one.stand.rupiah for one in sure) + _in_the_middle(tied, contested),
    )


def bounds(stands: Iterable[Stand], *, places: int, reserves: Sequence[int] = ()) -> list[Bounds]:
    """For all who are alike, how many receive at least and at most."""
    giving = _Giving([one for one in stands if one.families], places)
    for bit, reserved in enumerate(reserves):
        giving.give(reserved, [place for place, one in enumerate(giving.stands) if one.groups >> bit & 1])
    giving.give_rest()
    return [Bounds(*row) for row in zip(giving.stands, giving.least, giving.most, strict=True)]


class _Giving:
    """Places being given: bounds of who has one so far, by stand and by need, and of how many are given."""

    def __init__(self, stands: Sequence[Stand], places: int) -> None:
        self.stands, self.places = stands, places
        self.least, self.most = [0] * len(stands), [0] * len(stands)
        self._of_need: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
        self._given = (0, 0)

    def give(self, reserved: int, members: Sequence[int]) -> None:
        """The next `reserved` places, to the neediest of `members` (places in `stands`) who have none."""
        self._give(reserved, members, {need: self._left(level) for need, level in self._levels(members)})

    def give_rest(self) -> None:
        """All places that are left, to everybody; how many of each need are left is known better than of each stand."""
        everybody = range(len(self.stands))
        left = {}
        for need, level in self._levels(everybody):
            families, (fewest, most) = sum(self.stands[place].families for place in level), self._of_need[need]
            low, high = self._left(level)
            left[need] = max(low, families - most), min(high, families - fewest)
        self._give(self.places, everybody, left)

    def _levels(self, members: Iterable[int]) -> list[tuple[int, list[int]]]:
        levels: defaultdict[int, list[int]] = defaultdict(list)
        for place in members:
            levels[self.stands[place].need].append(place)
        return sorted(levels.items())

    def _left(self, level: Iterable[int]) -> tuple[int, int]:
        rows = [(self.stands[place].families, self.least[place], self.most[place]) for place in level]
        return sum(families - most for families, _, most in rows), sum(families - least for families, least, _ in rows)

    def _give(self, reserved: int, members: Sequence[int], left: dict[int, tuple[int, int]]) -> None:
        room = tuple(max(0, min(reserved, self.places - given)) for given in reversed(self._given))
        ahead = (0, 0)
        for need, level in self._levels(members):
            low, high = left[need]
            spare = max(0, room[0] - ahead[1]), max(0, room[1] - ahead[0])
            self._to_level(level, spare, high)
            was, winners = self._of_need[need], (min(low, spare[0]), min(high, spare[1]))
            self._of_need[need] = (was[0] + winners[0], was[1] + winners[1])
            ahead = (ahead[0] + low, ahead[1] + high)
        self._given = (self._given[0] + min(room[0], ahead[0]), self._given[1] + min(room[1], ahead[1]))

    def _to_level(self, level: Sequence[int], spare: tuple[int, int], high: int) -> None:
        """Families of one need, at most `high` of them: each stand may be first in the lots, or last."""
        left = [self._left([place]) for place in level]
        at_most = sum(most for _, most in left)
        for place, (low, most) in zip(level, left, strict=True):
            others = min(at_most - most, high - low)
            self.least[place] += min(low, max(0, spare[0] - others))
            self.most[place] = min(self.stands[place].families, self.most[place] + min(most, spare[1]))


def _in_the_middle(tied: Sequence[Bounds], contested: int) -> int:
    """Rupiah of the contested places, spread evenly over what the bounds of the tied leave open."""
    open_places = contested - sum(one.least for one in tied)
    room = sum(one.most - one.least for one in tied)
    each = Fraction(open_places, room) if room else Fraction(0)
    funded = [(one.stand, one.least + each * (one.most - one.least)) for one in tied]
    return round(sum((count * stand.rupiah / stand.families for stand, count in funded), Fraction(0)))
