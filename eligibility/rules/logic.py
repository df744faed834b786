"""Three-valued logic over whole numbers: trees of checks, and their exact answer when facts are unknown.

An unknown fact may be any value its type admits. A tree that asks no fact twice needs no more than
Kleene's logic, with NULL for unknown: false settles an `all`, true settles an `any`. A fact that is
asked more than once comes with its *cells*: the parts of its domain in which every check of it has
one answer. Where such a fact is unknown, the tree is answered once for each of its cells (for
several such facts: each combination), and the answers must agree; where it is known, it is simply
its value. Facts are completed independently of each other: that nobody has more pupils than family
members is knowledge no engine uses.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Literal

from eligibility.rules.catalogue import fact_type
from eligibility.rules.operands import resolve
from eligibility.rules.ranges import Ranges, complement, holds, intersection, merged, within
from eligibility.rules.tree import All, AnyOf, Comparison, Condition

Truth = bool | None
Values = Mapping[str, int]
ReadAs = Callable[[str], str]


@dataclass(frozen=True)
class Check:
    """One comparison: `yes` and `no` are within the bounds of the fact; other numbers have no answer.

    `if_unknown` is the answer while the fact is unknown: true or false where all its values agree.
    """

    fact: str
    yes: Ranges
    no: Ranges
    if_unknown: Truth

    def at(self, value: int | None) -> Truth:
        if value is None:
            return self.if_unknown
        if holds(self.yes, value):
            return True
        return False if holds(self.no, value) else None


@dataclass(frozen=True)
class Unrecorded:
    """True where nothing is on record about the fact, else false; never unknown, and not split by cells."""

    fact: str


@dataclass(frozen=True)
class Open:
    """Never answered, whatever is known of the family: a number that the rules need is not set."""


@dataclass(frozen=True)
class Join:
    """All of `parts` (of none: true) or any of them."""

    kind: Literal["all", "any"]
    parts: tuple["Tree", ...]


Tree = Check | Unrecorded | Open | Join


@dataclass(frozen=True)
class Cells:
    """A fact asked more than once: each part of its domain where every check of it has one answer."""

    fact: str
    parts: tuple[Ranges, ...]


@dataclass(frozen=True)
class Question:
    """A tree and the facts that must be split to answer it exactly (often none)."""

    tree: Tree
    cells: tuple[Cells, ...]


def checks(tree: Tree) -> Iterator[Check]:
    """Every comparison of a tree, left to right."""
    if isinstance(tree, Check):
        yield tree
    elif isinstance(tree, Join):
        for part in tree.parts:
            yield from checks(part)


def combinations(question: Question) -> int:
    """How many times the tree is answered when every fact that is asked twice is unknown."""
    return prod(len(cells.parts) for cells in question.cells)


# --- from conditions ------------------------------------------------------------------------------
def tree_of(condition: Condition, parameters: Mapping[str, int], *, is_wanted: bool, read_as: ReadAs = str) -> Tree:
    """The tree that is true exactly where `condition` is `is_wanted`, without any `not` in it.

    `read_as` says what a fact is called in it; else as in the condition.
    """
    if isinstance(condition, Comparison):
        return _check(condition, read_as(condition.fact), parameters, is_wanted=is_wanted)
    if isinstance(condition, All | AnyOf):
        parts = tuple(tree_of(part, parameters, is_wanted=is_wanted, read_as=read_as) for part in condition.parts)
        return Join("all" if isinstance(condition, All) == is_wanted else "any", parts)
    return tree_of(condition.part, parameters, is_wanted=not is_wanted, read_as=read_as)


def _check(comparison: Comparison, fact: str, parameters: Mapping[str, int], *, is_wanted: bool) -> Check:
    low, high = fact_type(fact).span
    resolved = [resolve(operand, parameters) for operand in comparison.operands]
    numbers = [None if number is None else int(number) for number in resolved]
    yes, no = _answers(comparison.operator, numbers, low, high)
    if not is_wanted:
        yes, no = no, yes
    everything = ((low, high),)
    return Check(fact, yes, no, True if yes == everything else False if no == everything else None)


def _answers(operator: str, numbers: list[int | None], low: int, high: int) -> tuple[Ranges, Ranges]:
    """The numbers from `low` to `high` for which the comparison is true, and those for which it is false."""
    if operator == "between":
        above, below = (_ordered(*pair, low, high) for pair in (("ge", numbers[0]), ("le", numbers[1])))
        return intersection(above[0], below[0]), merged((*above[1], *below[1]))
    if operator == "in":
        known = [number for number in numbers if number is not None]
        yes = within(((number, number) for number in known), low, high)
        return yes, complement(yes, low, high) if len(known) == len(numbers) else ()
    return _ordered(operator, numbers[0], low, high)


def _ordered(operator: str, number: int | None, low: int, high: int) -> tuple[Ranges, Ranges]:
    if number is None:
        return (), ()
    pieces = {
        "eq": [(number, number)],
        "ne": [(low, number - 1), (number + 1, high)],
        "lt": [(low, number - 1)],
        "le": [(low, number)],
        "gt": [(number + 1, high)],
        "ge": [(number, high)],
    }
    yes = within(pieces[operator], low, high)
    return yes, complement(yes, low, high)


# --- facts asked more than once -------------------------------------------------------------------
def question_of(tree: Tree) -> Question:
    by_fact: defaultdict[str, list[Check]] = defaultdict(list)
    for check in checks(tree):
        by_fact[check.fact].append(check)
    shared = (Cells(fact, _cells(fact, asked)) for fact, asked in sorted(by_fact.items()) if len(asked) > 1)
    return Question(tree, tuple(cells for cells in shared if len(cells.parts) > 1))


def _cells(fact: str, asked: list[Check]) -> tuple[Ranges, ...]:
    low, high = fact_type(fact).span
    pieces = [piece for check in asked for piece in (*check.yes, *check.no)]
    starts = sorted({low, *(start for start, _end in pieces), *(end + 1 for _start, end in pieces if end < high)})
    by_answers: defaultdict[tuple[Truth, ...], list[tuple[int, int]]] = defaultdict(list)
    for start, following in pairwise([*starts, high + 1]):
        by_answers[tuple(check.at(start) for check in asked)].append((start, following - 1))
    return tuple(merged(parts) for parts in by_answers.values())


# --- answers --------------------------------------------------------------------------------------
def answer(question: Question, values: Values) -> Truth:
    """What every completion of the unknown facts agrees on; None where they differ."""
    unknown = [cells for cells in question.cells if cells.fact not in values]
    if not unknown:
        return truth(question.tree, values, values)
    answers = {truth(question.tree, values, {**values, **assumed}) for assumed in _assumptions(unknown)}
    return answers.pop() if len(answers) == 1 else None


def truth(tree: Tree, values: Values, assumed: Values) -> Truth:
    """True, False, or None for not known. `assumed` are the values plus those of the cells looked at."""
    if isinstance(tree, Check):
        return tree.at(assumed.get(tree.fact))
    if isinstance(tree, Unrecorded):
        return tree.fact not in values
    if isinstance(tree, Open):
        return None
    settling = tree.kind == "any"  # one true settles an any, one false an all
    is_open = False
    for part in tree.parts:
        found = truth(part, values, assumed)
        if found is settling:
            return settling
        is_open = is_open or found is None
    return None if is_open else not settling


def _assumptions(unknown: Iterable[Cells]) -> Iterator[dict[str, int]]:
    """One value from each cell, in every combination: within a cell all values answer alike."""
    choices = [[(cells.fact, part[0][0]) for part in cells.parts] for cells in unknown]
    return (dict(choice) for choice in product(*choices))
