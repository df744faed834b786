"""How the answers of a form are shown: templates in `templates/components/widgets/`."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.widgets import Script
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Hints = Mapping[str, str | Promise] | None
Icons = Mapping[str, str] | None

PHOTO_TYPES = "image/jpeg,image/png,image/webp"  # an iPhone turns HEIC into JPEG when it reads this list
_CAMERA: list[Any] = [Script("js/camera.js", type="module")]


class DigitsInput(forms.TextInput):
    """One box for a long number: numeric keyboard, no autofill, live count through `portal.js`."""

    template_name = "components/widgets/digits.html"

    def __init__(self, *, low: int, high: int, attrs: Mapping[str, Any] | None = None) -> None:
        self.low, self.high = low, high
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return {**context, "low": self.low, "high": self.high, "exact": self.low == self.high}


class DateBoxes(forms.MultiWidget):
    """Day, month and year as three text boxes (`name_day`, `name_month`, `name_year`)."""

    template_name = "components/widgets/date_boxes.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        self.wrong: frozenset[str] = frozenset()  # the boxes to mark; set by the field, which owns this copy
        number = {"inputmode": "numeric", "autocomplete": "off"}
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            "day": forms.TextInput(number),
            "month": forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
            "year": forms.TextInput(number),
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[Any]:
        return [value.day, value.month, value.year] if isinstance(value, datetime.date) else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        invalid = context["widget"]["attrs"].get("aria-invalid")
        labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
        for (part, label), box in zip(labels.items(), context["widget"]["subwidgets"], strict=True):
            box["part"], box["label"] = part, label
            box["attrs"]["aria-invalid"] = "true" if invalid and part in (self.wrong or labels) else False
        return context

    @property
    def first_wrong(self) -> int:
        """Index of the box the error summary should lead to."""
        return next((i for i, part in enumerate(("day", "month", "year")) if part in self.wrong), 0)


class PhotoInput(forms.FileInput):
    """A photograph: the phone's own chooser without JavaScript, the in-page camera with it.

    `camera` is `"user"` (face, with an oval guide), `"environment"` (things) or empty (chooser only).
    """

    template_name = "components/widgets/photo.html"

    def __init__(self, *, camera: str = "", attrs: Mapping[str, Any] | None = None) -> None:
        self.camera = camera
        capture = {"capture": "user"} if camera == "user" else {}
        super().__init__({"accept": PHOTO_TYPES, "data-ps-shrink": "1280", **capture, **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "camera": self.camera}

    @property
    def media(self) -> forms.Media:
        return forms.Media(js=_CAMERA if self.camera else [])


class _Cards(forms.widgets.ChoiceWidget):
    """Answers as big cards. `hints` and `icons` map a value to a second line and a pictogram."""

    template_name = "components/widgets/cards.html"

    def __init__(self, *, hints: Hints = None, icons: Icons = None, **kwargs: Any) -> None:
        self.hints, self.icons = hints or {}, icons or {}
        super().__init__(**kwargs)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "hint": self.hints.get(str(value), ""), "icon": self.icons.get(str(value), "")}


class CardRadios(_Cards, forms.RadioSelect):
    """One answer of a few."""

    template_name = "components/widgets/cards.html"


class CardCheckboxes(_Cards, forms.CheckboxSelectMultiple):
    """Any of a few."""

    template_name = "components/widgets/cards.html"
