"""What golden families are checked for, and an answer about one, as people say it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eligibility import golden
from eligibility.drafting import told
from eligibility.models import GoldenFamily
from eligibility.presenters import language, outcome_word
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.reading import DocumentError
from eligibility.rules.wording import fill, grouped

LABELS = {
    "outcome": gettext_lazy("result"),
    "because": gettext_lazy("criteria that decide"),
    "rupiah_per_year": gettext_lazy("rupiah a year"),
    "components": gettext_lazy("counted members"),
    "need_score": gettext_lazy("order of need (lower comes first)"),
    "rupiah_per_quarter": gettext_lazy("rupiah a quarter, after broken duties"),
    "terms": gettext_lazy("terms"),
    "years": gettext_lazy("years of receiving (0: without limit)"),
    "recertify_months": gettext_lazy("looked at again after months"),
    "reapply_after_years": gettext_lazy("may return after years"),
}


def lines(difference: Mapping[str, Any], document: RuleDocument | None) -> list[tuple[Any, str, str]]:
    """Of a difference as a replay keeps it: what differs, what was agreed, what the text says."""
    agreed, got = difference["expected"], difference["got"]
    return [
        (LABELS[name], _value(name, agreed[name], document), _value(name, got[name], document))
        for name in difference["fields"]
        if name in agreed  # replays of earlier releases kept three of them
    ]


def answers_now(family: GoldenFamily) -> list[str]:
    """What the versions in force say of a family, one line each."""
    try:
        answers = golden.answers_now(family)
    except DocumentError:
        return [_("This family cannot be read any more. Look at every entry and save it.")]
    found = []
    for version, document, difference in answers:
        if difference is None:
            found.append(_("%(version)s: as agreed.") % {"version": version})
            continue
        parts = [
            _("%(what)s: agreed is %(agreed)s; these rules say %(got)s.") % {"what": what, "agreed": agreed, "got": got}
            for what, agreed, got in lines(told(difference), document)
        ]
        found.append(f"{version}: {' '.join(parts)}")
    return found


def _value(name: str, value: Any, document: RuleDocument | None) -> str:
    if value in (None, [], {}):
        return "–"
    if name == "outcome":
        return outcome_word(value)
    if name == "because":
        return "; ".join(_criterion(one, document) for one in value)
    if name == "components":
        return ", ".join(f"{_component(one, document)}: {_count(count)}" for one, count in value.items())
    if name == "terms":
        return ", ".join(f"{LABELS[one]}: {_count(count)}" for one, count in value.items())
    return _count(value)


def _count(count: int | None) -> str:
    return _("not known") if count is None else grouped(count, language())


def _criterion(name: str, document: RuleDocument | None) -> str:
    known = document.criteria if document else ()
    return next((fill(one.texts[language()].rule, value="…", limit="…") for one in known if one.name == name), name)


def _component(name: str, document: RuleDocument | None) -> str:
    known = document.amount.components if document else ()
    return next((one.texts[language()] for one in known if one.name == name), name)
