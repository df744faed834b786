"""The form kit: fields that forgive spaces and month names and say in plain words what to do.

What a person typed is always given back unchanged, so a mistake costs one correction, not a page.
How each part looks lives in `templates/components/`; `docs/ui.md` shows which one to use.
"""

import calendar
import datetime
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.files.base import File
from django.forms.renderers import BaseRenderer, TemplatesSetting
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from perlinsos.core.widgets import CardCheckboxes, CardRadios, DateBoxes, DigitsInput, PhotoInput

__all__ = [
    "CardCheckboxes",
    "CardRadios",
    "DigitsField",
    "PhotoField",
    "PortalForm",
    "PortalFormMixin",
    "PortalRenderer",
    "ThreeBoxDateField",
    "month_number",
]

Text = str | Promise

PHOTO_MAX_BYTES = 10 * 1024 * 1024
EARLIEST_YEAR = 1900

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015/]+")  # what people copy along with a number
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("januari", "january"),
    ("februari", "february", "pebruari"),
    ("maret", "march", "mrt"),
    ("april",),
    ("mei", "may"),
    ("juni", "june"),
    ("juli", "july"),
    ("agustus", "august", "agt", "ags"),
    ("september",),
    ("oktober", "october"),
    ("november", "nopember"),
    ("desember", "december"),
)


class PortalRenderer(TemplatesSetting):
    """Render forms and widgets from the project's templates (needs `django.forms` installed)."""

    form_template_name = "components/form.html"
    field_template_name = "components/field_group.html"


class PortalFormMixin:
    """What every form of the portal does; put it before `forms.Form` or `forms.ModelForm`.

    `mark_optional` writes "(optional)" after the label of fields that may stay empty; switch it off
    for search filters, where everything may.
    """

    default_renderer: BaseRenderer | type[BaseRenderer] | None = PortalRenderer
    use_required_attribute = False  # the server explains better than the browser's bubble
    mark_optional: ClassVar[bool] = True
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self.add_field(name, field)

    def add_field(self, name: str, field: forms.Field) -> None:
        """Add a field that depends on what the form is about; left empty it is named, as every other one is."""
        self.fields[name] = field
        if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
            label = field.label or name.replace("_", " ")
            field.error_messages["required"] = _nothing_yet(field) % {"label": label}


class PortalForm(PortalFormMixin, forms.Form):
    """A form as the portal shows it: `{{ form }}` or `{% field form.nik %}` one by one."""


def _nothing_yet(field: forms.Field) -> str:
    if isinstance(field, forms.BooleanField):
        return gettext("Tick the box to go on.")
    if isinstance(field, forms.ChoiceField):
        return gettext("“%(label)s” has no answer yet.")
    return gettext("“%(label)s” is still empty.")


class DigitsField(forms.CharField):
    """A number that is a name, not a quantity (NIK, KK, account): digits come out, in a string.

    `what` names it inside messages; `digits` is its length or (shortest, longest). Spaces, dots and
    dashes are accepted and removed.
    """

    def __init__(self, *, what: Text, digits: int | tuple[int, int], **kwargs: Any) -> None:
        self.what = what
        self.low, self.high = (digits, digits) if isinstance(digits, int) else digits
        kwargs.setdefault("label", what)
        super().__init__(widget=DigitsInput(low=self.low, high=self.high), **kwargs)

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        return _SEPARATORS.sub("", text)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not (value.isascii() and value.isdigit()):
            message = gettext("%(what)s has digits only. Remove letters and other signs.")
            raise forms.ValidationError(message, code="not_digits", params={"what": self.what})
        if value and not self.low <= len(value) <= self.high:
            raise forms.ValidationError(self._length_message(), code="length", params=self._sizes(len(value)))

    def _length_message(self) -> str:
        if self.low == self.high:
            return gettext("%(what)s must have %(low)d digits. You typed %(typed)d.")
        return gettext("%(what)s must have %(low)d to %(high)d digits. You typed %(typed)d.")

    def _sizes(self, typed: int) -> dict[str, Any]:
        return {"what": self.what, "low": self.low, "high": self.high, "typed": typed}


