"""Two answers about one family side by side: what would be another one, and why. No queries here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from eligibility.documents import document_of
from eligibility.enums import Outcome
from eligibility.models import Determination, RuleSet
from eligibility.presenters import KINDS, label, language, outcome_word, parameter_label
from eligibility.rules.catalogue import CATALOGUE, Unit, fact_type
from eligibility.rules.wording import quantity

Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Side:
    """One answer and what it rests on. Of the facts only values that count; what is not usable is None."""

    outcome: str
    rupiah: int
    rule_set: RuleSet
    parameters: Mapping[str, int]
    values: Mapping[str, int | None]

    @property
    def word(self) -> str:
        return outcome_word(self.outcome)

    @property
    def kind(self) -> str:
        return KINDS[Outcome(self.outcome)]


@dataclass(frozen=True)
class Change:
    """One thing the two answers do not share: a version of the rules, a limit of the area, a fact."""

    label: str
    before: str
    now: str


@dataclass(frozen=True)
class Contrast:
    before: Side
    now: Side
    changes: tuple[Change, ...]

    @property
    def is_same(self) -> bool:
        """Whether the family would get the same."""
        return (self.before.outcome, self.before.rupiah) == (self.now.outcome, self.now.rupiah)


def contrast(before: Side, now: Side) -> Contrast:
    return Contrast(before, now, tuple(_changes(before, now)))


def side_of(determination: Determination) -> Side:
    """The answer a determination gives; it is loaded with its rule set."""
    one = determination
    kept = {name: fact for name, fact in one.facts.items() if name in CATALOGUE}
    values = {name: None if fact.get("is_old") else _number(fact["value"]) for name, fact in kept.items()}
    return Side(one.outcome, one.amount_per_year, one.rule_set, one.parameters, values)


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, int) else None


def _changes(before: Side, now: Side) -> Iterable[Change]:
    if before.rule_set.pk != now.rule_set.pk:
        yield Change(_("Rules"), before.rule_set.version, now.rule_set.version)
    document = document_of(now.rule_set)
    for name, (was, is_now) in _unlike(before.parameters, now.parameters):
        unit = document.parameters[name].unit if name in document.parameters else None
        yield Change(parameter_label(name, document), _spoken(was, unit), _spoken(is_now, unit))
    for name, (was, is_now) in _unlike(before.values, now.values):
        unit = fact_type(name).unit
        yield Change(label(fact_type(name)), _spoken(was, unit), _spoken(is_now, unit))


def _unlike(before: Mapping[str, int | None], now: Mapping[str, int | None]) -> Iterable[tuple[str, Pair]]:
    for name in sorted(before.keys() | now.keys()):
        pair = before.get(name), now.get(name)
        if pair[0] != pair[1]:
            yield name, pair


def _spoken(value: int | None, unit: Unit | None) -> str:
    if value is None:
        return _("not known yet")
    return quantity(bool(value) if unit == Unit.FLAG else value, unit or Unit.NUMBER, language())
