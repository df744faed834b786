"""Rule documents as rows keep them: one canonical spelling, read once."""

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from eligibility.models import RuleSet
from eligibility.rules.document import RuleDocument, parse
from eligibility.rules.overlapping import in_order


def fingerprint(data: dict[str, Any]) -> str:
    """SHA-256 of the document in one canonical spelling (sorted names, no spaces, UTF-8)."""
    return hashlib.sha256(_canonical(data).encode()).hexdigest()


def document_of(rule_set: RuleSet) -> RuleDocument:
    """The rules of a version, read from its row; reading is remembered, as versions never change."""
    document: RuleDocument | None = vars(rule_set).get("_rules")
    if document is None:  # spelling a document takes longer than deciding a family by it
        document = vars(rule_set)["_rules"] = _parsed(_canonical(rule_set.document))
    return document


def in_order_of_overlaps(rule_sets: Iterable[RuleSet]) -> list[RuleSet]:
    """Each programme after those that may block it."""
    by_programme = {document_of(rule_set).programme: rule_set for rule_set in rule_sets}
    return [by_programme[document.programme] for document in in_order(map(document_of, by_programme.values()))]


def _canonical(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=64)
def _parsed(canonical: str) -> RuleDocument:
    return parse(json.loads(canonical))
