"""The form of a golden family: a field for every fact of the catalogue and for every programme's answer.

An empty field is a fact that is not known, which is not the same as 0 or no. What is entered is read by
the same reader as the shipped files, and its refusals come back to the field they are about.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from eligibility import golden, permissions
from eligibility.enums import Outcome
from eligibility.golden_words import LABELS
from eligibility.models import GoldenFamily
from eligibility.presenters import parameter_label
from eligibility.rules.catalogue import CATALOGUE, FactType
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.golden_reading import OLDEST, TERMS, read_family
from eligibility.rules.reading import LARGEST, DocumentError, Node, Problem
from eligibility.rules.wording import fill
from perlinsos.accounts.models import User

Rules = Mapping[str, list[RuleDocument]]
FLAG = {"true": True, "false": False}
NUMBERS = ("rupiah_per_year", "rupiah_per_quarter", "need_score")
OUT_OF_REACH = gettext_lazy("It is about a programme that runs outside your area. Enter a family of your own.")
COUNTED = re.compile(r"\s*([a-z0-9_-]+)\s*:\s*(\d{1,2}|\?)\s*")


def form_for(rules: Rules, *, by: User) -> type["GoldenFamilyForm"]:
    """The form class for the programmes that have rules now, and who fills it in."""
    fields = dict(_fact_fields()) | dict(_parameter_fields(rules))
    for programme, documents in rules.items():
        fields |= dict(_answer_fields(programme, documents))
    return type("GoldenFamilyForm", (GoldenFamilyForm,), {**fields, "rules": rules, "by": by})


def sections(rules: Rules) -> list[tuple[str | None, dict[str, Any]]]:
    """The form in parts: the family, what is known, and a tab for each programme."""
    about = ["code", "name", "story", ("area_code", "rules_of"), *(f"value__{name}" for name in _regional(rules))]
    known = [(f"fact__{_flat(name)}", f"age__{_flat(name)}") for name in CATALOGUE]
    answers: list[tuple[str | None, dict[str, Any]]] = [
        (documents[-1].name, {"fields": [name for name, _field in _answer_fields(code, documents)], "classes": ["tab"]})
        for code, documents in rules.items()
    ]
    return [(None, {"fields": [*about, "seen"]}), (_("facts"), {"fields": known, "classes": ["tab"]}), *answers]


class GoldenFamilyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """`entered` is what was filled in, in the shape of the files, once the form is valid."""

    rules: ClassVar[Rules] = {}
    by: ClassVar[User]
    entered: dict[str, Any]

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = GoldenFamily
        fields: ClassVar = ["code", "name", "story", "area_code", "rules_of"]
        widgets: ClassVar = {
            "code": UnfoldAdminTextInputWidget,
            "name": UnfoldAdminTextInputWidget,
            "story": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "area_code": UnfoldAdminTextInputWidget,
            "rules_of": UnfoldAdminDateWidget,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True
            self.initial.update(_initial(golden.data_of(self.instance)))
            self.initial["seen"] = self.instance.updated_at.isoformat()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and values.get("seen") != self.instance.updated_at.isoformat():
            self.add_error(
                None, _("Somebody else changed this family meanwhile. Open it again and repeat your change.")
            )
        self.entered = _entered(values, self.rules)
        programmes = {*(self.instance.expected or {}), *self.entered["expected"]}
        if not permissions.can_edit_golden_family(self.by, programmes):
            self.add_error(None, OUT_OF_REACH)
        try:
            read_family(Node(self.entered))
        except DocumentError as error:
            for problem in error.problems:
                if (field := self._field_of(problem)) not in self.errors:
                    self.add_error(field, _(problem.message) % problem.params)
        return values

    def _field_of(self, problem: Problem) -> str | None:
        """The field a refusal is about; None for the form as a whole."""
        kind, _dot, rest = problem.path.partition(".")
        candidates = {
            "facts": [f"fact__{_flat(rest)}", f"age__{_flat(rest.removesuffix('.days_old'))}"],
            "expected": [
                f"answer__{rest.split('[')[0].replace('.', '__')}",
                f"answer__{rest.partition('.')[0]}__outcome",
            ],
        }.get(kind, [kind])
        return next((name for name in candidates if name in self.fields), None)


# --- fields ---------------------------------------------------------------------------------------
def _fact_fields() -> Iterator[tuple[str, forms.Field]]:
    for name, kind in CATALOGUE.items():
        yield f"fact__{_flat(name)}", _flag(kind) if kind.is_flag else _number(kind)
        label = _("days old (fresh for %(days)d)") % {"days": kind.max_age_days}
        yield f"age__{_flat(name)}", _whole(label, most=OLDEST)


def _number(kind: FactType) -> forms.IntegerField:
    low, high = kind.span
    return forms.IntegerField(
        label=kind.label_id,
        help_text=_("%(low)d to %(high)d; empty: not known") % {"low": low, "high": high},
        required=False,
        min_value=low,
        max_value=high,
        widget=UnfoldAdminIntegerFieldWidget,
    )


def _flag(kind: FactType) -> forms.ChoiceField:
    choices = [("", gettext_lazy("not known")), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]
    return forms.ChoiceField(label=kind.label_id, choices=choices, required=False, widget=UnfoldAdminSelectWidget)


def _picking() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("components picked"),
        help_text=gettext_lazy("for an answer under an order that the rules could have, but may not have now"),
        choices=[
            ("", gettext_lazy("as the rules say")),
            ("amount", gettext_lazy("the dearest first")),
            ("listed", gettext_lazy("in the order of the list")),
        ],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


def _whole(label: Any, *, most: int = LARGEST) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=most, widget=UnfoldAdminIntegerFieldWidget
    )


def _regional(rules: Rules) -> list[str]:
    return sorted({name for documents in rules.values() for one in documents for name in one.regional_parameters})


def _parameter_fields(rules: Rules) -> Iterator[tuple[str, forms.Field]]:
    labels = {
        name: parameter_label(name, one)
        for documents in rules.values()
        for one in documents
        for name in one.regional_parameters
    }
    for name, label in sorted(labels.items()):
        yield f"value__{name}", _whole(label)


def _answer_fields(programme: str, documents: list[RuleDocument]) -> Iterator[tuple[str, forms.Field]]:
    start = f"answer__{programme}__"
    outcomes = [("", gettext_lazy("nothing is expected")), *Outcome.choices]
    yield (
        f"{start}outcome",
        forms.ChoiceField(
            label=gettext_lazy("expected outcome"), choices=outcomes, required=False, widget=UnfoldAdminSelectWidget
        ),
    )
    criteria = {one.name: one for document in documents for one in document.criteria}
    texts = {name: fill(one.texts["id"].rule, value="…", limit="…") for name, one in criteria.items()}
    yield (
        f"{start}because",
        forms.MultipleChoiceField(
            label=LABELS["because"],
            help_text=gettext_lazy("of a refusal all that are not met, of an open case all that are not known"),
            choices=list(texts.items()),
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
        ),
    )
    for name in NUMBERS:
        yield f"{start}{name}", _whole(LABELS[name])
    if components := {one.name: one.texts["id"] for document in documents for one in document.amount.components}:
        yield f"{start}components", CountedField(components)
        yield f"{start}picking", _picking()
    if any(document.time_limit for document in documents):
        for name in TERMS:
            yield f"{start}{name}", _whole(LABELS[name])


class CountedField(forms.CharField):
    """Counted members by component, such as `elderly: 1, primary: ?`; the question mark: not known."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, components: Mapping[str, str]) -> None:
        """`components`: how each is called, by its name in the rules."""
        self.names = components.keys()
        text = _("such as “%(name)s: 1”, several with commas, ? for not known; known are: %(names)s")
        named = ", ".join(f"{name} ({called})" for name, called in components.items())
        super().__init__(
            label=LABELS["components"],
            help_text=text % {"name": next(iter(components)), "names": named},
            required=False,
        )

    def to_python(self, value: Any) -> Any:
        text = (super().to_python(value) or "").strip()
        found: dict[str, int | None] = {}
        for piece in text.split(",") if text else ():
            match = COUNTED.fullmatch(piece)
            if match is None or match[1] not in self.names:
                message = _("“%(piece)s” is not a component with a number.")
                raise forms.ValidationError(message % {"piece": piece.strip()})
            found[match[1]] = None if match[2] == "?" else int(match[2])
        return found or None


