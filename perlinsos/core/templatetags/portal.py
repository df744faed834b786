"""The words and parts every page is made of; `docs/ui.md` shows each with a picture of its use.

A part that is called wrongly raises `ComponentError`: a page that shows the wrong symbol beside a
decision is worse than a page that does not open.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import segno
from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from perlinsos.core.logging import current_request_id
from perlinsos.core.widgets import DateBoxes

register = template.Library()

Text = str | Promise
Moment = datetime.date | datetime.datetime | None

KINDS = {"neutral": "dot", "info": "info", "success": "check", "warning": "warning", "danger": "cross"}
OUTCOMES = {"met": ("success", "check"), "not_met": ("danger", "cross"), "unknown": ("warning", "question")}
TASKS = {"done": "", "doing": "info", "todo": "neutral", "blocked": ""}
UNKNOWN = "–"


class ComponentError(template.TemplateSyntaxError):
    """A component got an argument it has no meaning for: fix the template that calls it."""


@register.simple_tag
def should_not_happen(message: str) -> str:
    """Refuse to render: for component templates, in the branch no caller may reach."""
    raise ComponentError(message)


def _one_of(what: str, value: str, allowed: Iterable[str]) -> str:
    if value not in (choices := list(allowed)):
        raise ComponentError(f"{what} is {value!r}; it must be one of {', '.join(choices)}")
    return value


# --- numbers and dates as people say them -------------------------------------------------------
def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


@register.filter
def rupiah(amount: int | Decimal | None) -> str:
    """`Rp1.234.000`; a dash when the amount is not known (unknown is never nought)."""
    if amount is None:
        return UNKNOWN
    rounded = int(amount)
    return f"{'-' if rounded < 0 else ''}Rp{_grouped(abs(rounded))}"


@register.filter
def va(power: int | None) -> str:
    """Electric power of a meter: `2.200 VA`."""
    return UNKNOWN if power is None else f"{_grouped(power)} VA"


@register.filter
def mask_nik(nik: str) -> str:
    """`3510********0004`: enough for the owner to recognise, not enough for anyone to use."""
    return f"{nik[:4]}{'*' * max(len(nik) - 8, 0)}{nik[-4:]}" if len(nik) > 8 else "*" * len(nik)


@register.filter
def tanggal(moment: Moment) -> str:
    """`5 Desember 2026`, in the language of the page and the time zone of the portal."""
    return UNKNOWN if moment is None else date_format(_local(moment), "j F Y")


@register.filter
def tanggal_data(day: datetime.date | None) -> str:
    """How fresh data are: `1 Oktober 2026, umur 52 hari`. The age only from the second day on."""
    days = 0 if day is None else (timezone.localdate() - day).days
    if days <= 0:
        return tanggal(day)
    age = ngettext("%(n)s day old", "%(n)s days old", days) % {"n": _grouped(days)}
    return f"{tanggal(day)}, {age}"


@register.filter
def tanggal_jam(moment: datetime.datetime | None) -> str:
    """`5 Desember 2026, 08.41`."""
    return UNKNOWN if moment is None else date_format(_local(moment), "j F Y, H.i")


def _local(moment: datetime.date) -> datetime.date:
    aware = isinstance(moment, datetime.datetime) and timezone.is_aware(moment)
    return timezone.localtime(moment) if aware else moment  # type: ignore[arg-type]  # a date passes through


@register.simple_tag
def request_code() -> str:
    """The first eight characters of the request id: short enough to read out on the phone."""
    return current_request_id()[:8].upper()


# --- pictograms and codes ----------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """A pictogram from `components/icons/`, hidden from screen readers: always write the word too."""
    return mark_safe(get_template(f"components/icons/{name}.svg").render().strip())  # noqa: S308 - our own file


@register.simple_tag
def qr(content: str, label: Text) -> SafeString:
    """A QR code as inline SVG; `label` says to a screen reader where it leads."""
    picture = segno.make(content, error="m", micro=False).svg_inline(scale=4, border=2, omitsize=True)
    drawn = mark_safe(picture)  # noqa: S308 - a path of numbers, drawn here
    return format_html('<span class="qr" role="img" aria-label="{}">{}</span>', label, drawn)


# --- forms -------------------------------------------------------------------------------------
@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, label: Text = "", hint: Text = "", heading: bool = False) -> dict[str, Any]:
    """Label, hint, error and input of one field. `heading` makes the label the page's h1."""
    bound.label = str(label or bound.label)
    bound.help_text = str(hint or bound.help_text)
    single = isinstance(bound.field.widget, CheckboxInput)
    optional = not bound.field.required and getattr(bound.form, "mark_optional", True) and not single
    layout = "check" if single else "group" if bound.use_fieldset else "line"
    control = bound.as_widget(attrs={"placeholder": False})  # a placeholder vanishes when it is needed
    return {"field": bound, "layout": layout, "heading": heading, "optional": optional, "control": control}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """What needs correcting, each line leading to its box. `base.html` shows it for `form`."""
    return {"errors": [line for form in forms for line in _error_lines(form)]}


