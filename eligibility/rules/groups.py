"""Groups for which places are reserved: a condition in the language of the rules, over the facts of a decision."""

from collections.abc import Mapping
from functools import lru_cache

from eligibility.rules.catalogue import fact_type
from eligibility.rules.evaluate import FactValue
from eligibility.rules.logic import Question, answer, question_of, tree_of
from eligibility.rules.reading import Node
from eligibility.rules.tree import comparisons, read_condition


def facts_of(condition: str) -> frozenset[str]:
    """The facts a condition such as `citizen.severe_disability >= 1` asks about. Raises DocumentError."""
    return frozenset(one.fact for one in comparisons(read_condition(Node(condition), {})))


def belongs(condition: str, facts: Mapping[str, FactValue]) -> bool:
    """Whether a family belongs for certain: a place is not reserved for what is not known."""
    values = {
        name: int(fact.value) for name, fact in facts.items() if not fact.is_old and fact_type(name).admits(fact.value)
    }
    return answer(question(condition), values) is True


@lru_cache(maxsize=256)
def question(condition: str) -> Question:
    return question_of(tree_of(read_condition(Node(condition), {}), {}, is_wanted=True))
