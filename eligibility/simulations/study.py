"""What one simulation compares: rules in force and drafts, each where it runs, and regional parameters."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from eligibility import parameters
from eligibility.populations.snapshots import VILLAGE
from eligibility.rules.definitions import RuleDocument
from eligibility.simulations import sample, tally
from eligibility.simulations.standing import Quotas
from eligibility.simulations.worlds import Touch, Worlds, side_by_side
from perlinsos.regions.models import Parameter


@dataclass(frozen=True, eq=False)
class Rules:
    """A document and the codes of the areas where it runs; none means everywhere."""

    document: RuleDocument
    areas: tuple[str, ...] = ()

    def run_in(self, village: str) -> bool:
        return not self.areas or village.startswith(self.areas)


@dataclass(frozen=True, eq=False)
class Study:
    in_force: Sequence[Rules]
    drafts: Sequence[Rules]
    parameters: Sequence[Parameter]
    quotas: Quotas = field(default_factory=dict)

    @cached_property
    def touched(self) -> frozenset[Touch]:
        """What the drafts touch in some place."""
        everywhere = [rules.document for rules in self.in_force]
        return frozenset(side_by_side(everywhere, [rules.document for rules in self.drafts], {}).touched)

    def count(self, families: pl.DataFrame) -> Counter[str]:
        """The tally of a chunk of families, each by what holds in its village."""
        found: Counter[str] = Counter()
        for here, worlds in self._places(families):
            found.update(tally.tally(here, worlds, self.touched, self.quotas))
        return found

    def compare(self, families: pl.DataFrame, findings: pl.DataFrame) -> Counter[str]:
        """The tally of what ground checks found about `families`."""
        found: Counter[str] = Counter()
        for here, worlds in self._places(families):
            found.update(sample.compared(here, findings, worlds, self.touched))
        return found

    def _places(self, families: pl.DataFrame) -> Iterable[tuple[pl.DataFrame, Worlds]]:
        """The families of villages where the same rules and parameters hold, with their worlds."""
        alike: defaultdict[tuple[tuple[int, ...], tuple[tuple[str, int], ...]], list[str]] = defaultdict(list)
        every = [*self.in_force, *self.drafts]
        for village in families[VILLAGE].unique().sort():
            running = tuple(place for place, rules in enumerate(every) if rules.run_in(village))
            alike[running, tuple(sorted(parameters.nearest(self.parameters, village).items()))].append(village)
        for (running, values), villages in alike.items():
            yield families.filter(pl.col(VILLAGE).is_in(villages)), self._worlds(running, dict(values))

    def _worlds(self, running: Sequence[int], values: dict[str, int]) -> Worlds:
        first = len(self.in_force)
        return side_by_side(
            [rules.document for place, rules in enumerate(self.in_force) if place in running],
            [rules.document if first + place in running else None for place, rules in enumerate(self.drafts)],
            values,
        )