def _error_lines(form: BaseForm) -> Iterable[tuple[str, str]]:
    for error in form.non_field_errors():
        yield "", str(error)
    for bound in form:
        for error in bound.errors:
            yield _first_box(bound), str(error)


def _first_box(bound: BoundField) -> str:
    widget = bound.field.widget
    if bound.is_hidden:
        return ""
    if isinstance(widget, DateBoxes):
        return f"{bound.auto_id}_{widget.first_wrong}"
    return f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id


# --- parts of a page -----------------------------------------------------------------------------
@register.inclusion_tag("components/tag.html")
def tag(text: Text, kind: str = "neutral") -> dict[str, Any]:
    """A status in a word and a shape. Kinds: neutral, info, success, warning, danger."""
    return {"text": text, "kind": _one_of("kind", kind, KINDS), "icon_name": KINDS[kind]}


@register.simple_block_tag(takes_context=True)
def notice(context: Context, content: str, kind: str = "info", title: Text = "") -> str:
    """A box that must not be missed. Kinds: info, success, warning, danger."""
    _one_of("kind", kind, [name for name in KINDS if name != "neutral"])
    parts = {"kind": kind, "title": title, "content": content, "icon_name": KINDS[kind]}
    return get_template("components/notice.html").render(parts)


@register.inclusion_tag("components/step.html")
def step(current: int, total: int, name: Text = "") -> dict[str, Any]:
    """ "Langkah 3 dari 8", above the h1."""
    if not 1 <= current <= total:
        raise ComponentError(f"step {current} of {total} does not exist")
    return {"current": current, "total": total, "name": name}


@register.inclusion_tag("components/summary_row.html")
def summary_row(key: Text, value: Any, change_url: str = "", change_what: Text = "") -> dict[str, Any]:
    """A row of `<dl class="summary">`; `change_what` completes "Ubah" for screen readers."""
    return {"key": key, "value": value, "change_url": change_url, "change_what": change_what or key}


@register.inclusion_tag("components/task.html")
def task(title: Text, state: str, url: str = "", hint: Text = "") -> dict[str, Any]:
    """A row of `<ul class="tasks">`. States: done, doing, todo, blocked (blocked has no link)."""
    kind = TASKS[_one_of("state", state, TASKS)]
    return {"title": title, "state": state, "kind": kind, "hint": hint, "url": "" if state == "blocked" else url}


@register.inclusion_tag("components/criterion.html")
def criterion(  # noqa: PLR0913 - a component names each of its parts
    text: Text,
    outcome: str,
    *,
    value: Any = "",
    source: Text = "",
    as_of: Moment = None,
    fetched_on: Moment = None,
    legal: Text = "",
    contest_url: str = "",
) -> dict[str, Any]:
    """A row of `<ul class="criteria">`: what the rule asks, what the record says, since when, by which law.

    `outcome` is met, not_met or unknown; `fetched_on` says when the record came here, `contest_url` adds
    "this record is wrong".
    """
    kind, icon_name = OUTCOMES[_one_of("outcome", outcome, OUTCOMES)]
    parts = {"value": value, "source": source, "as_of": as_of, "fetched_on": fetched_on, "legal": legal}
    shown = {"text": text, "outcome": outcome, "kind": kind, "icon_name": icon_name, "contest_url": contest_url}
    return shown | parts


@register.inclusion_tag("components/event.html")
def event(title: Text, at: Moment, by: Text = "", text: Text = "") -> dict[str, Any]:
    """A row of `<ol class="timeline">`. `at` may be a date or a date with time; None is "to come"."""
    return {"title": title, "at": at, "by": by, "text": text, "has_time": isinstance(at, datetime.datetime)}


@register.inclusion_tag("components/receipt.html")
def receipt(title: Text, code: str, url: str = "") -> dict[str, Any]:
    """The proof panel: a big code, spelled out for screen readers, and a QR code of `url`."""
    spelled = ", ".join(" ".join(group) for group in code.split("-"))
    return {"title": title, "code": code, "spelled": spelled, "url": url}


@register.inclusion_tag("components/tab.html")
def tab(label: Text, url: str, *, current: bool = False, count: int | None = None) -> dict[str, Any]:
    """An entry of `<nav class="tabs"><ul>`."""
    return {"label": label, "url": url, "current": current, "count": count}


@register.inclusion_tag("components/pager.html")
def pager(*, previous_url: str = "", next_url: str = "", summary: Text = "") -> dict[str, Any]:
    """Previous and next below a list; `summary` such as "1 sampai 50 dari 128"."""
    return {"previous_url": previous_url, "next_url": next_url, "summary": summary}
