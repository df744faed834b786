"""A document as a text to edit, from data that lost its order in the database."""

from typing import Any

import yaml

# Names in the order people read them; what is not here (parameters, for one) follows by the alphabet.
ORDER = (
    *("id", "code", "name", "description", "active", "areas"),
    *("programme", "component", "blocks", "version", "valid", "from", "until", "sources", "notes"),
    *("parameters", "unit", "default", "regional", "max_age_days", "criteria", "disqualifiers", "overlaps"),
    *("test", "all", "any", "not", "fact", "only_with", "only_on_record", "measure", "below", "cut_percent", "legal"),
    *("amount", "flat", "picking", "most", "people", "groups", "components"),
    *("rupiah_per_year", "cap", "points", "need", "scale", "base", "eased_by"),
    *("duties", "time_limit", "years", "exempt", "recertify_months", "reapply_after_years"),
    *("text", "en", "rule", "known", "met", "not_met", "unknown", "no_limit", "no_record"),
)
RANK = {name: number for number, name in enumerate(ORDER)}


def as_text(data: Any) -> str:
    """YAML that reads back as `data`, in the order of the shipped documents."""
    return yaml.safe_dump(_ordered(data), allow_unicode=True, sort_keys=False, width=110)


def _ordered(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _ordered(data[name]) for name in sorted(data, key=lambda name: (RANK.get(name, len(RANK)), name))}
    return [_ordered(entry) for entry in data] if isinstance(data, list) else data
