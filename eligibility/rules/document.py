"""A rule document: one dated version of a programme, read from data that nobody had to trust.

Shape of the data (see `eligibility/rulesets/*.yaml`): programme, version, valid, sources, notes,
parameters, criteria, disqualifiers, amount, need. `parse` returns frozen dataclasses or raises
`DocumentError` with the path of every problem. The document itself is never edited, only followed.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from eligibility.rules.catalogue import Unit
from eligibility.rules.definitions import (
    Amount,
    Component,
    Criterion,
    Group,
    Need,
    ParameterSpec,
    RuleDocument,
    Wording,
)
from eligibility.rules.reading import DocumentError, Node, _, each
from eligibility.rules.tree import read_condition, read_fact
from eligibility.rules.wording import LANGUAGES, PLACEHOLDERS, placeholders

__all__ = ["DocumentError", "RuleDocument", "parse"]


def parse(data: Any) -> RuleDocument:
    """Check `data` (as loaded from YAML or JSON) and build the document. Raises DocumentError."""
    parts = Node(data).mapping(
        ["programme", "version", "valid", "sources", "parameters", "criteria", "amount", "need"],
        ["disqualifiers", "notes"],
    )
    programme = parts["programme"].mapping(["code", "name"], ["description"])
    parameters = _parameters(parts["parameters"])
    start, end = _period(parts["valid"])
    return RuleDocument(
        programme=programme["code"].identifier(),
        name=programme["name"].text(most=100),
        description=programme["description"].text(most=300) if "description" in programme else "",
        version=parts["version"].identifier(),
        valid_from=start,
        valid_until=end,
        sources=each(parts["sources"].items(least=1), Node.text),
        notes=each(parts["notes"].items(), lambda node: node.text(most=1000)) if "notes" in parts else (),
        parameters=parameters,
        criteria=_criteria(parts, parameters),
        amount=_amount(parts["amount"]),
        need=_need(parts["need"]),
    )


def _period(node: Node) -> tuple[date, date | None]:
    parts = node.mapping(["from", "until"])
    start = parts["from"].day()
    end = None if parts["until"].value is None else parts["until"].day()
    if end is not None and end <= start:
        parts["until"].refuse(_("The end must come after the beginning."))
    return start, end


def _parameters(node: Node) -> dict[str, ParameterSpec]:
    specs = each(node.named().items(), _parameter) if node.value else ()
    return {spec.name: spec for spec in specs}


def _parameter(entry: tuple[str, Node]) -> ParameterSpec:
    name, node = entry
    Node(name, node.path).identifier()
    parts = node.mapping(["unit"], ["default", "regional"])
    unit = Unit(parts["unit"].choice(unit.value for unit in Unit if unit != Unit.FLAG))
    default = parts["default"].integer() if "default" in parts else None
    is_regional = parts["regional"].flag() if "regional" in parts else False
    if default is None and not is_regional:
        node.refuse(_("A parameter that no region sets needs a default."))
    return ParameterSpec(name, unit, default, is_regional)


def _criteria(parts: dict[str, Node], parameters: dict[str, ParameterSpec]) -> tuple[Criterion, ...]:
    asked = [(node, False) for node in parts["criteria"].items(least=1)]
    barred = [(node, True) for node in parts["disqualifiers"].items()] if "disqualifiers" in parts else []
    criteria = each([*asked, *barred], lambda entry: _criterion(entry[0], parameters, is_disqualifier=entry[1]))
    _refuse_twice(parts["criteria"], (criterion.name for criterion in criteria))
    return criteria


def _criterion(node: Node, parameters: dict[str, ParameterSpec], *, is_disqualifier: bool) -> Criterion:
    parts = node.mapping(["id", "test", "text", "legal"], ["only_with", "only_on_record"])
    condition = read_condition(parts["test"], {name: spec.unit for name, spec in parameters.items()})
    only_with = parts["only_with"].choice(parameters) if "only_with" in parts else None
    criterion = Criterion(
        name=parts["id"].identifier(),
        condition=condition,
        is_disqualifier=is_disqualifier,
        texts={},
        legal=parts["legal"].text(),
        only_with=only_with,
        only_on_record=parts["only_on_record"].flag() if "only_on_record" in parts else False,
    )
    if criterion.only_on_record and criterion.sole is None:
        parts["only_on_record"].refuse(_("Only a criterion about one fact can wait for a record."))
    languages = parts["text"].mapping(LANGUAGES)
    return replace(criterion, texts={language: _wording(languages[language], criterion) for language in LANGUAGES})


def _allowed_placeholders(criterion: Criterion) -> frozenset[str]:
    """A value can be named when one fact decides, a limit when it is compared with one number."""
    if criterion.sole is None:
        return frozenset()
    return PLACEHOLDERS if len(criterion.sole.operands) == 1 else frozenset({"value"})


def _wording(node: Node, criterion: Criterion) -> Wording:
    allowed = _allowed_placeholders(criterion)
    extra = ["no_limit"] if criterion.only_with else []
    extra += ["no_record"] if criterion.only_on_record else []
    if isinstance(node.value, dict) and "known" in node.value:
        parts = node.mapping(["rule", "known", "unknown", *extra])
        parts["met"] = parts["not_met"] = parts.pop("known")
    else:
        parts = node.mapping(["rule", "met", "not_met", "unknown", *extra])
    answer, bare = allowed, allowed - {"value"}
    return Wording(
        rule=_sentence(parts["rule"], bare),
        met=_sentence(parts["met"], answer),
        not_met=_sentence(parts["not_met"], answer),
        unknown=_sentence(parts["unknown"], bare),
        no_limit=_sentence(parts["no_limit"], frozenset()) if "no_limit" in extra else "",
        no_record=_sentence(parts["no_record"], bare) if "no_record" in extra else "",
    )


def _sentence(node: Node, allowed: frozenset[str]) -> str:
    sentence = node.text()
    try:
        unknown = placeholders(sentence) - allowed
    except ValueError:
        node.refuse(_("Braces may only hold a plain name, such as {limit}."))
    if unknown:
        node.refuse(_("“{%(name)s}” cannot be filled in here."), name=min(unknown))
    return sentence


def _amount(node: Node) -> Amount:
    parts = node.mapping([], ["flat", "components", "most", "picking", "groups", "people"])
    flat = _flat(parts["flat"]) if "flat" in parts else None
    components = each(parts["components"].items(least=1), _component) if "components" in parts else ()
    if flat is None and not components:
        node.refuse(_("An amount needs a flat sum, components, or both."))
    if components and not {"most", "picking"} <= parts.keys():
        node.refuse(_("Components need “most” and “picking”."))
    _refuse_twice(node, (component.name for component in components))
    picking = parts["picking"].choice(("amount", "listed")) if components else "amount"
    most = parts["most"].integer(1, 45) if components else 0
    return Amount(
        flat=flat,
        components=components,
        most=most,
        picking="listed" if picking == "listed" else "amount",
        groups=_groups(parts["groups"], components) if "groups" in parts else (),
        people=_people(parts["people"]) if "people" in parts else None,
    )


def _groups(node: Node, components: tuple[Component, ...]) -> tuple[Group, ...]:
    free = {component.name for component in components}

    def group(entry: Node) -> Group:
        parts = entry.mapping(["id", "most", "components"])
        names = each(parts["components"].items(least=1), lambda name: name.choice(sorted(free)))
        free.difference_update(names)  # a component counts towards one group, so that picking stays simple
        return Group(parts["id"].identifier(), parts["most"].integer(1, 45), frozenset(names))

    return each(node.items(least=1), group)


def _people(node: Node) -> str:
    fact = read_fact(node)
    if fact.unit != Unit.PERSONS:
        node.refuse(_("“%(name)s” does not count people."), name=fact.name)
    return fact.name


def _flat(node: Node) -> Component:
    parts = node.mapping(["rupiah_per_year", "text"])
    return Component("flat", "", parts["rupiah_per_year"].integer(1), 1, _labels(parts["text"]))


def _component(node: Node) -> Component:
    parts = node.mapping(["id", "fact", "rupiah_per_year", "cap", "text"])
    return Component(
        name=parts["id"].identifier(),
        fact=_people(parts["fact"]),
        rupiah_per_year=parts["rupiah_per_year"].integer(1),
        cap=parts["cap"].integer(1, 45),
        texts=_labels(parts["text"]),
    )


def _labels(node: Node) -> dict[str, str]:
    parts = node.mapping(LANGUAGES)
    return {language: parts[language].text(most=80) for language in LANGUAGES}


def _need(node: Node) -> Need:
    parts = node.mapping(["fact", "scale", "base", "eased_by"])
    fact = read_fact(parts["fact"])
    if fact.is_flag or fact.high is None:
        parts["fact"].refuse(_("“%(name)s” has no highest value to order by."), name=fact.name)
    scale = parts["scale"].integer(1, 10_000)
    base = parts["base"].integer(0, scale - 1)
    eased_by = each(parts["eased_by"].items(), _ease)
    if sum(points * cap for _fact, points, cap in eased_by) > base:
        parts["eased_by"].refuse(_("The points together may be at most %(base)d."), base=base)
    return Need(fact.name, scale, base, eased_by)


def _ease(node: Node) -> tuple[str, int, int]:
    parts = node.mapping(["fact", "points", "cap"])
    return _people(parts["fact"]), parts["points"].integer(1, 10_000), parts["cap"].integer(1, 45)


def _refuse_twice(node: Node, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            node.refuse(_("“%(name)s” is used twice."), name=name)
        seen.add(name)
