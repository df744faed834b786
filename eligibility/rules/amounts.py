"""Reading what a document says about money and about the order of need."""

from collections.abc import Iterable
from functools import partial

from eligibility.rules.catalogue import Unit, fact_type
from eligibility.rules.definitions import Amount, Component, Group, Need
from eligibility.rules.operands import Operand, Units, read_number
from eligibility.rules.reading import Node, _, each, gather
from eligibility.rules.tree import read_count, read_fact
from eligibility.rules.wording import read_labels

MOST_PEOPLE = 45
PICKINGS = ("amount", "listed")
HIGHEST_SCORE = 2**31 - 1  # of an order of need, in every table that keeps one


def read_amount(node: Node, units: Units) -> Amount:
    """`units` are the parameters that rupiah may be reckoned from."""
    parts = node.mapping([], ["flat", "components", "most", "picking", "groups", "people", "legal"])
    if "flat" not in parts and "components" not in parts:
        node.refuse(_("An amount needs a flat sum, components, or both."))
    has_components = "components" in parts
    if has_components and not {"most", "picking"} <= parts.keys():
        node.refuse(_("Components need “most” and “picking”."))
    names = _names(parts["components"]) if has_components else ()
    found = gather(
        parts,
        flat=lambda: _flat(parts["flat"], units) if "flat" in parts else None,
        components=lambda: (
            each(parts["components"].items(least=1), partial(_component, units=units)) if has_components else ()
        ),
        most=lambda: parts["most"].integer(1, MOST_PEOPLE) if has_components else 0,
        picking=lambda: parts["picking"].choice(PICKINGS) if has_components else "amount",
        groups=lambda: _groups(parts["groups"], names) if "groups" in parts else (),
        people=lambda: read_count(parts["people"]) if "people" in parts else None,
        legal=lambda: parts["legal"].citation() if "legal" in parts else "",
    )
    refuse_twice(node, (component.name for component in found["components"]))
    return Amount(**found)


def read_need(node: Node) -> Need:
    parts = node.mapping(["fact", "scale", "base", "eased_by"])
    found = gather(
        parts,
        fact=lambda: _ordering(parts["fact"]),
        scale=lambda: parts["scale"].integer(1, 10_000),
        base=lambda: parts["base"].integer(0, 9_999),
        eased_by=lambda: each(parts["eased_by"].items(), _ease),
    )
    need = Need(**found)
    if need.base >= need.scale:
        parts["base"].refuse(_("The number must be from %(low)d to %(high)d."), low=0, high=need.scale - 1)
    if sum(points * cap for _fact, points, cap in need.eased_by) > need.base:
        parts["eased_by"].refuse(_("The points together may be at most %(base)d."), base=need.base)
    _refuse_unstorable(parts["fact"], parts["scale"], need)
    return need


def _refuse_unstorable(fact: Node, scale: Node, need: Need) -> None:
    """The order is kept in 32 bits, that of families with an unknown value too; points only lower it, not below 0."""
    beyond = fact_type(need.fact).span[1] + 1
    if beyond > HIGHEST_SCORE:
        fact.refuse(_("“%(name)s” has too many values to order by."), name=need.fact)
    most = (HIGHEST_SCORE - need.base) // beyond
    if need.scale > most:
        scale.refuse(_("To order by “%(name)s” the scale may be at most %(most)d."), name=need.fact, most=most)


def refuse_twice(node: Node, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            node.refuse(_("“%(name)s” is used twice."), name=name)
        seen.add(name)


def _flat(node: Node, units: Units) -> Component:
    parts = node.mapping(["rupiah_per_year", "text"])
    found = gather(
        parts,
        rupiah_per_year=lambda: _rupiah(parts["rupiah_per_year"], units, least=0),
        texts=lambda: read_labels(parts["text"]),
    )
    return Component(name="flat", fact="", cap=1, **found)


def _component(node: Node, units: Units) -> Component:
    parts = node.mapping(["id", "fact", "rupiah_per_year", "cap", "text"], ["only_on_record"])
    found = gather(
        parts,
        name=lambda: parts["id"].identifier(),
        fact=lambda: read_count(parts["fact"]),
        rupiah_per_year=lambda: _rupiah(parts["rupiah_per_year"], units, least=1),
        cap=lambda: parts["cap"].integer(1, MOST_PEOPLE),
        texts=lambda: read_labels(parts["text"]),
        only_on_record=lambda: parts["only_on_record"].flag() if "only_on_record" in parts else False,
    )
    return Component(**found)


def _rupiah(node: Node, units: Units, *, least: int) -> Operand:
    """A number, or what it is reckoned from; reckoned without any parameter it is a number again."""
    if not isinstance(node.value, dict | str):
        return node.integer(least)
    operand = read_number(node, Unit.RUPIAH_YEAR, units)
    return Node(operand, node.path).integer(least) if isinstance(operand, int) else operand


def _names(node: Node) -> tuple[str, ...]:
    """The components as far as they have names; what is wrong with them is said elsewhere."""
    rows = node.value if isinstance(node.value, list) else []
    return tuple(row["id"] for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str))


def _groups(node: Node, names: tuple[str, ...]) -> tuple[Group, ...]:
    free = set(names)

    def group(entry: Node) -> Group:
        parts = entry.mapping(["id", "most", "components"])
        found = gather(
            parts,
            name=lambda: parts["id"].identifier(),
            most=lambda: parts["most"].integer(1, MOST_PEOPLE),
            components=lambda: each(parts["components"].items(least=1), lambda name: name.choice(sorted(free))),
        )
        found["components"] = frozenset(found["components"])
        free.difference_update(found["components"])  # of one group at most: picking by amount stays the best
        return Group(**found)

    return each(node.items(least=1), group)


def _ordering(node: Node) -> str:
    fact = read_fact(node)
    if fact.is_flag or fact.high is None:
        node.refuse(_("“%(name)s” has no highest value to order by."), name=fact.name)
    return fact.name


def _ease(node: Node) -> tuple[str, int, int]:
    parts = node.mapping(["fact", "points", "cap"])
    found = gather(
        parts,
        fact=lambda: read_count(parts["fact"]),
        points=lambda: parts["points"].integer(1, 10_000),
        cap=lambda: parts["cap"].integer(1, MOST_PEOPLE),
    )
    return found["fact"], found["points"], found["cap"]
