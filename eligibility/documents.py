"""Rule documents as rows keep them: one canonical spelling, read once."""

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from eligibility.models import RuleSet
from eligibility.rules.document import RuleDocument, parse


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
    """Each programme after those that may block it; circles were refused when they were enacted."""
    left = list(rule_sets)
    ordered: list[RuleSet] = []
    while left:
        waited_for = {rule_set.programme.code for rule_set in left}
        free = [
            rule_set
            for rule_set in left
            if not waited_for & {overlap.programme for overlap in document_of(rule_set).blocked_by}
        ]
        free = free or left
        ordered += free
        left = [rule_set for rule_set in left if rule_set not in free]
    return ordered


def _canonical(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=64)
def _parsed(canonical: str) -> RuleDocument:
    return parse(json.loads(canonical))
