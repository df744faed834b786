"""Reading a rule document: one dated version of a programme, from data that nobody had to trust.

Shape of the data (see `eligibility/rulesets/*.yaml`): programme, version, valid, sources, notes,
parameters, max_age_days, criteria, disqualifiers, overlaps, amount, need, duties, time_limit. `parse`
returns frozen dataclasses or raises `DocumentError` with the path of every problem.
"""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from eligibility.rules.amounts import read_amount, read_need, refuse_twice
from eligibility.rules.catalogue import Unit
from eligibility.rules.commitments import read_duties, read_time_limit
from eligibility.rules.definitions import Criterion, Overlap, ParameterSpec, RuleDocument, Wording
from eligibility.rules.entangled import refuse_entangled
from eligibility.rules.freshness import read_max_ages, refuse_unread
from eligibility.rules.operands import Operand, Units, read_number, references
from eligibility.rules.possible import refuse_impossible
from eligibility.rules.reading import DocumentError, Entries, Node, _, each, gather
from eligibility.rules.tree import read_condition
from eligibility.rules.wording import LANGUAGES, PLACEHOLDERS, placeholders, read_labels

__all__ = ["DocumentError", "RuleDocument", "parse"]

REQUIRED = ("programme", "version", "valid", "sources", "parameters", "criteria", "amount", "need")
OPTIONAL = ("max_age_days", "disqualifiers", "notes", "overlaps", "duties", "time_limit")
CODE_LETTERS = VERSION_LETTERS = 20  # as wide as the columns that keep them
PARAMETER_LETTERS = 30  # with what changed, the name is kept as the cause of a decision
UNITS = {unit.value: unit for unit in Unit if unit != Unit.FLAG}


def parse(data: Any) -> RuleDocument:
    """Check `data` (as loaded from YAML or JSON) and build the document. Raises DocumentError."""
    parts = Node(data).mapping(REQUIRED, OPTIONAL)
    units = _units(parts["parameters"])
    found = gather(
        parts,
        programme=lambda: _programme(parts["programme"]),
        version=lambda: _version(parts["version"]),
        valid=lambda: _period(parts["valid"]),
        sources=lambda: each(parts["sources"].items(least=1), Node.text),
        notes=lambda: each(parts["notes"].items(), lambda node: node.text(most=1000)) if "notes" in parts else (),
        parameters=lambda: _parameters(parts["parameters"], units),
        max_age_days=lambda: read_max_ages(parts["max_age_days"]) if "max_age_days" in parts else {},
        criteria=lambda: _criteria(parts, units),
        overlaps=lambda: each(parts["overlaps"].items(), _overlap) if "overlaps" in parts else (),
        amount=lambda: read_amount(parts["amount"], units),
        need=lambda: read_need(parts["need"]),
        duties=lambda: read_duties(parts["duties"]) if "duties" in parts else (),
        time_limit=lambda: read_time_limit(parts["time_limit"]) if "time_limit" in parts else None,
    )
    start, end = found.pop("valid")
    found["criteria"] += tuple(overlap.as_criterion() for overlap in found["overlaps"] if overlap.blocks)
    if found["amount"].is_reckoned:
        found["criteria"] += (found["amount"].as_criterion(unless_named=found["sources"][0]),)
    refuse_twice(parts["criteria"], (criterion.name for criterion in found["criteria"]))
    refuse_entangled(parts["criteria"], found["criteria"])
    document = RuleDocument(valid_from=start, valid_until=end, **found.pop("programme"), **found)
    refuse_impossible(parts, document)
    if document.max_age_days:
        refuse_unread(parts["max_age_days"], document.facts)
    return document


def _version(node: Node) -> str:
    """`2026-1`, and 2026 without quotation marks, which YAML takes for a number."""
    is_year = isinstance(node.value, int) and not isinstance(node.value, bool)
    return (Node(str(node.value), node.path) if is_year else node).identifier(most=VERSION_LETTERS)


def _programme(node: Node) -> dict[str, Any]:
    parts = node.mapping(["code", "name"], ["description", "active", "areas"])
    return gather(
        parts,
        programme=lambda: parts["code"].identifier(most=CODE_LETTERS),
        name=lambda: parts["name"].text(most=100),
        description=lambda: parts["description"].text(most=300) if "description" in parts else "",
        starts_active=lambda: parts["active"].flag() if "active" in parts else True,
        areas=lambda: each(parts["areas"].items(), lambda node: node.text(most=13)) if "areas" in parts else (),
    )


def _period(node: Node) -> tuple[date, date | None]:
    parts = node.mapping(["from", "until"])
    start = parts["from"].day()
    end = None if parts["until"].value is None else parts["until"].day()
    if end is not None and end <= start:
        parts["until"].refuse(_("The end must come after the beginning."))
    return start, end


# --- parameters -----------------------------------------------------------------------------------
def _units(node: Node) -> Units:
    """The names rules may use. A unit that cannot be read is not held against those who use it."""
    given = node.value if isinstance(node.value, dict) else {}
    found = {name: spec.get("unit") if isinstance(spec, dict) else None for name, spec in given.items()}
    return {name: UNITS.get(unit) if isinstance(unit, str) else None for name, unit in found.items()}


