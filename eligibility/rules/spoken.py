"""Conditions and numbers of a document in plain words, in both languages: what policy staff read in a comparison."""

from datetime import date

from eligibility.rules.catalogue import Unit, fact_type
from eligibility.rules.definitions import Criterion, RuleDocument
from eligibility.rules.operands import Arithmetic, Operand, Reference
from eligibility.rules.tree import All, AnyOf, Comparison, Condition, Not
from eligibility.rules.wording import LANGUAGES, fill, grouped, quantity

Said = dict[str, str]  # the same thing by language

_COMPARED = {
    "le": {"id": "{fact} paling besar {limit}", "en": "{fact} at most {limit}"},
    "lt": {"id": "{fact} di bawah {limit}", "en": "{fact} below {limit}"},
    "ge": {"id": "{fact} paling kecil {limit}", "en": "{fact} at least {limit}"},
    "gt": {"id": "{fact} di atas {limit}", "en": "{fact} above {limit}"},
    "eq": {"id": "{fact}: {limit}", "en": "{fact}: {limit}"},
    "ne": {"id": "{fact}: bukan {limit}", "en": "{fact}: not {limit}"},
    "between": {"id": "{fact} dari {limit}", "en": "{fact} from {limit}"},
    "in": {"id": "{fact} salah satu dari {limit}", "en": "{fact} one of {limit}"},
}
_BETWEEN = {"id": " sampai ", "en": " to "}
_ALL = {"id": " dan ", "en": " and "}
_ANY = {"id": " atau ", "en": " or "}
_NOT = {"id": "tidak benar bahwa {inner}", "en": "it is not so that {inner}"}
_REGIONAL = {"id": "batas daerah “{name}”", "en": "the regional limit “{name}”"}
_REGIONAL_SUM = {"id": "nilai daerah “{name}”", "en": "the regional amount “{name}”"}
_PARAMETER = {"id": "{value} (parameter “{name}”)", "en": "{value} (parameter “{name}”)"}
_MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni")
    + ("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June")
    + ("July", "August", "September", "October", "November", "December"),
}
_SIGNS = {"sum": "+", "difference": "-", "product": "×", "quotient": "÷"}  # noqa: RUF001 - as people write it


def both(shape: Said, **parts: Said) -> Said:
    """`shape` with its places filled, language by language."""
    return {
        language: shape[language].format(**{name: part[language] for name, part in parts.items()})
        for language in LANGUAGES
    }


def plain(text: str) -> Said:
    """What is the same in every language."""
    return dict.fromkeys(LANGUAGES, text)


def amount(value: int | bool, unit: Unit) -> Said:
    return {language: quantity(value, unit, language) for language in LANGUAGES}


def rupiah(value: int) -> Said:
    return {"id": f"Rp{grouped(value, 'id')}", "en": f"IDR {grouped(value, 'en')}"}


def money(value: Operand, document: RuleDocument) -> Said:
    """Rupiah a year: `Rp504.000`, a parameter with its nationwide sum, or the reckoning."""
    if isinstance(value, Reference):
        known = document.parameters_in_force({}).get(value.parameter)
        name = plain(value.parameter)
        return both(_REGIONAL_SUM, name=name) if known is None else both(_PARAMETER, value=rupiah(known), name=name)
    return rupiah(value) if isinstance(value, int) else operand(value, Unit.NUMBER, document)


def day(of: date) -> Said:
    return {language: f"{of.day} {_MONTHS[language][of.month - 1]} {of.year}" for language in LANGUAGES}


def label(fact: str) -> Said:
    """The name of a fact."""
    return {language: fact_type(fact).label(language) for language in LANGUAGES}


def within(said: Said) -> Said:
    """As it stands in the middle of a sentence; abbreviations keep their capitals."""
    return {language: text[:1].lower() + text[1:] if text[1:2].islower() else text for language, text in said.items()}


def operand(value: Operand, unit: Unit, document: RuleDocument) -> Said:
    """`1.300 VA`, a parameter with its nationwide number, or the reckoning."""
    if isinstance(value, Reference):
        known = document.parameters_in_force({}).get(value.parameter)
        name = plain(value.parameter)
        unit = document.parameters[value.parameter].unit
        return both(_REGIONAL, name=name) if known is None else both(_PARAMETER, value=amount(known, unit), name=name)
    if isinstance(value, Arithmetic):
        left, right = (operand(side, Unit.NUMBER, document) for side in (value.left, value.right))
        return both(plain(f"({{left}} {_SIGNS[value.operation]} {{right}})"), left=left, right=right)
    return amount(value, unit)


def condition(tree: Condition, document: RuleDocument) -> Said:
    if isinstance(tree, Comparison):
        return _comparison(tree, document)
    if isinstance(tree, Not):
        return both(_NOT, inner=_inner(tree.part, document))
    words = _ALL if isinstance(tree, All) else _ANY
    parts = [_inner(part, document) for part in tree.parts]
    return {language: words[language].join(part[language] for part in parts) for language in LANGUAGES}


def title(criterion: Criterion, document: RuleDocument) -> Said:
    """The rule as families read it, with its number filled in."""
    sole = criterion.sole
    limit = plain("…")
    if sole is not None and len(sole.operands) == 1:
        limit = _bare(sole.operands[0], fact_type(sole.fact).unit, document)
    return {language: fill(criterion.texts[language].rule, value="…", limit=limit[language]) for language in LANGUAGES}


def _bare(value: Operand, unit: Unit, document: RuleDocument) -> Said:
    """Without the name of the parameter, which families never see."""
    if isinstance(value, Reference):
        known = document.parameters_in_force({}).get(value.parameter)
        return plain("…") if known is None else amount(known, unit)
    return operand(value, unit, document)


def _comparison(tree: Comparison, document: RuleDocument) -> Said:
    unit = fact_type(tree.fact).unit
    limits = [operand(one, unit, document) for one in tree.operands]
    words = _BETWEEN if tree.operator == "between" else plain(", ")
    limit = {language: words[language].join(one[language] for one in limits) for language in LANGUAGES}
    return both(_COMPARED[tree.operator], fact=label(tree.fact), limit=limit)


def _inner(tree: Condition, document: RuleDocument) -> Said:
    said = condition(tree, document)
    return both(plain("({inner})"), inner=said) if isinstance(tree, All | AnyOf) else said
