"""A rule document as the rest of the portal reads it: frozen, typed, and never edited, only followed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from eligibility.rules.catalogue import Unit, fact_type, limited, programme_fact
from eligibility.rules.commitments import Duty, TimeLimit
from eligibility.rules.operands import Operand, resolve
from eligibility.rules.tree import All, Comparison, Condition, comparisons

Picking = Literal["amount", "listed"]


@dataclass(frozen=True)
class ParameterSpec:
    """A number named by the rules. `default` holds nationwide; a regional value in force replaces it.

    The default may be reckoned from other parameters, never in a circle. `texts` are what people call it.
    """

    name: str
    unit: Unit
    default: Operand | None
    is_regional: bool
    texts: Mapping[str, str] = field(default_factory=dict)

    def label(self, language: str) -> str:
        return self.texts.get(language, self.name)


@dataclass(frozen=True)
class Wording:
    """What one language says: the rule itself, and the answer for each result."""

    rule: str
    met: str
    not_met: str
    unknown: str
    no_limit: str = ""
    no_record: str = ""


AMOUNT_SET: Mapping[str, Wording] = {
    "id": Wording(
        rule="Besar bantuan di daerah Anda sudah ditetapkan.",
        met="Besar bantuan di daerah Anda sudah ditetapkan.",
        not_met="Besar bantuan di daerah Anda belum ditetapkan.",
        unknown="Besar bantuan di daerah Anda belum ditetapkan. Keputusan menunggu.",
    ),
    "en": Wording(
        rule="The amount of assistance in your area is set.",
        met="The amount of assistance in your area is set.",
        not_met="The amount of assistance in your area is not set.",
        unknown="The amount of assistance in your area is not set yet. The decision waits for it.",
    ),
}


@dataclass(frozen=True)
class Criterion:
    """One row of the decision. A disqualifier is met, as a criterion, when its condition is false.

    `only_with` names a parameter: where no value is set, the criterion asks nothing and is met.
    `only_on_record`: it is about one fact, such as a report, and asks nothing where none is on record.
    `is_about_amount`: it is unknown while some sum of money is not set.
    """

    name: str
    condition: Condition
    is_disqualifier: bool
    texts: Mapping[str, Wording]
    legal: str
    only_with: str | None
    only_on_record: bool = False
    is_about_amount: bool = False

    @cached_property
    def sole(self) -> Comparison | None:
        """The comparison of a criterion about one fact; None when several facts decide."""
        return self.condition if isinstance(self.condition, Comparison) else None

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The facts it asks about, left to right."""
        return tuple(dict.fromkeys(one.fact for one in comparisons(self.condition)))


@dataclass(frozen=True)
class Overlap:
    """What another programme means for this one: its `programme` (or one `component`) blocks it, or not.

    Only what blocks becomes a criterion; what does not is kept because people ask. A family "has" a
    programme when it receives it, or fits its rules and was not given a place or a number yet.
    """

    programme: str
    component: str | None
    blocks: bool
    texts: Mapping[str, Wording]
    legal: str

    @property
    def fact(self) -> str:
        return programme_fact(self.programme, self.component)

    def as_criterion(self) -> Criterion:
        condition = Comparison(self.fact, "eq", (True,))
        name = f"overlap-{self.programme}" + (f"-{self.component}" if self.component else "")
        return Criterion(name, condition, is_disqualifier=True, texts=self.texts, legal=self.legal, only_with=None)


@dataclass(frozen=True)
class Component:
    """Rupiah a year for each counted member, for at most `cap` members; 0 for goods.

    Where the rupiah name a parameter, they differ by region and date.
    `only_on_record`: said nothing about while the count is not on record.
    """

    name: str
    fact: str
    rupiah_per_year: Operand
    cap: int
    texts: Mapping[str, str]
    only_on_record: bool = False


@dataclass(frozen=True)
class Group:
    """Components that together count at most `most` members, such as the children of a family."""

    name: str
    most: int
    components: frozenset[str]


