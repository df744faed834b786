"""What differs between two versions of rules, in plain words and completely.

A pure function of two documents. Whatever field differs says so at least once: a section that finds
no words of its own is followed by a general sentence, so nothing changes silently.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any

from eligibility.rules import spoken
from eligibility.rules.catalogue import Unit
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.reading import _
from eligibility.rules.spoken import Said, plain


class Part(StrEnum):
    """Which part of the document a change is in; the order is that of the page."""

    DATES = "dates"
    CRITERIA = "criteria"
    LIMITS = "limits"
    AMOUNT = "amount"
    NEED = "need"
    OVERLAPS = "overlaps"
    COMMITMENTS = "commitments"
    TEXTS = "texts"
    LAW = "law"
    PROGRAMME = "programme"


@dataclass(frozen=True)
class Change:
    """`message` is an English msgid; `params` hold each part by language, filled in by whoever shows it."""

    part: Part
    message: str
    params: Mapping[str, Said] = field(default_factory=dict)

    def filled(self, language: str) -> dict[str, str]:
        return {name: said[language] for name, said in self.params.items()}


Teller = Callable[[RuleDocument, RuleDocument], Iterator[Change]]


@dataclass(frozen=True)
class Section:
    """How one field of a document is told. `view` is what of the field counts, where not all of it does."""

    part: Part
    tell: Teller
    view: Callable[[RuleDocument], Any] | None = None


def compare(old: RuleDocument, new: RuleDocument, sections: Mapping[str, Section]) -> tuple[Change, ...]:
    """Every change, part by part; `sections` by the names of the fields."""
    found: list[Change] = []
    for name in (one.name for one in fields(RuleDocument)):
        section = sections[name]
        view = section.view or attrgetter(name)
        if view(old) != view(new):
            said = list(section.tell(old, new))
            general = Change(section.part, _("“%(name)s” is written differently."), {"name": plain(name)})
            found += said or [general]
    order = list(Part)
    return tuple(sorted(found, key=lambda change: order.index(change.part)))


def moved(part: Part, what: Said, old: Any, new: Any, *, to_words: Callable[[Any], Said]) -> Iterator[Change]:
    """One value that was replaced by another; a number rises or falls."""
    if old == new:
        return
    params = {"what": what, "old": to_words(old), "new": to_words(new)}
    if old is None:
        yield Change(part, _("%(what)s: now %(new)s, not set before."), params)
    elif new is None:
        yield Change(part, _("%(what)s: no longer set, %(old)s before."), params)
    elif isinstance(old, bool) or not (isinstance(old, int) and isinstance(new, int)):
        yield Change(part, _("%(what)s: from %(old)s to %(new)s."), params)
    else:
        yield rise_or_fall(part, old, new, params)


def rise_or_fall(part: Part, old: int, new: int, params: Mapping[str, Said]) -> Change:
    if new > old:
        return Change(part, _("%(what)s rises from %(old)s to %(new)s."), params)
    return Change(part, _("%(what)s falls from %(old)s to %(new)s."), params)


def reckoned(part: Part, old: Any, new: Any, params: Mapping[str, Said]) -> Iterator[Change]:
    """A plain number rises or falls; what names a parameter is told as before and after."""
    if old == new:
        return
    if isinstance(old, int) and isinstance(new, int):
        yield rise_or_fall(part, old, new, params)
    else:
        yield Change(part, _("%(what)s: from %(old)s to %(new)s."), params)


def flag(part: Part, what: Said, old: bool, new: bool, *, on: str, off: str) -> Iterator[Change]:
    """A yes that became a no, or the other way round, each with its own sentence."""
    if old != new:
        yield Change(part, on if new else off, {"what": what})


def texts(name: Said, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """What families read, language by language; a text is a sentence or a `Wording` of several."""
    for language in old:
        before, after = _sentences(old[language]), _sentences(new[language])
        for kind in before:
            if before[kind] != after[kind]:
                params = {
                    "name": name,
                    "language": plain(language),
                    "old": plain(before[kind] or "–"),
                    "new": plain(after[kind] or "–"),
                }
                yield Change(
                    Part.TEXTS, _("The text of “%(name)s” (%(language)s): “%(old)s” becomes “%(new)s”"), params
                )


def listed(part: Part, old: Iterable[str], new: Iterable[str], *, added: str, removed: str) -> Iterator[Change]:
    """Plain entries of a list that came or went."""
    before, after = list(old), list(new)
    yield from (Change(part, removed, {"text": plain(text)}) for text in before if text not in after)
    yield from (Change(part, added, {"text": plain(text)}) for text in after if text not in before)


def keyed(old: Iterable[Any], new: Iterable[Any], key: Callable[[Any], str]) -> Iterator[tuple[Any, Any]]:
    """Entries of both sides by name: (old, None) went, (None, new) came, (old, new) stayed under its name."""
    before, after = {key(one): one for one in old}, {key(one): one for one in new}
    yield from ((one, None) for name, one in before.items() if name not in after)
    yield from ((before.get(name), one) for name, one in after.items())


def in_another_order(part: Part, message: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    before, after = list(old), list(new)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield Change(part, message, {"order": plain(", ".join(after))})


def _sentences(text: Any) -> dict[str, str]:
    return {"": text} if isinstance(text, str) else {one.name: getattr(text, one.name) for one in fields(text)}


def people(number: int) -> Said:
    return spoken.amount(number, Unit.PERSONS)
