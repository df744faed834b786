"""A plan as one SQL statement, for PostgreSQL and for Spark: no loop, no procedure, nothing per row.

Three nested selects, each a fence so that no expression is worked out twice: facts within their
bounds; whatever is asked of them (truths, capped counts, need), each different question once, however
many programmes ask it; outcome, amount and packed results. SQL's NULL is *unknown*, and its AND and
OR are Kleene's already.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from eligibility.populations.columns import BITS, KEY, NO, OPEN, PER_WORD, YES, fact_column, facts_of, steps
from eligibility.rules.catalogue import fact_type
from eligibility.rules.logic import Check, Open, Question, Tree, Unrecorded
from eligibility.rules.plan import AmountPlan, NeedPlan, Plan
from eligibility.rules.ranges import Ranges, complement

Cell = dict[str, int]  # a number of the cell that stands for an unknown fact


@dataclass(frozen=True)
class Dialect:
    """`fence` keeps a subselect whole; `lot` is SHA-256 of a text as hexadecimal; `once` computes a CTE once."""

    fence: str
    lot: str
    once: str


POSTGRES = Dialect(fence=" OFFSET 0", lot="encode(sha256(convert_to({}, 'UTF8')), 'hex')", once="MATERIALIZED ")
SPARK = Dialect(fence="", lot="sha2({}, 256)", once="")


class Asked:
    """Expressions over the facts: the same one, whoever asks, is one column."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __call__(self, expression: str) -> str:
        """The column that has the value of `expression`."""
        return self._names.setdefault(expression, f"asked_{len(self._names)}")

    def columns(self) -> Iterator[str]:
        return (f"{expression} AS {name}" for expression, name in self._names.items())


def decide(plans: Sequence[Plan], source: str, dialect: Dialect, carry: Sequence[str] = (KEY,)) -> str:
    """The statement: `carry` and the answer columns of every plan, one row per row of `source`.

    `source` is a table or subselect with the columns of `facts_of(plans)`; NULL where nothing is on record.
    """
    kept, asked = ", ".join(carry), Asked()
    verdicts = [column for number, plan in enumerate(plans) for column in _verdict(plan, number, asked)]
    bounded = f"SELECT {kept}, {_list(_bounded(plans))} FROM {source} given{dialect.fence}"  # noqa: S608 - our own names
    answered = f"SELECT {kept}, {_list(asked.columns())} FROM ({bounded}) facts{dialect.fence}"  # noqa: S608 - our own names
    return f"SELECT {kept}, {_list(verdicts)} FROM ({answered}) answers"  # noqa: S608 - our own names


# --- places ---------------------------------------------------------------------------------------
def with_places(decided: str, quotas: str, ticket: str, count: int, dialect: Dialect, carry: Sequence[str]) -> str:
    """The statement: `carry` and `funded_<number>` of `count` programmes, 1 for who has a place in the regency.

    `decided` selects `regency` beside the answers, `quotas` (which may read `decided`) `regency` and
    `places_<number>`; `ticket` is seed and public id as one text. As in `placing.py`, only those who tie
    at the line draw a lot.
    """
    numbers = range(count)
    tables = [f"decided AS {dialect.once}({decided})", f"quota AS ({quotas})"]
    tables += [f"edge_{number} AS ({_edge(number)})" for number in numbers]
    tables += [f"winner_{number} AS ({_winners(number, dialect.lot.format(ticket))})" for number in numbers]
    joined = "".join(f" LEFT JOIN edge_{n} USING (regency) LEFT JOIN winner_{n} USING ({KEY})" for n in numbers)
    funded = (
        f"CASE WHEN outcome_{number} = {YES} AND (line_{number} IS NULL OR need_{number} < line_{number}"
        f" OR won_{number} = 1) THEN 1 ELSE 0 END AS funded_{number}"
        for number in numbers
    )
    return f"WITH {_list(tables)} SELECT {_list([*carry, *funded])} FROM decided{joined}"  # noqa: S608 - our own names


