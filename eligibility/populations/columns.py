"""What populations look like to every engine: names of columns, codes of answers, results in few bits."""

from collections.abc import Iterable, Iterator, Sequence

from eligibility.rules.catalogue import LIMITED, FactType
from eligibility.rules.plan import AmountPlan, Plan

KEY = "family"
REGENCY = "regency"
PUBLIC_ID = "public_id"
OUTCOMES = ("not_eligible", "eligible", "undecided")
RESULTS = ("not_met", "met", "unknown")
NO, YES, OPEN = range(3)
PER_WORD = 31  # results of two bits each that fit a signed 64-bit word
BITS = 2


def fact_column(name: str) -> str:
    """`pln.power_va` → `pln__power_va`: a name every engine takes without quotes."""
    plain = name.replace(".", "__").replace("-", "_dash_")  # codes of programmes may have dashes
    return plain.replace(LIMITED, "_within_")


def facts_of(plans: Iterable[Plan]) -> tuple[FactType, ...]:
    """Every fact that some plan reads, by name."""
    found = {fact.name: fact for plan in plans for fact in plan.columns}
    return tuple(found[name] for name in sorted(found))


def words(plan: Plan) -> int:
    """How many 64-bit words the results of all criteria take."""
    return -(-len(plan.criteria) // PER_WORD)


def answer_columns(plan: Plan, number: int) -> list[str]:
    """The columns of programme `number` of a run, in the order they are stored and compared."""
    return [f"{what}_{number}" for what in ("outcome", "amount", "need")] + [
        f"results_{number}_{word}" for word in range(words(plan))
    ]


def packed(results: Sequence[str]) -> list[int]:
    """The results of all criteria, in their order, as words."""
    return [
        sum(RESULTS.index(result) << BITS * place for place, result in enumerate(results[start : start + PER_WORD]))
        for start in range(0, len(results), PER_WORD)
    ]


def unpacked(packed_words: Sequence[int], count: int) -> Iterator[str]:
    """The result of each of `count` criteria, in their order."""
    for place in range(count):
        word, slot = divmod(place, PER_WORD)
        yield RESULTS[packed_words[word] >> BITS * slot & 3]


def steps(amount: AmountPlan) -> list[int]:
    """Rupiah of each component less those of the next one picked.

    Σ each × taken is Σ step × (taken up to here), and what is taken up to here is the smaller of what
    there is and what may be taken: the loop of the evaluator without its loop.
    """
    each = [component.each for component in amount.components]
    return [here - following for here, following in zip(each, [*each[1:], 0], strict=True)] if each else []