# --- both ways ------------------------------------------------------------------------------------
def _flat(name: str) -> str:
    return name.replace(".", "__")


def _initial(data: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {f"value__{name}": value for name, value in data.get("parameters", {}).items()}
    for name, said in data["facts"].items():
        fact = said if isinstance(said, dict) else {"value": said, "days_old": None}
        value = fact["value"]
        found[f"fact__{_flat(name)}"] = str(value).lower() if isinstance(value, bool) else value
        found[f"age__{_flat(name)}"] = fact["days_old"]
    for programme, answer in data["expected"].items():
        shown = {**answer, **answer.get("terms", {})}
        if "components" in shown:
            pairs = shown["components"].items()
            shown["components"] = ", ".join(f"{name}: {'?' if count is None else count}" for name, count in pairs)
        found |= {f"answer__{programme}__{name}": value for name, value in shown.items()}
    return found


def _entered(values: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    data = {name: values.get(name) or "" for name in ("code", "name", "story")}
    given = {
        "area": values.get("area_code"),
        "rules_of": values["rules_of"].isoformat() if values.get("rules_of") else None,
        "parameters": _given({name: values.get(f"value__{name}") for name in _regional(rules)}),
    }
    answers = {programme: _answer(values, programme) for programme in rules}
    return {
        **data,
        **{name: value for name, value in given.items() if value},
        "facts": dict(_facts(values)),
        "expected": {programme: answer for programme, answer in answers.items() if answer},
    }


def _facts(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in CATALOGUE:
        value, age = values.get(f"fact__{_flat(name)}"), values.get(f"age__{_flat(name)}")
        if value in (None, ""):
            continue
        said = FLAG[value] if isinstance(value, str) else value
        yield name, {"value": said, "days_old": age} if age else said


def _answer(values: Mapping[str, Any], programme: str) -> dict[str, Any]:
    start = f"answer__{programme}__"
    if not values.get(f"{start}outcome"):
        return {}
    terms = _given({name: values.get(f"{start}{name}") for name in TERMS})
    because = values.get(f"{start}because")
    return {
        **_given({name: values.get(f"{start}{name}") or None for name in ("outcome", "picking", "components")}),
        **_given({name: values.get(f"{start}{name}") for name in NUMBERS}),
        **({"because": because} if because else {}),
        **({"terms": terms} if terms else {}),
    }


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
