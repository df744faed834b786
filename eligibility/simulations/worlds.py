"""Worlds of rules beside each other: what is in force, and the same with one draft in its place.

A programme that another one may block hears the answer of its own world, so a draft of one programme
can move families of another. What two worlds have in common is decided once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from eligibility.populations import ages, frames, hearing
from eligibility.populations.columns import fact_column
from eligibility.rules.catalogue import recorded
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.overlapping import in_order, is_heard, speaker
from eligibility.rules.plan import Plan, plan

Touch = tuple[int, str]  # world, programme
Heard = tuple[tuple[str, int | None], ...]  # fact about another programme, decision it comes from (None: not run)


@dataclass(frozen=True)
class Decision:
    """One programme decided once, under a number that its columns end in."""

    programme: str
    ready: Plan
    heard: Heard


@dataclass(frozen=True)
class Worlds:
    """`worlds[0]` is what is in force; each maps programmes to the number of their decision."""

    decisions: tuple[Decision, ...]
    worlds: tuple[Mapping[str, int], ...]

    @property
    def facts(self) -> frozenset[str]:
        """What a family must be asked: facts of sources, not what programmes say of each other."""
        read = {fact.name for decision in self.decisions for fact in decision.ready.columns}
        return frozenset(name for name in read if not is_heard(name))

    @property
    def touched(self) -> set[Touch]:
        """Where a draft decides otherwise than what is in force."""
        return {
            (world, code)
            for world, answers in enumerate(self.worlds)
            for code, number in answers.items()
            if self.worlds[0].get(code) != number
        }


def side_by_side(
    in_force: Iterable[RuleDocument], drafts: Sequence[RuleDocument | None], parameters: Mapping[str, int]
) -> Worlds:
    """What is in force and, for each draft, the same with it, for a place where `parameters` hold.

    None stands for a draft of a programme that is not run here.
    """
    baseline = {document.programme: document for document in in_force}
    decisions: list[Decision] = []
    worlds = [_world(baseline, parameters, decisions)]
    for draft in drafts:
        changed = {**baseline, draft.programme: draft} if draft else baseline
        worlds.append(_world(changed, parameters, decisions))
    return Worlds(tuple(decisions), tuple(worlds))


def complete(families: pl.DataFrame, facts: Iterable[str]) -> pl.DataFrame:
    """`families` with a column for each of `facts`; a snapshot that does not have one knows nothing of it."""
    wanted = set(facts)
    missing = sorted({fact_column(recorded(name)) for name in wanted} - set(families.columns))
    known = families.with_columns(pl.lit(None, dtype=pl.Int64).alias(name) for name in missing)
    return ages.with_limited(known, wanted)


def decide(families: pl.LazyFrame, worlds: Worlds) -> pl.LazyFrame:
    """`families` with everything that is worked out for every decision."""
    for number, decision in enumerate(worlds.decisions):
        families = families.with_columns(_heard(decision, worlds.decisions))
        families = frames.answered(families, {number: decision.ready})
    return families


def _world(
    documents: Mapping[str, RuleDocument], parameters: Mapping[str, int], decisions: list[Decision]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for document in in_order(documents[code] for code in sorted(documents)):
        ready = plan(document, parameters)
        heard = tuple((name, found.get(speaker(name))) for name in hearing.heard(ready))
        decision = Decision(document.programme, ready, heard)
        if decision not in decisions:
            decisions.append(decision)
        found[document.programme] = decisions.index(decision)
    return found


def _heard(decision: Decision, decisions: Sequence[Decision]) -> list[pl.Expr]:
    """What other programmes decided, as facts: open is unknown, and a programme that is not run is a no."""
    return [_told(name, number, decisions).alias(fact_column(name)) for name, number in decision.heard]


def _told(name: str, number: int | None, decisions: Sequence[Decision]) -> pl.Expr:
    if number is None:
        return pl.lit(0, dtype=pl.Int64)
    return hearing.told(number, hearing.is_paid(name, decisions[number].ready, number))
