"""Whether two rule documents are the same rules, proved from what they come down to.

A changed document that no family can tell from the original is no fault that a test could find: a cap
of five where four are counted at most, a limit of eleven for a decile. `essence` brings a document to
what its plan does, with every number that cannot matter taken out; equal essences decide every family
alike. The other way round proves nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from eligibility.rules.catalogue import fact_type
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.logic import Check, Join, Open, Tree, Unrecorded
from eligibility.rules.plan import AmountPlan, plan

NOTHING_TO_ASK = Join("all", ())  # true


def are_the_same(one: RuleDocument, other: RuleDocument, settings: Iterable[Mapping[str, int]]) -> bool:
    """Whether both decide alike wherever one of `settings`, the regional values, is in force."""
    return all(essence(one, values) == essence(other, values) for values in settings)


def essence(document: RuleDocument, parameters: Mapping[str, int]) -> tuple[Any, ...]:
    ready = plan(document, parameters)
    asked = [(one.name, simplified(one.question.tree)) for one in ready.criteria]
    silent = frozenset(component.name for component in document.amount.components if component.only_on_record)
    return (
        tuple((name, tree) for name, tree in asked if tree != NOTHING_TO_ASK),
        _without_idle_caps(ready.amount),
        silent,
        ready.need,
        document.duties,
        document.time_limit,
    )


def simplified(tree: Tree) -> Tree:
    """Without what is true for every family, known or unknown."""
    if isinstance(tree, Check):
        return NOTHING_TO_ASK if tree.if_unknown is True else tree
    if isinstance(tree, Unrecorded | Open):
        return tree
    parts = tuple(simplified(part) for part in tree.parts)
    if tree.kind == "all":
        parts = tuple(part for part in parts if part != NOTHING_TO_ASK)
        return parts[0] if len(parts) == 1 else Join("all", parts)
    return NOTHING_TO_ASK if NOTHING_TO_ASK in parts else Join("any", parts)


def _without_idle_caps(amount: AmountPlan) -> AmountPlan:
    """Caps no higher than what the group, the total and the catalogue leave; a total no higher than the caps."""
    components = tuple(
        replace(
            one,
            cap=min(
                one.cap,
                amount.most,
                fact_type(one.fact).span[1],
                amount.most if one.group is None else amount.groups[one.group],
            ),
        )
        for one in amount.components
    )
    return replace(amount, components=components, most=min(amount.most, sum(one.cap for one in components)))
