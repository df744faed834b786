"""Who stands at the line: the rules with one threshold moved by one step, everything else as it was.

The line of a comparison lies where numbers that answer yes meet numbers that answer no. One step is the
next value that means something in the unit of the fact: the next decile, person, vehicle or month; the
next class of PLN's tariff; five points of a percentage; five percent of a limit in rupiah or square
metres. A family is within one step of the line when moving this one line by one step, and nothing else,
turns its answer round: so a family that fails for two reasons is at no line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from eligibility.rules.catalogue import Unit, fact_type, recorded
from eligibility.rules.logic import Check, Join, Question, Tree, checks, question_of
from eligibility.rules.plan import Plan
from eligibility.rules.ranges import complement, holds, intersection, merged, within

# Connected power of households and small users, VA (tariff adjustment of PLN).
CLASSES = (
    *(450, 900, 1300, 2200, 3500, 4400, 5500, 6600, 7700, 10600, 11000, 13200, 16500, 23000, 33000),
    *(41500, 53000, 66000, 82500, 105000, 131000, 147000, 164000, 197000),
)
SHARE = 20  # a step of a limit without classes is one twentieth of it
POINTS = 5


@dataclass(frozen=True)
class Line:
    """One comparison of a criterion. `easier` and `stricter` ask bundle `bundle` with the line moved one step.

    `limits` are the numbers beside the line on the side that answers yes. None where a move would leave
    nothing to ask.
    """

    criterion: str
    fact: str
    limits: tuple[int, ...]
    bundle: int
    easier: Question | None
    stricter: Question | None


def step_down(unit: Unit, line: int) -> int:
    """The first number of the last step that ends with `line`."""
    if unit == Unit.VA:
        return max((one for one in CLASSES if one < line), default=0) + 1
    return line + 1 - _width(unit, line)


def step_up(unit: Unit, line: int) -> int:
    """The last number of the first step that begins after `line`."""
    if unit == Unit.VA:
        return min((one for one in CLASSES if one > line), default=line + 1)
    return line + _width(unit, line)


def lines(plan: Plan) -> tuple[Line, ...]:
    """Every line of the criteria, in the order of the document. Flags and what has no answer have none."""
    return tuple(_lines(plan))


def _width(unit: Unit, line: int) -> int:
    if unit in (Unit.RUPIAH_MONTH, Unit.M2, Unit.KWH_MONTH):
        return max(1, -(-line // SHARE))
    return POINTS if unit == Unit.PERCENT else 1


def _lines(plan: Plan) -> Iterator[Line]:
    for number, bundle in enumerate(plan.bundles):
        trees = [plan.criteria[position].question.tree for position in bundle.positions]
        for position, tree in zip(bundle.positions, trees, strict=True):
            for check in checks(tree):
                easier, stricter = _moved(check, outward=True), _moved(check, outward=False)
                if easier or stricter:
                    yield Line(
                        plan.criteria[position].name,
                        recorded(check.fact),
                        tuple(_beside(check)),
                        number,
                        _asked(trees, check, easier),
                        _asked(trees, check, stricter),
                    )


def _beside(check: Check) -> Iterator[int]:
    low, high = fact_type(check.fact).span
    for first, last in check.yes:
        if first > low:
            yield first
        if last < high:
            yield last


def _moved(check: Check, *, outward: bool) -> Check | None:
    """The comparison with its lines one step further out, or in; None where it would ask nothing any more."""
    kind = fact_type(check.fact)
    if kind.is_flag or not check.yes or not check.no:
        return None
    edges = [_edges(check, piece, kind.unit, outward=outward) for piece in check.yes]
    answered = merged((*check.yes, *check.no))
    yes = intersection(within(edges, *kind.span), answered)
    no = intersection(complement(yes, *kind.span), answered)
    return replace(check, yes=yes, no=no, if_unknown=None) if yes and no else None


def _edges(check: Check, piece: tuple[int, int], unit: Unit, *, outward: bool) -> tuple[int, int]:
    first, last = piece
    if holds(check.no, first - 1):
        first = step_down(unit, first - 1) if outward else step_up(unit, first - 1) + 1
    if holds(check.no, last + 1):
        last = step_up(unit, last) if outward else step_down(unit, last) - 1
    return first, last


def _asked(trees: list[Tree], old: Check, new: Check | None) -> Question | None:
    if new is None:
        return None
    moved = tuple(_with(tree, old, new) for tree in trees)
    return question_of(moved[0] if len(moved) == 1 else Join("all", moved))


def _with(tree: Tree, old: Check, new: Check) -> Tree:
    """The tree with `new` in the place of this very `old`."""
    if isinstance(tree, Join):
        return replace(tree, parts=tuple(_with(part, old, new) for part in tree.parts))
    return new if tree is old else tree
