"""Numbers as people say them, and the sentences of a criterion with its numbers filled in."""

from functools import partial
from string import Formatter

from eligibility.rules.catalogue import Unit
from eligibility.rules.reading import Node, gather

LANGUAGES = ("id", "en")
PLACEHOLDERS = frozenset({"value", "limit"})

_SHAPES: dict[Unit, tuple[str, str]] = {
    Unit.PERSONS: ("{} orang", "{} people"),
    Unit.VEHICLES: ("{} unit", "{}"),
    Unit.DECILE: ("{}", "{}"),
    Unit.VA: ("{} VA", "{} VA"),
    Unit.KWH_MONTH: ("{} kWh sebulan", "{} kWh a month"),
    Unit.M2: ("{} m²", "{} m²"),
    Unit.RUPIAH_MONTH: ("Rp{} sebulan", "IDR {} a month"),
    Unit.RUPIAH_YEAR: ("Rp{} setahun", "IDR {} a year"),
    Unit.PERCENT: ("{} %", "{} %"),
    Unit.MONTHS: ("{} bulan", "{} months"),
    Unit.NUMBER: ("{}", "{}"),
}
_FLAGS = {"id": {True: "ya", False: "tidak"}, "en": {True: "yes", False: "no"}}


def quantity(value: int | bool, unit: Unit, language: str) -> str:
    """`2.200 VA`, `Rp2.810.139 sebulan`, `2 orang`; English in English shape (`2,200 VA`)."""
    if isinstance(value, bool):
        return _FLAGS[language][value]
    shape = _SHAPES[unit][LANGUAGES.index(language)]
    return shape.format(grouped(value, language))


def grouped(number: int, language: str) -> str:
    digits = f"{number:,}"
    return digits.replace(",", ".") if language == "id" else digits


def placeholders(sentence: str) -> frozenset[str]:
    """Names in braces. Raises ValueError for anything but a plain name: no attribute, index or format."""
    found = set()
    for _literal, name, form, conversion in Formatter().parse(sentence):
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise ValueError(name)
        found.add(name)
    return frozenset(found)


def fill(sentence: str, *, value: str, limit: str) -> str:
    """Replace `{value}` and `{limit}`, and nothing else, by ready text."""
    return sentence.replace("{value}", value).replace("{limit}", limit)


def read_labels(node: Node) -> dict[str, str]:
    """One short text for each language."""
    parts = node.mapping(LANGUAGES)
    return gather(parts, **{language: partial(parts[language].text, most=80) for language in LANGUAGES})
