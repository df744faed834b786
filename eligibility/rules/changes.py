"""How each field of a document is told when it changed: criteria, limits, money, need, law, dates."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from eligibility.rules import spoken
from eligibility.rules.catalogue import Unit, fact_type
from eligibility.rules.comparing import (
    Change,
    Part,
    Section,
    compare,
    flag,
    in_another_order,
    keyed,
    listed,
    moved,
    people,
    reckoned,
    texts,
)
from eligibility.rules.definitions import Component, Criterion, Group, Overlap, ParameterSpec, RuleDocument
from eligibility.rules.operands import Reference
from eligibility.rules.reading import _
from eligibility.rules.spoken import Said, both, plain, within
from eligibility.rules.tree import All, AnyOf, Comparison, Condition, Not, comparisons
from eligibility.rules.wording import LANGUAGES

__all__ = ["Change", "Part", "between"]

LIMIT_OF: Said = {"id": "Batas {fact}", "en": "The limit of {fact}"}
OLDEST: Said = {"id": "Umur data {fact} yang masih dipercaya", "en": "The highest age of data on {fact}"}
PICKING: dict[str, Said] = {
    "amount": {"id": "yang terbesar lebih dulu", "en": "the dearest first"},
    "listed": {"id": "menurut urutan daftar", "en": "in the order of the list"},
}


def between(old: RuleDocument, new: RuleDocument) -> tuple[Change, ...]:
    """What `new` changes against `old`; empty when they say the same."""
    return compare(old, new, SECTIONS)


# --- dates, names, law ----------------------------------------------------------------------------
def _version(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    yield from moved(
        Part.DATES, {"id": "Versi", "en": "Version"}, old.version, new.version, to_words=lambda text: plain(f"{text}")
    )


def _start(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    what = {"id": "Hari pertama berlaku", "en": "First day in force"}
    yield from moved(Part.DATES, what, old.valid_from, new.valid_from, to_words=_day)


def _end(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    what = {"id": "Tidak berlaku lagi mulai", "en": "No longer in force from"}
    yield from moved(Part.DATES, what, old.valid_until, new.valid_until, to_words=_day)


def _day(day: date | None) -> Said:
    return plain("–") if day is None else spoken.day(day)


def _sources(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    added, removed = _("New source: %(text)s"), _("Source left out: %(text)s")
    yield from listed(Part.LAW, old.sources, new.sources, added=added, removed=removed)


def _notes(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    added, removed = _("New note: %(text)s"), _("Note left out: %(text)s")
    yield from listed(Part.LAW, old.notes, new.notes, added=added, removed=removed)


def _areas(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    added, removed = _("New area: %(text)s"), _("Area left out: %(text)s")
    yield from listed(Part.PROGRAMME, old.areas, new.areas, added=added, removed=removed)


def _name(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    what = {"id": "Nama program", "en": "Name of the programme"}
    yield from moved(Part.PROGRAMME, what, old.name, new.name, to_words=plain)


def _description(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    what = {"id": "Keterangan program", "en": "Description of the programme"}
    yield from moved(Part.PROGRAMME, what, old.description or None, new.description or None, to_words=_or_none)


def _or_none(text: str | None) -> Said:
    return plain(text or "–")


def _silent(_old: RuleDocument, _new: RuleDocument) -> Iterator[Change]:
    """No words of its own: the general sentence tells it."""
    yield from ()


# --- parameters -----------------------------------------------------------------------------------
def _parameters(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    for before, after in keyed(old.parameters.values(), new.parameters.values(), lambda spec: spec.name):
        if after is None:
            yield Change(Part.LIMITS, _("Parameter “%(name)s” is gone."), {"name": plain(before.name)})
        elif before is None:
            value = {"name": plain(after.name), "value": _default(after, new)}
            yield Change(Part.LIMITS, _("New parameter “%(name)s”: %(value)s."), value)
        else:
            yield from _parameter(before, after, old, new)


def _parameter(before: ParameterSpec, after: ParameterSpec, old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    name = plain(after.name)
    params = {"what": _what_it_limits(after.name, new), "old": _default(before, old), "new": _default(after, new)}
    yield from reckoned(Part.LIMITS, before.default, after.default, params)
    yield from moved(Part.LIMITS, name, before.unit.value, after.unit.value, to_words=plain)
    yield from flag(
        Part.LIMITS, name, before.is_regional, after.is_regional,
        on=_("“%(what)s” may now be set by each region."), off=_("“%(what)s” is no longer set by each region."),
    )  # fmt: skip
    yield from texts(name, *({**dict.fromkeys(LANGUAGES, ""), **spec.texts} for spec in (before, after)))


def _default(spec: ParameterSpec, document: RuleDocument) -> Said:
    if spec.default is None:
        return {"id": "hanya nilai daerah", "en": "regional values only"}
    return spoken.operand(spec.default, spec.unit, document)


def _what_it_limits(name: str, document: RuleDocument) -> Said:
    """`Batas daya listrik rumah`; the parameter itself where no single fact is compared with it."""
    facts = {
        one.fact
        for criterion in document.criteria
        for one in comparisons(criterion.condition)
        if Reference(name) in one.operands
    }
    return both(LIMIT_OF, fact=within(spoken.label(facts.pop()))) if len(facts) == 1 else plain(f"“{name}”")


def _max_ages(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    for name in sorted(old.max_age_days.keys() | new.max_age_days.keys()):
        what = both(OLDEST, fact=within(spoken.label(name)))
        yield from moved(Part.LIMITS, what, old.max_age(name), new.max_age(name), to_words=_days)


def _days(count: int) -> Said:
    return {"id": f"{count} hari", "en": f"{count} days" if count > 1 else "1 day"}


# --- criteria -------------------------------------------------------------------------------------
def _criteria(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    before, after = _own(old), _own(new)
    for was, now in keyed(before, after, lambda criterion: criterion.name):
        if now is None:
            yield Change(Part.CRITERIA, _("No longer asked: %(rule)s"), {"rule": spoken.title(was, old)})
        elif was is None:
            params = {"rule": spoken.title(now, new), "law": plain(now.legal)}
            yield Change(Part.CRITERIA, _("New condition: %(rule)s Law: %(law)s."), params)
        else:
            yield from _criterion(was, now, old, new)
    message = _("The conditions are listed in another order: %(order)s.")
    yield from in_another_order(Part.CRITERIA, message, _names(before), _names(after))


def _own(document: RuleDocument) -> tuple[Criterion, ...]:
    """Without the criteria that the table of overlaps and the amount make."""
    made = {overlap.as_criterion().name for overlap in document.blocked_by}
    return tuple(one for one in document.criteria if one.name not in made and not one.is_about_amount)


def _names(entries: tuple[Any, ...]) -> list[str]:
    return [entry.name for entry in entries]


def _criterion(was: Criterion, now: Criterion, old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    rule = spoken.title(now, new)
    if was.condition != now.condition:
        yield from _condition(was, now, old, new)
    yield from flag(
        Part.CRITERIA, rule, was.is_disqualifier, now.is_disqualifier,
        on=_("“%(what)s” now excludes whom its condition fits."), off=_("“%(what)s” now asks for its condition."),
    )  # fmt: skip
    what = {"id": f"Hanya dengan ({now.name})", "en": f"Only with ({now.name})"}
    yield from moved(Part.CRITERIA, what, was.only_with, now.only_with, to_words=_or_none)
    yield from flag(
        Part.CRITERIA, rule, was.only_on_record, now.only_on_record,
        on=_("“%(what)s” now counts only where something is on record."),
        off=_("“%(what)s” now counts for everybody, also without a record."),
    )  # fmt: skip
    yield from _law(rule, was.legal, now.legal)
    yield from texts(rule, was.texts, now.texts)


def _law(rule: Said, was: str, now: str) -> Iterator[Change]:
    if was != now:
        params = {"rule": rule, "old": plain(was), "new": plain(now)}
        yield Change(Part.LAW, _("The law behind “%(rule)s”: “%(old)s” becomes “%(new)s”."), params)


def _condition(was: Criterion, now: Criterion, old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    """A limit that moved says so; anything else is told as before and after."""
    if _shape(was.condition) != _shape(now.condition):
        params = {
            "rule": spoken.title(now, new),
            "old": spoken.condition(was.condition, old),
            "new": spoken.condition(now.condition, new),
        }
        yield Change(Part.CRITERIA, _("“%(rule)s”: was %(old)s; now %(new)s."), params)
        return
    for before, after in zip(comparisons(was.condition), comparisons(now.condition), strict=True):
        what = both(LIMIT_OF, fact=within(spoken.label(after.fact)))
        to_words = partial(spoken.amount, unit=fact_type(after.fact).unit)
        for low, high in zip(before.operands, after.operands, strict=True):
            yield from moved(Part.LIMITS, what, low, high, to_words=to_words)


def _shape(tree: Condition) -> Any:
    """The condition with its plain numbers left out."""
    if isinstance(tree, Comparison):
        numbers = tuple(None if type(one) is int else one for one in tree.operands)
        return tree.fact, tree.operator, numbers
    if isinstance(tree, Not):
        return "not", _shape(tree.part)
    assert isinstance(tree, All | AnyOf)  # noqa: S101 - there is nothing else
    return type(tree).__name__, tuple(map(_shape, tree.parts))


# --- overlaps -------------------------------------------------------------------------------------
def _overlaps(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    for was, now in keyed(old.overlaps, new.overlaps, lambda overlap: overlap.fact):
        name = spoken.label((now or was).fact)
        if now is None:
            yield Change(Part.OVERLAPS, _("The table of overlaps no longer names: %(name)s."), {"name": name})
        elif was is None:
            message = _("New overlap that excludes: %(name)s.") if now.blocks else _("New overlap allowed: %(name)s.")
            yield Change(Part.OVERLAPS, message, {"name": name})
        else:
            yield from _overlap(name, was, now)


def _overlap(name: Said, was: Overlap, now: Overlap) -> Iterator[Change]:
    yield from flag(
        Part.OVERLAPS, name, was.blocks, now.blocks,
        on=_("Excludes now, allowed before: %(what)s."), off=_("Allowed now, excluded before: %(what)s."),
    )  # fmt: skip
    yield from _law(name, was.legal, now.legal)
    yield from texts(name, was.texts, now.texts)


# --- money ----------------------------------------------------------------------------------------
def _amount(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    was, now = old.amount, new.amount
    for pair in keyed(filter(None, [was.flat]), filter(None, [now.flat]), lambda flat: flat.name):
        yield from _component(*pair, old, new)
    for pair in keyed(was.components, now.components, lambda component: component.name):
        yield from _component(*pair, old, new)
    what = {"id": "Jumlah komponen paling banyak", "en": "The most components that count"}
    yield from moved(Part.AMOUNT, what, was.most or None, now.most or None, to_words=_number)
    if was.picking != now.picking:
        params = {"old": PICKING[was.picking], "new": PICKING[now.picking]}
        yield Change(Part.AMOUNT, _("Components are picked %(new)s, before that %(old)s."), params)
    for before, after in keyed(was.groups, now.groups, lambda group: group.name):
        yield from _group(before, after)
    what = {"id": "Jumlah orang diambil dari", "en": "The number of people comes from"}
    yield from moved(Part.AMOUNT, what, was.people, now.people, to_words=_or_none)
    yield from _law({"id": "besar bantuan", "en": "amount"}, was.legal or "–", now.legal or "–")
    message = _("The components are listed in another order: %(order)s.")
    yield from in_another_order(Part.AMOUNT, message, _names(was.components), _names(now.components))


def _component(was: Component | None, now: Component | None, old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    if was is not None and now is not None:
        yield from _changed_component(was, now, old, new)
    elif was is not None:
        yield Change(Part.AMOUNT, _("No longer paid: %(name)s."), {"name": dict(was.texts)})
    elif now is not None:
        each = spoken.money(now.rupiah_per_year, new)
        params = {"name": dict(now.texts), "each": each, "cap": people(now.cap)}
        yield Change(Part.AMOUNT, _("New: %(name)s, %(each)s a year each, at most %(cap)s."), params)


def _changed_component(was: Component, now: Component, old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    name = dict(now.texts)
    params = {
        "what": both({"id": "{name}, setahun", "en": "{name}, a year"}, name=name),
        "old": spoken.money(was.rupiah_per_year, old),
        "new": spoken.money(now.rupiah_per_year, new),
    }
    yield from reckoned(Part.AMOUNT, was.rupiah_per_year, now.rupiah_per_year, params)
    cap = both({"id": "Batas orang untuk “{name}”", "en": "The most people for “{name}”"}, name=name)
    yield from moved(Part.AMOUNT, cap, was.cap, now.cap, to_words=people)
    yield from moved(Part.AMOUNT, name, was.fact or None, now.fact or None, to_words=_or_none)
    yield from flag(
        Part.AMOUNT, name, was.only_on_record, now.only_on_record,
        on=_("“%(what)s” now counts only where something is on record."),
        off=_("“%(what)s” now counts for everybody, also without a record."),
    )  # fmt: skip
    yield from texts(name, was.texts, now.texts)


def _group(was: Group | None, now: Group | None) -> Iterator[Change]:
    name = plain((now or was).name)  # type: ignore[union-attr]  # one of them is there
    if now is None or was is None:
        message = _("Group “%(name)s” is new.") if was is None else _("Group “%(name)s” is gone.")
        yield Change(Part.AMOUNT, message, {"name": name})
        return
    yield from moved(
        Part.AMOUNT, both({"id": "Batas kelompok “{name}”", "en": "The most of group “{name}”"}, name=name),
        was.most, now.most, to_words=people,
    )  # fmt: skip
    inside = ", ".join(sorted(was.components)), ", ".join(sorted(now.components))
    yield from moved(Part.AMOUNT, name, *inside, to_words=plain)


def _number(value: int | None) -> Said:
    return plain("–") if value is None else spoken.amount(value, Unit.NUMBER)


# --- need, duties, time ---------------------------------------------------------------------------
def _need(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    was, now = old.need, new.need
    what = {"id": "Urutan kebutuhan menurut", "en": "The order of need goes by"}
    yield from moved(Part.NEED, what, was.fact, now.fact, to_words=spoken.label)
    for name, said in (("scale", {"id": "Skala urutan", "en": "Scale of need"}),
                       ("base", {"id": "Angka dasar urutan", "en": "Base of need"})):  # fmt: skip
        yield from moved(Part.NEED, said, getattr(was, name), getattr(now, name), to_words=_number)
    for before, after in keyed(was.eased_by, now.eased_by, lambda eased: eased[0]):
        fact, _points, _cap = after or before
        what = both({"id": "Keringanan untuk {fact}", "en": "Points for {fact}"}, fact=within(spoken.label(fact)))
        yield from moved(Part.NEED, what, before and before[1:], after and after[1:], to_words=_points_of)


def _points_of(eased: tuple[int, int] | None) -> Said:
    if eased is None:
        return plain("–")
    points, cap = eased
    return {"id": f"{points} angka (paling banyak {cap} orang)", "en": f"{points} points (for at most {cap} people)"}


def _duties(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    for was, now in keyed(old.duties, new.duties, lambda duty: duty.name):
        name = dict((now or was).texts)
        if now is None or was is None:
            message = _("New duty: %(name)s.") if was is None else _("Duty left out: %(name)s.")
            yield Change(Part.COMMITMENTS, message, {"name": name})
            continue
        cut = both({"id": "Potongan untuk “{name}”", "en": "The cut for “{name}”"}, name=name)
        yield from moved(
            Part.COMMITMENTS, cut, was.cut_percent, now.cut_percent,
            to_words=lambda percent: spoken.amount(percent, Unit.PERCENT),
        )  # fmt: skip
        for attribute, words in (("measure", "Ukuran"), ("below", "Di bawah"), ("from_", "Mulai")):
            what = both({"id": f"{words} (“{{name}}”)", "en": f"{attribute.strip('_')} (“{{name}}”)"}, name=name)
            values = getattr(was, attribute), getattr(now, attribute)
            yield from moved(Part.COMMITMENTS, what, *values, to_words=lambda value: plain(f"{value}"))
        yield from _law(name, was.legal, now.legal)
        yield from texts(name, was.texts, now.texts)


def _time_limit(old: RuleDocument, new: RuleDocument) -> Iterator[Change]:
    was, now = old.time_limit, new.time_limit
    if was is None or now is None:
        message = _("There is a time limit now.") if was is None else _("There is no time limit any more.")
        yield Change(Part.COMMITMENTS, message)
        return
    said = {
        "years": {"id": "Batas waktu, tahun", "en": "Time limit, years"},
        "recertify_months": {"id": "Diperiksa lagi tiap, bulan", "en": "Looked at again every, months"},
        "reapply_after_years": {"id": "Boleh mendaftar lagi sesudah, tahun", "en": "May apply again after, years"},
    }
    for name, what in said.items():
        yield from moved(Part.COMMITMENTS, what, getattr(was, name), getattr(now, name), to_words=_number)
    added, removed = _("No time limit now for: %(text)s"), _("The time limit now holds also for: %(text)s")
    exempt = [[spoken.label(fact)["id"] for fact in limit.exempt] for limit in (was, now)]
    yield from listed(Part.COMMITMENTS, *exempt, added=added, removed=removed)
    yield from _law({"id": "batas waktu", "en": "time limit"}, was.legal, now.legal)


SECTIONS = {
    "programme": Section(Part.PROGRAMME, _silent),
    "name": Section(Part.PROGRAMME, _name),
    "description": Section(Part.PROGRAMME, _description),
    "version": Section(Part.DATES, _version),
    "valid_from": Section(Part.DATES, _start),
    "valid_until": Section(Part.DATES, _end),
    "sources": Section(Part.LAW, _sources),
    "notes": Section(Part.LAW, _notes),
    "parameters": Section(Part.LIMITS, _parameters),
    "max_age_days": Section(Part.LIMITS, _max_ages),
    "criteria": Section(Part.CRITERIA, _criteria, _own),
    "amount": Section(Part.AMOUNT, _amount),
    "need": Section(Part.NEED, _need),
    "overlaps": Section(Part.OVERLAPS, _overlaps),
    "duties": Section(Part.COMMITMENTS, _duties),
    "time_limit": Section(Part.COMMITMENTS, _time_limit),
    "starts_active": Section(Part.PROGRAMME, _silent),
    "areas": Section(Part.PROGRAMME, _areas),
}
