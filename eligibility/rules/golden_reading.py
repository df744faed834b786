"""Golden families from data: YAML of the repository, or what somebody entered in the administration."""

from collections.abc import Iterable
from typing import Any

from eligibility.rules.amounts import PICKINGS
from eligibility.rules.catalogue import CATALOGUE, FactType
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.golden import Expectation, GoldenCase, GoldenFact, Terms
from eligibility.rules.reading import LARGEST, DocumentError, Node, _, each, gather
from eligibility.rules.source import read_source

OUTCOMES = ("eligible", "not_eligible", "undecided")
OLDEST = 36_500  # days
OPTIONAL = ("because", "rupiah_per_year", "components", "need_score", "rupiah_per_quarter", "terms", "picking")
TERMS = ("years", "recertify_months", "reapply_after_years")


def read_families(text: str) -> tuple[tuple[dict[str, Any], GoldenCase], ...]:
    """The families of a YAML text, each as data and as case. Raises DocumentError with line and column.

    `shared` holds whatever the families refer to by anchors; nothing reads it.
    """
    source = read_source(text, may_share=True)
    try:
        nodes = Node(source.data).mapping(["families"], ["shared"])["families"].items(least=1, most=500)
        return tuple(zip((node.value for node in nodes), each(nodes, read_family), strict=True))
    except DocumentError as error:
        raise error.located(source.places) from error


def read_family(node: Node) -> GoldenCase:
    parts = node.mapping(["code", "name", "story", "facts", "expected"], ["parameters", "area", "rules_of"])
    return GoldenCase(
        **gather(
            parts,
            code=lambda: parts["code"].identifier(),
            name=lambda: parts["name"].text(most=80),
            story=lambda: parts["story"].text(most=300),
            facts=lambda: _facts(parts["facts"]),
            expected=lambda: _expected(parts["expected"]),
            parameters=lambda: _numbers(parts["parameters"]) if "parameters" in parts else {},
            area_code=lambda: parts["area"].text(most=13) if "area" in parts else "",
            rules_of=lambda: parts["rules_of"].day() if "rules_of" in parts else None,
        )
    )


def check_against(rules: Iterable[RuleDocument], node: Node) -> None:
    """Refuse criteria and components that no version of the programme's rules knows."""
    known, parts = list(rules), node.named()
    if not known:
        node.refuse(_("There is no programme “%(name)s” with rules."), name=node.path.rpartition(".")[2])
    criteria = sorted({criterion.name for document in known for criterion in document.criteria})
    components = sorted({name for document in known for name in document.amount.component_names})
    for entry in parts["because"].items() if "because" in parts else ():
        entry.choice(criteria)
    for name, entry in parts["components"].named().items() if "components" in parts else ():
        Node(name, entry.path).choice(components)


# --- facts ----------------------------------------------------------------------------------------
def _facts(node: Node) -> dict[str, GoldenFact]:
    found = each(node.named().items(), lambda entry: (entry[0], _fact(*entry)))
    return {name: fact for name, fact in found if fact is not None}


def _fact(name: str, node: Node) -> GoldenFact | None:
    """`2`, `{value: 2, days_old: 181}`, or nothing for what is not known."""
    kind = CATALOGUE.get(name)
    if kind is None:
        node.refuse(_("“%(name)s” is not a fact of the catalogue."), name=name)
    if node.value is None:
        return None
    if not isinstance(node.value, dict):
        return GoldenFact(_value(node, kind))
    parts = node.mapping(["value", "days_old"])
    found = gather(
        parts, value=lambda: _value(parts["value"], kind), days_old=lambda: parts["days_old"].integer(0, OLDEST)
    )
    return GoldenFact(**found)


def _value(node: Node, kind: FactType) -> int | bool:
    value: int | bool = node.flag() if kind.is_flag else node.integer(low=-LARGEST)
    if not kind.admits(value):
        low, high = kind.span
        node.refuse(_("The number must be from %(low)d to %(high)d."), low=low, high=high)
    return value


def _numbers(node: Node) -> dict[str, int]:
    return {name: entry.integer() for name, entry in node.named().items()}


# --- what is expected -----------------------------------------------------------------------------
def _expected(node: Node) -> dict[str, Expectation]:
    entries = node.named()
    if not entries:
        node.refuse(_("A golden family needs an expected answer of at least one programme."))
    return dict(each(entries.items(), lambda entry: (Node(*entry[:1], node.path).identifier(), _answer(entry[1]))))


def _answer(node: Node) -> Expectation:
    parts = node.mapping(["outcome"], OPTIONAL)
    found = gather(
        parts,
        outcome=lambda: parts["outcome"].choice(OUTCOMES),
        because=lambda: (
            frozenset(each(parts["because"].items(), Node.identifier)) if "because" in parts else frozenset()
        ),
        rupiah_per_year=lambda: parts["rupiah_per_year"].integer() if "rupiah_per_year" in parts else 0,
        components=lambda: _components(parts["components"]) if "components" in parts else None,
        need_score=lambda: parts["need_score"].integer() if "need_score" in parts else None,
        rupiah_per_quarter=lambda: parts["rupiah_per_quarter"].integer() if "rupiah_per_quarter" in parts else None,
        terms=lambda: _terms(parts["terms"]) if "terms" in parts else None,
        picking=lambda: parts["picking"].choice(PICKINGS) if "picking" in parts else None,
    )
    answer = Expectation(**found)
    if answer.outcome != "eligible" and answer.rupiah_per_year:
        parts["rupiah_per_year"].refuse(_("Only who is eligible is due money."))
    if (answer.outcome == "eligible") == bool(answer.because):
        parts.get("because", node).refuse(_("Name the criteria that decide, unless the family is eligible."))
    return answer


def _components(node: Node) -> dict[str, int | None]:
    return {name: None if entry.value is None else entry.integer() for name, entry in node.named().items()}


def _terms(node: Node) -> Terms:
    parts = node.mapping(TERMS)
    return Terms(**gather(parts, **{name: parts[name].integer for name in TERMS}))
