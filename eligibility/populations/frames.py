"""A plan as Polars expressions over a lazy frame: the same steps as `sql.py`, in columns.

Polars' `&`, `|` and `all_horizontal` are Kleene's with NULL as *unknown*, as in SQL.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import product
from operator import and_, or_

import polars as pl

from eligibility.populations.columns import (
    BITS,
    KEY,
    NO,
    OPEN,
    PER_WORD,
    YES,
    answer_columns,
    fact_column,
    facts_of,
    steps,
)
from eligibility.rules.catalogue import fact_type
from eligibility.rules.logic import Check, Open, Question, Tree, Unrecorded
from eligibility.rules.plan import AmountPlan, Bundle, NeedPlan, Plan
from eligibility.rules.ranges import Ranges, complement

Cell = dict[str, int]
BIG = pl.Int64


def decide(frame: pl.LazyFrame, plans: Sequence[Plan], carry: Sequence[str] = (KEY,)) -> pl.LazyFrame:
    """`carry` and the answer columns of every plan. `frame` has the columns of `facts_of(plans)`."""
    answers = (column for number, plan in enumerate(plans) for column in answer_columns(plan, number))
    return answered(frame, dict(enumerate(plans))).select(*carry, *answers)


def answered(frame: pl.LazyFrame, plans: Mapping[int, Plan]) -> pl.LazyFrame:
    """`frame` with everything that is worked out for every plan, in columns that end in its number."""
    return (
        frame.with_columns(_bounded(plans.values()))
        .with_columns(column for number, plan in plans.items() for column in _answers(plan, number))
        .with_columns(column for number, plan in plans.items() for column in _verdict(plan, number))
    )


def fits(plan: Plan, number: int, moved: Mapping[int, Question] | None = None) -> pl.Expr:
    """Eligible (true), not eligible (false) or open (null), over an answered frame; some bundles asked otherwise."""
    every = [
        asked(moved[position]) if moved and position in moved else pl.col(_bundle_column(bundle, position, number))
        for position, bundle in enumerate(plan.bundles)
    ]
    return reduce(and_, every)


def asked(question: Question) -> pl.Expr:
    """Yes (true), no (false) or unknown (null), over the columns of facts."""
    plain = _tree(question.tree, {})
    if not question.cells:
        return plain
    names = [cells.fact for cells in question.cells]
    numbers = product(*([part[0][0] for part in cells.parts] for cells in question.cells))
    possible = [_tree(question.tree, dict(zip(names, chosen, strict=True))) for chosen in numbers]
    known = pl.all_horizontal(pl.col(fact_column(name)).is_not_null() for name in names)
    always = pl.all_horizontal(one.fill_null(False) for one in possible)
    never = pl.all_horizontal((~one).fill_null(False) for one in possible)
    return pl.when(known).then(plain).when(always).then(True).when(never).then(False)


def counts(amount: AmountPlan, number: int, component: str) -> pl.Expr:
    """Whether at least one member is paid for as this component, once eligible; over an answered frame."""
    so_far: pl.Expr = pl.lit(0, dtype=BIG)
    for planned, count in zip(amount.components, _within_groups(amount, number), strict=True):
        if planned.name == component:
            return (count > 0) & (so_far < _most(amount))
        so_far = so_far + count
    return pl.lit(False)


# --- facts ----------------------------------------------------------------------------------------
def _bounded(plans: Iterable[Plan]) -> Iterator[pl.Expr]:
    """Each fact in 64 bits where its type admits the value."""
    for fact in facts_of(plans):
        value = pl.col(fact_column(fact.name)).cast(BIG)
        yield pl.when(value.is_between(*fact.span)).then(value).alias(fact_column(fact.name))


# --- criteria -------------------------------------------------------------------------------------
def _answers(plan: Plan, number: int) -> Iterator[pl.Expr]:
    for criterion in plan.criteria:
        yield asked(criterion.question).alias(f"met_{number}_{criterion.position}")
    for position, bundle in enumerate(plan.bundles):
        if len(bundle.positions) > 1:
            yield asked(bundle.question).alias(f"bundle_{number}_{position}")
    for position, component in enumerate(plan.amount.components):
        yield _count(component.fact, component.cap).alias(f"count_{number}_{position}")
    yield _need(plan.need).alias(f"need_{number}")


def _tree(tree: Tree, cell: Cell) -> pl.Expr:
    if isinstance(tree, Check):
        return _in_cell(tree, cell)
    if isinstance(tree, Unrecorded):
        return pl.col(fact_column(tree.fact)).is_null()
    if isinstance(tree, Open):
        return pl.lit(None, dtype=pl.Boolean)
    parts = [_tree(part, cell) for part in tree.parts]
    return reduce(and_ if tree.kind == "all" else or_, parts) if parts else pl.lit(tree.kind == "all")


def _in_cell(check: Check, cell: Cell) -> pl.Expr:
    if check.fact not in cell:
        return _check(check)
    answer = pl.lit(check.at(cell[check.fact]), dtype=pl.Boolean)
    return pl.when(pl.col(fact_column(check.fact)).is_null()).then(answer).otherwise(_check(check))


def _check(check: Check) -> pl.Expr:
    if check.if_unknown is not None or not (check.yes or check.no):
        return pl.lit(check.if_unknown, dtype=pl.Boolean)
    value = pl.col(fact_column(check.fact))
    if complement(check.yes, *fact_type(check.fact).span) == check.no:
        return _within(value, check.yes)
    return pl.when(_within(value, check.yes)).then(True).when(_within(value, check.no)).then(False)


def _within(value: pl.Expr, ranges: Ranges) -> pl.Expr:
    pieces = [value == low if low == high else value.is_between(low, high) for low, high in ranges]
    return reduce(or_, pieces) if pieces else pl.lit(False)


# --- money and order ------------------------------------------------------------------------------
def _count(fact: str, cap: int) -> pl.Expr:
    return pl.col(fact_column(fact)).fill_null(0).clip(upper_bound=cap)


def _need(need: NeedPlan) -> pl.Expr:
    points = pl.col(fact_column(need.fact)).fill_null(need.beyond) * need.scale + need.base
    return reduce(lambda total, one: total - _count(one[0], one[2]) * one[1], need.eased_by, points)


def _verdict(plan: Plan, number: int) -> Iterator[pl.Expr]:
    outcome = fits(plan, number)
    yield _code(outcome, 0).cast(pl.Int8).alias(f"outcome_{number}")
    yield pl.when(outcome).then(_rupiah(plan.amount, number)).otherwise(0).alias(f"amount_{number}")
    for word, start in enumerate(range(0, len(plan.criteria), PER_WORD)):
        results = [
            _code(pl.col(f"met_{number}_{criterion.position}"), BITS * slot)
            for slot, criterion in enumerate(plan.criteria[start : start + PER_WORD])
        ]
        yield reduce(or_, results).alias(f"results_{number}_{word}")


def _bundle_column(bundle: Bundle, position: int, number: int) -> str:
    alone = len(bundle.positions) == 1
    return f"met_{number}_{bundle.positions[0]}" if alone else f"bundle_{number}_{position}"


def _code(truth: pl.Expr, shift: int) -> pl.Expr:
    yes, no, unknown = (pl.lit(code << shift, dtype=BIG) for code in (YES, NO, OPEN))
    return pl.when(truth).then(yes).when(~truth).then(no).otherwise(unknown)


def _rupiah(amount: AmountPlan, number: int) -> pl.Expr:
    """Greedy picking without a loop: Σ min(members up to this one, most) × (its rupiah − the next one's)."""
    most = _most(amount)
    total, so_far = pl.lit(amount.flat, dtype=BIG), pl.lit(0, dtype=BIG)
    for count, step in zip(_within_groups(amount, number), steps(amount), strict=True):
        so_far = so_far + count
        total = total + pl.min_horizontal(so_far, most) * step if step else total
    return total


def _most(amount: AmountPlan) -> pl.Expr:
    if amount.people is None:
        return pl.lit(amount.most, dtype=BIG)
    return pl.col(fact_column(amount.people)).fill_null(amount.most).clip(upper_bound=amount.most)


def _within_groups(amount: AmountPlan, number: int) -> Iterator[pl.Expr]:
    """The counts in picking order, each no more than what its group has left."""
    so_far: dict[int, pl.Expr] = {}
    for position, component in enumerate(amount.components):
        count = pl.col(f"count_{number}_{position}")
        if component.group is None:
            yield count
            continue
        most = amount.groups[component.group]
        before = so_far.get(component.group, pl.lit(0, dtype=BIG))
        so_far[component.group] = before + count
        yield so_far[component.group].clip(upper_bound=most) - before.clip(upper_bound=most)
