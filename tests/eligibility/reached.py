"""Everything a parsed document names, found by walking all of it and not by the paths the portal takes."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from eligibility.rules.catalogue import CATALOGUE
from eligibility.rules.commitments import TimeLimit
from eligibility.rules.definitions import Amount, Component, Criterion, Need, RuleDocument
from eligibility.rules.operands import Reference
from eligibility.rules.tree import Comparison

FACTS = {(Comparison, "fact"), (Component, "fact"), (Need, "fact"), (Need, "eased_by"), (Amount, "people"),
         (TimeLimit, "exempt")}  # fmt: skip
PARAMETERS = {(Reference, "parameter"), (Criterion, "only_with")}


def names(part: Any, where: set[tuple[type, str]]) -> Iterator[str]:
    """Every name in one of the fields `where`, however deep it lies in `part`."""
    if isinstance(part, Mapping):
        for value in part.values():
            yield from names(value, where)
    elif isinstance(part, tuple):
        for value in part:
            yield from names(value, where)
    elif is_dataclass(part):
        for one in fields(part):
            value = getattr(part, one.name)
            yield from _words(value) if (type(part), one.name) in where else names(value, where)


def ensure_known(document: RuleDocument) -> None:
    """A document reaches facts of the catalogue, programmes of its own overlaps and its own parameters."""
    overlaps = {overlap.fact for overlap in document.overlaps}
    assert set(names(document, FACTS)) <= CATALOGUE.keys() | overlaps
    assert set(names(document, PARAMETERS)) <= document.parameters.keys()
    assert document.facts <= set(names(document, FACTS)) | overlaps


def _words(value: Any) -> Iterator[str]:
    """The name itself, or the first word of each entry (`(fact, points, cap)`); nothing where nothing is named."""
    for entry in value if isinstance(value, tuple) else [value]:
        name = entry[0] if isinstance(entry, tuple) else entry
        if name:
            yield name