def _edge(number: int) -> str:
    """The need at which a regency runs out of places, and how many are left for it; no row where all have one."""
    needs = (
        f"SELECT regency, need_{number} AS line_{number}, count(*) AS here,"  # noqa: S608 - our own names
        f" sum(count(*)) OVER (PARTITION BY regency ORDER BY need_{number}) AS upto"
        f" FROM decided WHERE outcome_{number} = {YES} GROUP BY regency, need_{number}"
    )
    places = f"places_{number}"
    return (
        f"SELECT regency, line_{number}, {places} - (upto - here) AS left_{number}"  # noqa: S608 - our own names
        f" FROM ({needs}) needs JOIN quota USING (regency) WHERE upto > {places} AND upto - here <= {places}"
    )


def _winners(number: int, lot: str) -> str:
    tied = (
        f"SELECT {KEY}, left_{number}, row_number() OVER (PARTITION BY regency ORDER BY {lot}) AS drawn"  # noqa: S608 - our own names
        f" FROM decided JOIN edge_{number} USING (regency)"
        f" WHERE outcome_{number} = {YES} AND need_{number} = line_{number}"
    )
    return f"SELECT {KEY}, 1 AS won_{number} FROM ({tied}) tied WHERE drawn <= left_{number}"  # noqa: S608 - our own names


# --- facts ----------------------------------------------------------------------------------------
def _bounded(plans: Iterable[Plan]) -> Iterator[str]:
    """Each fact in 64 bits where its type admits the value."""
    for fact in facts_of(plans):
        column, (low, high) = fact_column(fact.name), fact.span
        yield f"CASE WHEN {column} BETWEEN {low} AND {high} THEN CAST({column} AS bigint) END AS {column}"


# --- criteria -------------------------------------------------------------------------------------
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
    if isinstance(tree, Open):
        return _truth(None)
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


def _verdict(plan: Plan, number: int, asked: Asked) -> Iterator[str]:
    met = [asked(_question(criterion.question)) for criterion in plan.criteria]
    every = [
        met[bundle.positions[0]] if len(bundle.positions) == 1 else asked(_question(bundle.question))
        for bundle in plan.bundles
    ]
    outcome = " AND ".join(every)
    yield f"{_code(outcome)} AS outcome_{number}"
    yield f"CASE WHEN {outcome} THEN {_rupiah(plan.amount, asked)} ELSE CAST(0 AS bigint) END AS amount_{number}"
    yield f"{asked(_need(plan.need))} AS need_{number}"
    for word, start in enumerate(range(0, len(plan.criteria), PER_WORD)):
        results = [_code(one, BITS * slot) for slot, one in enumerate(met[start : start + PER_WORD])]
        yield f"{' + '.join(results)} AS results_{number}_{word}"


def _code(truth: str, shift: int = 0) -> str:
    yes, no, unknown = (f"CAST({code << shift} AS bigint)" for code in (YES, NO, OPEN))
    return f"CASE WHEN {truth} THEN {yes} WHEN NOT ({truth}) THEN {no} ELSE {unknown} END"


def _rupiah(amount: AmountPlan, asked: Asked) -> str:
    """Greedy picking without a loop: Σ min(members up to this one, most) × (its rupiah − the next one's)."""
    most, counts = asked(_most(amount)), _within_groups(amount, asked)
    parts = [
        f" + {step} * LEAST({' + '.join(counts[: position + 1])}, {most})"
        for position, step in enumerate(steps(amount))
        if step
    ]
    return f"CAST({amount.flat} AS bigint){''.join(parts)}"


def _within_groups(amount: AmountPlan, asked: Asked) -> list[str]:
    """The counts in picking order, each no more than what its group has left."""
    so_far: dict[int, str] = {}
    found = []
    for component in amount.components:
        count = asked(_count(component.fact, component.cap))
        if component.group is not None:
            before = so_far.get(component.group)
            so_far[component.group] = count if before is None else f"{before} + {count}"
            most = amount.groups[component.group]
            earlier = "0" if before is None else f"LEAST({before}, {most})"
            count = f"(LEAST({so_far[component.group]}, {most}) - {earlier})"
        found.append(count)
    return found


def _list(columns: Iterable[str]) -> str:
    return ", ".join(columns)