class ThreeBoxDateField(forms.Field):
    """A date people know by heart. The month may be a number or a name ("Maret", "mrt").

    `future` allows dates after today; without it a later date is refused.
    """

    widget: DateBoxes

    def __init__(self, *, future: bool = False, **kwargs: Any) -> None:
        self.future = future
        super().__init__(widget=DateBoxes(), **kwargs)

    def to_python(self, value: Any) -> datetime.date | None:
        if value is None or isinstance(value, datetime.date):
            return value
        day, month, year = (str(part or "").strip() for part in value)
        if not (day or month or year):
            return None
        self._refuse_missing({"day": day, "month": month, "year": year})
        return self._assemble(self._day(day), self._month(month), self._year(year))

    def _refuse_missing(self, parts: Mapping[str, str]) -> None:
        missing = [part for part, text in parts.items() if not text]
        if not missing:
            return
        one = {
            "day": gettext("Fill in the day too."),
            "month": gettext("Fill in the month too."),
            "year": gettext("Fill in the year too."),
        }
        message = one[missing[0]] if len(missing) == 1 else gettext("Fill in day, month and year.")
        raise self._wrong(message, *missing)

    def _day(self, text: str) -> int:
        if re.fullmatch(r"[0-9]{1,2}", text) and 1 <= int(text) <= 31:
            return int(text)
        raise self._wrong(gettext("The day must be a number from 1 to 31."), "day")

    def _month(self, text: str) -> int:
        if month := month_number(text):
            return month
        raise self._wrong(gettext("The month must be 1 to 12, or its name. Example: March."), "month")

    def _year(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{4}", text):
            raise self._wrong(gettext("The year must have 4 digits. Example: 1962."), "year")
        if int(text) < EARLIEST_YEAR:
            raise self._wrong(gettext("Check the year again. It is too long ago."), "year")
        return int(text)

    def _assemble(self, day: int, month: int, year: int) -> datetime.date:
        days = calendar.monthrange(year, month)[1]
        if day > days:
            message = gettext("That month has only %(days)d days. Check the day again.") % {"days": days}
            raise self._wrong(message, "day")
        date = datetime.date(year, month, day)
        if not self.future and date > timezone.localdate():
            raise self._wrong(gettext("This date has not come yet. Check the year again."), "year")
        return date

    def _wrong(self, message: str, *parts: str) -> forms.ValidationError:
        self.widget.wrong = frozenset(parts)
        return forms.ValidationError(message, code=parts[0])


def month_number(text: str) -> int | None:
    """1 to 12 for `3`, `03`, `Maret`, `mar`, `mrt`, `March`; None when it is no month."""
    text = text.strip().rstrip(".").lower()
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text) if 1 <= int(text) <= 12 else None
    hits = [i for i, names in enumerate(_MONTHS, start=1) if any(_short_for(text, name) for name in names)]
    return hits[0] if len(hits) == 1 else None


def _short_for(text: str, name: str) -> bool:
    return text == name or (len(text) >= 3 and name.startswith(text))


class PhotoField(forms.FileField):
    """A photograph as uploaded. Only the size is checked here: the service looks at the content."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("There is no photo yet. Take one or choose one."),
        "empty": _("The file is empty. Take the photo again."),
        "too_big": _("The photo is too big: %(size)s MB. The most is %(limit)s MB."),
    }

    def __init__(self, *, camera: str = "", max_bytes: int = PHOTO_MAX_BYTES, **kwargs: Any) -> None:
        self.max_bytes = max_bytes
        super().__init__(widget=PhotoInput(camera=camera), **kwargs)

    def to_python(self, data: "File[Any] | None") -> "File[Any] | None":
        file = super().to_python(data)
        if file is not None and (file.size or 0) > self.max_bytes:
            sizes = {"size": -(-(file.size or 0) // 1_000_000), "limit": self.max_bytes // 1_000_000}
            raise forms.ValidationError(self.error_messages["too_big"], code="too_big", params=sizes)
        return file
