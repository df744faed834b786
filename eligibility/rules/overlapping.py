"""Programmes that look at each other: who is decided before whom, and what is heard."""

from collections.abc import Iterable

from eligibility.rules.catalogue import PROGRAMMES
from eligibility.rules.definitions import RuleDocument


def in_order(documents: Iterable[RuleDocument]) -> list[RuleDocument]:
    """Each programme after those that may block it; circles are refused when enacted, and follow as they come."""
    left = list(documents)
    ordered: list[RuleDocument] = []
    while left:
        waited_for = {document.programme for document in left}
        free = [one for one in left if not waited_for & {overlap.programme for overlap in one.blocked_by}] or left
        ordered += free
        done = {document.programme for document in free}
        left = [document for document in left if document.programme not in done]
    return ordered


def is_heard(fact: str) -> bool:
    """Whether a fact comes from another programme and not from a source."""
    return fact.startswith(f"{PROGRAMMES}.")


def speaker(fact: str) -> str:
    """The programme that such a fact is about."""
    return fact.split(".")[1]


def component(fact: str) -> str | None:
    """The component that such a fact is about; None when the whole programme is meant."""
    _family, _programme, *rest = fact.split(".")
    return rest[0] if rest else None
