"""Golden families as rows: rules are tried on them before anybody enacts them."""

from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from typing import Any

from eligibility.documents import document_of
from eligibility.models import GoldenFamily, RuleDraft, RuleSet
from eligibility.rules import golden
from eligibility.rules.document import RuleDocument
from eligibility.rules.golden import Difference, GoldenCase
from eligibility.rules.golden_reading import read_family
from eligibility.rules.reading import DocumentError, Node
from eligibility.rules.source import read_document
from perlinsos.accounts.models import User

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


def known_rules(by: User) -> dict[str, list[RuleDocument]]:
    """Every version of every programme's rules, the newest last: history may know other criteria than today.

    And open drafts that the editor may read, as far as they can be read as rules: a family may be agreed on
    before the rules are that it is about.
    """
    found: dict[str, list[RuleDocument]] = {}
    for one in RuleSet.objects.select_related("programme").order_by("programme__code", "valid_during"):
        found.setdefault(one.programme.code, []).append(document_of(one))
    drafts = RuleDraft.objects.visible_to(by).open().order_by("pk")
    for code, text in drafts.values_list("programme__code", "text"):
        document = _read(text)
        if document is not None and document.programme == code:
            found.setdefault(code, []).append(document)
    return found


def answers_now(family: GoldenFamily) -> list[tuple[RuleSet, RuleDocument, Difference | None]]:
    """What the versions in force say of a family: nothing where all is as agreed, by programme."""
    case = case_of(family)
    versions = RuleSet.objects.in_force().filter(programme__code__in=case.expected).select_related("programme")
    documents = [(one, document_of(one)) for one in versions.order_by("programme__code")]
    return [
        (one, document, next(golden.differences(document, [case]), None))
        for one, document in documents
        if case.is_about(document)
    ]


def differences_from(shipped: Iterable[GoldenCase]) -> dict[str, str]:
    """By code, in what the families in use are not those of the files."""
    files, rows = {one.code: one for one in shipped}, {one.code: case_of(one) for one in GoldenFamily.objects.in_use()}
    found = dict.fromkeys(files.keys() - rows.keys(), "only in the files, or retired")
    found |= dict.fromkeys(rows.keys() - files.keys(), "only here")
    for code in files.keys() & rows.keys():
        old, new = files[code], rows[code]
        names = [one.name for one in fields(GoldenCase) if getattr(old, one.name) != getattr(new, one.name)]
        if names:
            found[code] = f"differs in {', '.join(names)}"
    return dict(sorted(found.items()))


@lru_cache(maxsize=32)
def _read(text: str) -> RuleDocument | None:
    try:
        return read_document(text)[1]
    except DocumentError:
        return None
