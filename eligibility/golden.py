"""Golden families as rows: rules are tried on them before anybody enacts them."""

from typing import Any

from eligibility.documents import document_of
from eligibility.models import GoldenFamily, RuleSet
from eligibility.rules import golden
from eligibility.rules.document import RuleDocument
from eligibility.rules.golden import Difference, GoldenCase
from eligibility.rules.golden_reading import read_family
from eligibility.rules.reading import Node

OPTIONAL = {"area_code": "area", "parameters": "parameters", "rules_of": "rules_of"}


def replay(document: RuleDocument, *, programme: str) -> list[Difference]:
    """Where `document`, as the rules of `programme`, answers a golden family otherwise than agreed.

    For whoever drafts, checks or enacts rules: call it with the parsed draft; an empty list means that
    every golden family in use comes out as expected. Each `Difference` has the family (name, story),
    what was expected, what the draft says (`got`), in which of them they differ (`fields`) and the
    draft's trace. Families bound to a day of the past are tried only where the draft holds on that
    day. It reads one query and writes nothing; how many families were tried says `cases`.
    """
    return list(golden.differences(document, cases(programme)))


def cases(programme: str) -> list[GoldenCase]:
    """The golden families in use that expect something of a programme."""
    return [case_of(family) for family in GoldenFamily.objects.about(programme)]


def case_of(family: GoldenFamily) -> GoldenCase:
    """Raises DocumentError where the row no longer fits the catalogue."""
    return read_family(Node(data_of(family)))


def data_of(family: GoldenFamily) -> dict[str, Any]:
    """The row as the file format has it."""
    data = {name: getattr(family, name) for name in ("code", "name", "story", "facts", "expected")}
    given = {name: getattr(family, field) for field, name in OPTIONAL.items() if getattr(family, field)}
    if family.rules_of:
        given["rules_of"] = family.rules_of.isoformat()
    return data | given


def known_rules() -> dict[str, list[RuleDocument]]:
    """Every version of every programme's rules, the newest last: history may know other criteria than today."""
    found: dict[str, list[RuleDocument]] = {}
    for one in RuleSet.objects.select_related("programme").order_by("programme__code", "valid_during"):
        found.setdefault(one.programme.code, []).append(document_of(one))
    return found
