"""Three-valued truth against brute force over every completion, and the order of a ranking.

Trees are drawn without a fact twice: then Kleene's answer is exactly what all completions agree
on. With shared facts the evaluator may say unknown where completions agree; it never errs otherwise,
which the last test here holds.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from eligibility.rules.document import RuleDocument, parse
from eligibility.rules.evaluate import FactValue, evaluate
from eligibility.rules.ranking import Candidate, lot, place
from eligibility.rules.tree import comparisons
from tests.eligibility.documents import small

FLAGS = ["dukcapil.head_alive"]
DECILES = ["dtsen.decile"]
COUNTS = ["bkn.asn", "bkn.tni_polri", "citizen.pregnant", "samsat.cars"]
DOMAINS: dict[str, list[Any]] = {
    **{name: [False, True] for name in FLAGS},
    **{name: list(range(1, 11)) for name in DECILES},
    **{name: [0, 1, 2, 3] for name in COUNTS},
}


@st.composite
def leaf(draw: st.DrawFn, fact: str) -> dict[str, Any]:
    """A comparison that some value passes and some value fails."""
    if fact in FLAGS:
        return {"fact": fact, draw(st.sampled_from(["eq", "ne"])): draw(st.booleans())}
    low, high = DOMAINS[fact][0], DOMAINS[fact][-1]
    number = st.integers(low, high)
    operator = draw(st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "between", "in"]))
    if operator == "between":
        ends = sorted((draw(number), draw(number)))
        assume(ends != [low, high])
        return {"fact": fact, operator: ends}
    if operator == "in":
        return {"fact": fact, operator: draw(st.lists(number, min_size=1, max_size=2))}
    value = draw(number)
    assume((operator, value) not in {("lt", low), ("ge", low), ("gt", high), ("le", high)})
    return {"fact": fact, operator: value}


def tree(facts: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A tree that uses each of `facts` exactly once."""
    if len(facts) == 1:
        one = leaf(facts[0])
        return one | one.map(lambda inner: {"not": inner})
    cuts = st.integers(1, len(facts) - 1)
    joined = cuts.flatmap(
        lambda cut: st.builds(
            lambda kind, left, right: {kind: [left, right]},
            st.sampled_from(["all", "any"]), tree(facts[:cut]), tree(facts[cut:]),
        )
    )  # fmt: skip
    return joined | joined.map(lambda inner: {"not": inner})


@st.composite
def case(draw: st.DrawFn, *, shared: bool = False) -> tuple[RuleDocument, dict[str, Any]]:
    """A document of one to three criteria and what is known of a family."""
    facts = draw(st.permutations(list(DOMAINS)).map(lambda names: names[:4]))
    cuts = draw(st.sampled_from([[4], [1, 4], [2, 4], [1, 3, 4]]))
    groups = [facts[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
    if shared:
        groups = [facts[:2] for _group in groups]
    template = small()["criteria"][0]
    rows = []
    for number, group in enumerate(groups):
        texts = {language: {"rule": "r", "known": "k", "unknown": "u"} for language in ("id", "en")}
        rows.append({**template, "id": f"c{number}", "test": draw(tree(group)), "text": texts})
    split = draw(st.integers(1, len(rows)))
    document = parse(small(criteria=rows[:split], disqualifiers=rows[split:]))
    known = {name: draw(st.sampled_from(DOMAINS[name])) for name in facts if draw(st.booleans())}
    return document, known


def outcome(document: RuleDocument, values: Mapping[str, Any]) -> str:
    return evaluate(document, {name: FactValue(value) for name, value in values.items()}, {}).outcome


def completions(document: RuleDocument, known: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    asked = {one.fact for criterion in document.criteria for one in comparisons(criterion.condition)}
    missing = sorted(asked - known.keys())
    for values in itertools.product(*(DOMAINS[name] for name in missing)):
        yield {**known, **dict(zip(missing, values, strict=True))}


@given(case())
def test_undecided_means_that_the_unknown_could_still_change_the_outcome(
    drawn: tuple[RuleDocument, dict[str, Any]],
) -> None:
    document, known = drawn
    possible = {outcome(document, full) for full in completions(document, known)}
    assert outcome(document, known) == (possible.pop() if len(possible) == 1 else "undecided")


@given(case(shared=True))
def test_with_shared_facts_a_decision_is_still_never_wrong(drawn: tuple[RuleDocument, dict[str, Any]]) -> None:
    document, known = drawn
    said = outcome(document, known)
    if said != "undecided":
        assert {outcome(document, full) for full in completions(document, known)} == {said}


@given(case())
def test_a_decision_is_a_function_of_its_facts(drawn: tuple[RuleDocument, dict[str, Any]]) -> None:
    document, known = drawn
    facts = {name: FactValue(value) for name, value in known.items()}
    backwards = dict(reversed(facts.items()))
    assert evaluate(document, facts, {}) == evaluate(document, backwards, {})


candidates = st.lists(
    st.builds(
        Candidate, key=st.integers(1, 10**6), public_id=st.uuids().map(str), is_eligible=st.booleans(),
        need_score=st.integers(1, 5),
    ), unique_by=lambda candidate: candidate.key, max_size=30,
)  # fmt: skip


@given(candidates, st.integers(0, 20), st.randoms())
def test_a_ranking_never_overfunds_and_does_not_depend_on_the_order_of_arrival(
    people: list[Candidate], places: int, random: Any
) -> None:
    placed = place(people, places=places, seed="s")
    shuffled = list(people)
    random.shuffle(shuffled)
    assert place(shuffled, places=places, seed="s") == placed
    funded = [row for row in placed if row.placement == "funded"]
    waiting = [row for row in placed if row.placement == "waiting"]
    eligible = sum(candidate.is_eligible for candidate in people)
    assert len(funded) == min(places, eligible)
    assert [row.position for row in funded] == list(range(1, len(funded) + 1))
    assert [row.position for row in waiting] == list(range(1, len(waiting) + 1))
    by_key = {candidate.key: candidate for candidate in people}
    order = [(by_key[row.key].need_score, row.tie_break) for row in funded + waiting]
    assert order == sorted(order)


def test_a_place_held_for_good_is_not_lost_to_somebody_needier() -> None:
    held = Candidate(key=1, public_id="a", is_eligible=True, need_score=9, is_kept=True)
    needier = Candidate(key=2, public_id="b", is_eligible=True, need_score=1)
    assert [row.key for row in place([needier, held], places=1, seed="s")] == [1, 2]


def test_the_lot_can_be_redrawn_by_anybody() -> None:
    # printf seedpublic | sha256sum
    assert lot("seed", "public") == "3adcea257d79a24d9065f8f0906f055fdd504ea622b60e946508d93351eba72c"