def _parameters(node: Node, units: Units) -> dict[str, ParameterSpec]:
    if node.value in (None, {}):
        return {}
    specs = each(node.named().items(), lambda entry: _parameter(*entry, units))
    by_name = {spec.name: spec for spec in specs}
    each(specs, lambda spec: _refuse_circle(node, spec, by_name))
    return by_name


def _parameter(name: str, node: Node, units: Units) -> ParameterSpec:
    Node(name, node.path).identifier(most=PARAMETER_LETTERS)
    parts = node.mapping(["unit"], ["default", "regional", "text"])
    unit = Unit(parts["unit"].choice(UNITS))
    found = gather(
        parts,
        default=lambda: _default(parts["default"], unit, units) if "default" in parts else None,
        is_regional=lambda: parts["regional"].flag() if "regional" in parts else False,
        texts=lambda: read_labels(parts["text"]) if "text" in parts else {},
    )
    if found["default"] is None and not found["is_regional"]:
        node.refuse(_("A parameter that no region sets needs a default."))
    return ParameterSpec(name, unit, **found)


def _default(node: Node, unit: Unit, units: Units) -> Operand:
    return read_number(node, unit, units) if isinstance(node.value, dict | str) else node.integer()


def _refuse_circle(node: Node, spec: ParameterSpec, specs: dict[str, ParameterSpec]) -> None:
    seen: set[str] = set()
    due = [spec.name]
    while due:
        default = specs[due.pop()].default
        for name in set(references(default)) - seen if default is not None else ():
            if name == spec.name:
                message = _("“%(name)s” is reckoned from itself.")
                Node(None, f"{node.path}.{name}.default").refuse(message, name=name)
            seen.add(name)
            due.append(name)


# --- criteria -------------------------------------------------------------------------------------
def _criteria(parts: Entries, units: Units) -> tuple[Criterion, ...]:
    asked = [(node, False) for node in parts["criteria"].items(least=1)]
    barred = [(node, True) for node in parts["disqualifiers"].items()] if "disqualifiers" in parts else []
    return each([*asked, *barred], lambda entry: _criterion(entry[0], units, is_disqualifier=entry[1]))


def _criterion(node: Node, units: Units, *, is_disqualifier: bool) -> Criterion:
    parts = node.mapping(["id", "test", "text", "legal"], ["only_with", "only_on_record"])
    found = gather(
        parts,
        name=lambda: parts["id"].identifier(),
        condition=lambda: read_condition(parts["test"], units),
        legal=lambda: parts["legal"].citation(),
        only_with=lambda: parts["only_with"].choice(units) if "only_with" in parts else None,
        only_on_record=lambda: parts["only_on_record"].flag() if "only_on_record" in parts else False,
    )
    criterion = Criterion(is_disqualifier=is_disqualifier, texts={}, **found)
    if criterion.only_on_record and criterion.sole is None:
        parts["only_on_record"].refuse(_("Only a criterion about one fact can wait for a record."))
    return replace(criterion, texts=_texts(parts["text"], criterion))


def _overlap(node: Node) -> Overlap:
    parts = node.mapping(["programme", "blocks", "text", "legal"], ["component"])
    found = gather(
        parts,
        programme=lambda: parts["programme"].identifier(most=CODE_LETTERS),
        component=lambda: parts["component"].identifier() if "component" in parts else None,
        blocks=lambda: parts["blocks"].flag(),
        legal=lambda: parts["legal"].citation(),
    )
    overlap = Overlap(texts={}, **found)
    return replace(overlap, texts=_texts(parts["text"], overlap.as_criterion()))


# --- words ----------------------------------------------------------------------------------------
def _texts(node: Node, criterion: Criterion) -> dict[str, Wording]:
    languages = node.mapping(LANGUAGES)
    return gather(languages, **{language: partial(_wording, languages[language], criterion) for language in LANGUAGES})


def _allowed_placeholders(criterion: Criterion) -> frozenset[str]:
    """A value can be named when one fact decides, a limit when it is compared with one number."""
    if criterion.sole is None:
        return frozenset()
    return PLACEHOLDERS if len(criterion.sole.operands) == 1 else frozenset({"value"})


def _wording(node: Node, criterion: Criterion) -> Wording:
    answer = _allowed_placeholders(criterion)
    bare = answer - {"value"}
    allowed = {"rule": bare, "met": answer, "not_met": answer, "unknown": bare}
    if criterion.only_with:
        allowed["no_limit"] = frozenset()
    if criterion.only_on_record:
        allowed["no_record"] = bare
    if isinstance(node.value, dict) and "known" in node.value:
        parts = node.mapping(["known", *(name for name in allowed if name not in ("met", "not_met"))])
        parts["met"] = parts["not_met"] = parts.pop("known")
    else:
        parts = node.mapping(allowed)
    return Wording(**gather(parts, **{name: partial(_sentence, parts[name], fills) for name, fills in allowed.items()}))


def _sentence(node: Node, allowed: frozenset[str]) -> str:
    sentence = node.text()
    try:
        unknown = placeholders(sentence) - allowed
    except ValueError:
        node.refuse(_("Braces may only hold a plain name, such as {limit}."))
    if unknown:
        node.refuse(_("“{%(name)s}” cannot be filled in here."), name=min(unknown))
    return sentence