@dataclass(frozen=True)
class Amount:
    """What an eligible family is due in a year: `flat`, plus the best components up to `most`.

    `picking` is how the components are chosen when there are more: dearest first (`amount`) or in
    the order they are listed (`listed`). `people` names the fact with the size of the family: no
    more components than people. Counts cannot tell that two components are the same person (a
    pregnant pupil) while others make up the number; that is left to whoever checks the family.
    """

    flat: Component | None
    components: tuple[Component, ...]
    most: int
    picking: Picking
    groups: tuple[Group, ...] = ()
    people: str | None = None
    legal: str = ""

    @property
    def component_names(self) -> frozenset[str]:
        return frozenset(component.name for component in self.components)

    @property
    def is_reckoned(self) -> bool:
        """Whether some sum comes from parameters, so that it may not be set."""
        sums = [one.rupiah_per_year for one in (self.flat, *self.components) if one is not None]
        return any(not isinstance(one, int) for one in sums)

    def as_criterion(self, *, unless_named: str) -> Criterion:
        """Where a sum is not set nobody is promised anything: the family waits, and reads what for.

        It cites the law behind the sums, or `unless_named` where the document names none.
        """
        return Criterion(
            "amount-set", All(()), is_disqualifier=False, texts=AMOUNT_SET,
            legal=self.legal or unless_named, only_with=None, is_about_amount=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Need:
    """Order among the eligible: `scale` × a fact, plus `base` less points for who lives there.

    Lower is needier. The points never reach from one step of the scale into the next.
    """

    fact: str
    scale: int
    base: int
    eased_by: tuple[tuple[str, int, int], ...]  # fact, points per person, persons counted


@dataclass(frozen=True, eq=False)  # compared by identity, so that plans can be remembered by document
class RuleDocument:
    """`starts_active` and `areas` (codes; none means everywhere) hold for a programme loaded the first time.

    `max_age_days` are the facts of which the rules ask for fresher data than the catalogue, if any.
    """

    programme: str
    name: str
    description: str
    version: str
    valid_from: date
    valid_until: date | None
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    parameters: Mapping[str, ParameterSpec]
    max_age_days: Mapping[str, int]
    criteria: tuple[Criterion, ...]
    amount: Amount
    need: Need
    overlaps: tuple[Overlap, ...]
    duties: tuple[Duty, ...]
    time_limit: TimeLimit | None
    starts_active: bool
    areas: tuple[str, ...]

    @property
    def regional_parameters(self) -> frozenset[str]:
        return frozenset(name for name, spec in self.parameters.items() if spec.is_regional)

    def parameters_in_force(self, regional: Mapping[str, int]) -> dict[str, int]:
        """Every parameter that has a value, where `regional` values are set."""
        known = {name: regional[name] for name in self.regional_parameters & regional.keys()}
        left = [spec for name, spec in self.parameters.items() if name not in known and spec.default is not None]
        while left:  # each round settles those whose own parameters are settled; circles were refused
            for spec in left:
                value = resolve(spec.default, known) if spec.default is not None else None
                if value is not None:
                    known[spec.name] = int(value)
            open_still = [spec for spec in left if spec.name not in known]
            if len(open_still) == len(left):
                break
            left = open_still
        return known

    def max_age(self, name: str) -> int:
        """How many days old a fact may be for these rules; what is older counts as unknown."""
        return self.max_age_days.get(name, fact_type(name).max_age_days)

    def read_as(self, name: str) -> str:
        """What a plan calls a fact: `pln.power_va@180` where these rules ask for fresher data than the catalogue."""
        days = self.max_age(name)
        return limited(name, days) if days < fact_type(name).max_age_days else name

    @property
    def blocked_by(self) -> tuple[Overlap, ...]:
        return tuple(overlap for overlap in self.overlaps if overlap.blocks)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Every fact the rules read: a decision takes these along and no others."""
        asked = {fact for criterion in self.criteria for fact in criterion.facts}
        counted = {component.fact for component in self.amount.components}
        counted |= {fact for fact, _points, _cap in self.need.eased_by}
        people = {self.amount.people} if self.amount.people else set()
        exempting = set(self.time_limit.exempt) if self.time_limit else set()
        return frozenset(asked | counted | people | exempting | {self.need.fact})
