"""A plan as one SQL statement, for PostgreSQL and for Spark: no loop, no procedure, nothing per row.

Three nested selects, each a fence so that no expression is worked out twice: facts within their
bounds; a truth per criterion and per bundle, capped counts, need; outcome, amount and packed results.
SQL's NULL is *unknown*, and its AND and OR are Kleene's already.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from eligibility.populations.columns import BITS, KEY, NO, OPEN, PER_WORD, YES, fact_column, facts_of, steps
from eligibility.rules.catalogue import fact_type
from eligibility.rules.logic import Check, Question, Tree, Unrecorded
from eligibility.rules.plan import AmountPlan, NeedPlan, Plan
from eligibility.rules.ranges import Ranges, complement

Cell = dict[str, int]  # a number of the cell that stands for an unknown fact


@dataclass(frozen=True)
class Dialect:
    """`fence` keeps a subselect whole; `lot` is SHA-256 of a text as hexadecimal."""

    fence: str
    lot: str


POSTGRES = Dialect(fence=" OFFSET 0", lot="encode(sha256(convert_to({}, 'UTF8')), 'hex')")
SPARK = Dialect(fence="", lot="sha2({}, 256)")


def decide(plans: Sequence[Plan], source: str, dialect: Dialect, carry: Sequence[str] = (KEY,)) -> str:
    """The statement: `carry` and the answer columns of every plan, one row per row of `source`.

    `source` is a table or subselect with the columns of `facts_of(plans)`; NULL where nothing is on record.
    """
    kept = ", ".join(carry)
    bounded = f"SELECT {kept}, {_list(_bounded(plans))} FROM {source} given{dialect.fence}"  # noqa: S608 - our own names
    answered = f"SELECT {kept}, {_list(_all(_answers, plans))} FROM ({bounded}) facts{dialect.fence}"  # noqa: S608 - our own names
    return f"SELECT {kept}, {_list(_all(_verdict, plans))} FROM ({answered}) answers"  # noqa: S608 - our own names


def place(source: str, number: int, dialect: Dialect, carry: str) -> str:
    """`place_<number>` by regency for the eligible of programme `number`: by need, then by lot.

    `source` has `regency`, `public_id`, `seed` and `places` beside the answers; 1 is needed most.
    """
    lot = dialect.lot.format("concat(seed, public_id)")
    order = f"ORDER BY need_{number}, {lot}"
    return (
        f"SELECT {carry}, row_number() OVER (PARTITION BY regency {order}) AS place_{number}"  # noqa: S608 - compiled from a plan: names of the catalogue and numbers
        f" FROM {source} eligible WHERE outcome_{number} = {YES}"
    )


# --- facts ----------------------------------------------------------------------------------------
def _bounded(plans: Iterable[Plan]) -> Iterator[str]:
    """Each fact in 64 bits where its type admits the value."""
    for fact in facts_of(plans):
        column, (low, high) = fact_column(fact.name), fact.span
        yield f"CASE WHEN {column} BETWEEN {low} AND {high} THEN CAST({column} AS bigint) END AS {column}"


# --- criteria -------------------------------------------------------------------------------------
def _answers(plan: Plan, number: int) -> Iterator[str]:
    for criterion in plan.criteria:
        yield f"{_question(criterion.question)} AS met_{number}_{criterion.position}"
    for position, bundle in enumerate(plan.bundles):
        if len(bundle.positions) > 1:
            yield f"{_question(bundle.question)} AS bundle_{number}_{position}"
    for position, component in enumerate(plan.amount.components):
        yield f"{_count(component.fact, component.cap)} AS count_{number}_{position}"
    yield f"{_most(plan.amount)} AS most_{number}"
    yield f"{_need(plan.need)} AS need_{number}"


def _question(question: Question) -> str:
    if not question.cells:
        return _tree(question.tree, {})
    names = [cells.fact for cells in question.cells]
    known = " AND ".join(f"{fact_column(name)} IS NOT NULL" for name in names)
    numbers = product(*([part[0][0] for part in cells.parts] for cells in question.cells))
    possible = [_tree(question.tree, dict(zip(names, chosen, strict=True))) for chosen in numbers]
    always = " AND ".join(f"({one}) IS TRUE" for one in possible)
    never = " AND ".join(f"({one}) IS FALSE" for one in possible)
    plain = _tree(question.tree, {})
    return f"CASE WHEN {known} THEN {plain} WHEN {always} THEN TRUE WHEN {never} THEN FALSE END"


def _tree(tree: Tree, cell: Cell) -> str:
    if isinstance(tree, Check):
        return _in_cell(tree, cell)
    if isinstance(tree, Unrecorded):
        return f"({fact_column(tree.fact)} IS NULL)"
    joined = {"all": " AND ", "any": " OR "}[tree.kind].join(_tree(part, cell) for part in tree.parts)
    return f"({joined})" if joined else _truth(tree.kind == "all")


def _in_cell(check: Check, cell: Cell) -> str:
    if check.fact not in cell:
        return _check(check)
    answer = _truth(check.at(cell[check.fact]))
    return f"CASE WHEN {fact_column(check.fact)} IS NULL THEN {answer} ELSE {_check(check)} END"


def _check(check: Check) -> str:
    if check.if_unknown is not None:
        return _truth(check.if_unknown)
    if not check.yes and not check.no:
        return _truth(None)
    column = fact_column(check.fact)
    if _covers(check):
        return _within(column, check.yes)
    return f"CASE WHEN {_within(column, check.yes)} THEN TRUE WHEN {_within(column, check.no)} THEN FALSE END"


def _covers(check: Check) -> bool:
    """Whether every number the fact can be has an answer, so that only NULL is unknown."""
    return complement(check.yes, *fact_type(check.fact).span) == check.no


def _within(column: str, ranges: Ranges) -> str:
    pieces = [f"{column} = {low}" if low == high else f"{column} BETWEEN {low} AND {high}" for low, high in ranges]
    return f"({' OR '.join(pieces)})" if pieces else "FALSE"


def _truth(answer: bool | None) -> str:
    return "CAST(NULL AS boolean)" if answer is None else str(answer).upper()


# --- money and order ------------------------------------------------------------------------------
def _count(fact: str, cap: int) -> str:
    return f"LEAST(COALESCE({fact_column(fact)}, 0), {cap})"


def _most(amount: AmountPlan) -> str:
    if amount.people is None:
        return f"CAST({amount.most} AS bigint)"
    return f"LEAST(COALESCE({fact_column(amount.people)}, {amount.most}), {amount.most})"


def _need(need: NeedPlan) -> str:
    eased = "".join(f" - {points} * {_count(fact, cap)}" for fact, points, cap in need.eased_by)
    return f"{need.scale} * COALESCE({fact_column(need.fact)}, {need.beyond}) + {need.base}{eased}"


def _verdict(plan: Plan, number: int) -> Iterator[str]:
    every = [
        f"met_{number}_{bundle.positions[0]}" if len(bundle.positions) == 1 else f"bundle_{number}_{position}"
        for position, bundle in enumerate(plan.bundles)
    ]
    outcome = " AND ".join(every)
    yield f"{_code(outcome)} AS outcome_{number}"
    yield f"CASE WHEN {outcome} THEN {_rupiah(plan.amount, number)} ELSE CAST(0 AS bigint) END AS amount_{number}"
    yield f"need_{number}"
    for word, start in enumerate(range(0, len(plan.criteria), PER_WORD)):
        results = [
            f"{_code(f'met_{number}_{criterion.position}')} * {1 << BITS * slot}"
            for slot, criterion in enumerate(plan.criteria[start : start + PER_WORD])
        ]
        yield f"{' + '.join(results)} AS results_{number}_{word}"


def _code(truth: str) -> str:
    return f"CAST(CASE WHEN {truth} THEN {YES} WHEN NOT ({truth}) THEN {NO} ELSE {OPEN} END AS bigint)"


def _rupiah(amount: AmountPlan, number: int) -> str:
    """Greedy picking without a loop: Σ min(members up to this one, most) × (its rupiah − the next one's)."""
    counts = _within_groups(amount, number)
    parts = [
        f" + {step} * LEAST({' + '.join(counts[: position + 1])}, most_{number})"
        for position, step in enumerate(steps(amount))
        if step
    ]
    return f"CAST({amount.flat} AS bigint){''.join(parts)}"


def _within_groups(amount: AmountPlan, number: int) -> list[str]:
    """The counts in picking order, each no more than what its group has left."""
    so_far: dict[int, str] = {}
    found = []
    for position, component in enumerate(amount.components):
        count = f"count_{number}_{position}"
        if component.group is not None:
            before = so_far.get(component.group)
            so_far[component.group] = count if before is None else f"{before} + {count}"
            most = amount.groups[component.group]
            earlier = "0" if before is None else f"LEAST({before}, {most})"
            count = f"(LEAST({so_far[component.group]}, {most}) - {earlier})"
        found.append(count)
    return found


def _all(write: Callable[[Plan, int], Iterator[str]], plans: Sequence[Plan]) -> Iterator[str]:
    for number, plan in enumerate(plans):
        yield from write(plan, number)


def _list(columns: Iterable[str]) -> str:
    return ", ".join(columns)
