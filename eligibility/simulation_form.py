"""What somebody fills in to try drafts: which ones, on which snapshot, against the rules of which day."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eligibility import permissions, simulation_page
from eligibility.models import Snapshot
from eligibility.rules.document import RuleDocument
from eligibility.rules.reading import DocumentError, Problem
from eligibility.rules.source import read_document
from eligibility.services.simulations import MOST_DRAFTS, Ground
from eligibility.simulating import Draft
from perlinsos.accounts.models import User
from perlinsos.core.forms import CardCheckboxes, CardRadios, PortalForm
from perlinsos.core.templatetags.portal import tanggal_jam
from perlinsos.regions.models import Area

NEW = "baru:"
FIRST_DAY, TODAY, THAT_DAY = "awal", "kini", "dulu"
MOST_SHOWN = 5  # problems of one draft


class SimulationForm(PortalForm):
    """Valid, it has `drafts`, their `documents`, the `ground`, and for a look in advance the `district`."""

    potret = forms.ChoiceField(
        label=_("Snapshot"), help_text=_("What was known of every decided family at one moment.")
    )
    rancangan = forms.MultipleChoiceField(label=_("Drafts"), required=False, widget=CardCheckboxes)
    teks = forms.CharField(
        label=_("Draft as text"),
        help_text=_("A whole rule document, as in the rule files. It is not saved as a draft."),
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    aturan = forms.ChoiceField(
        label=_("Compared with the rules in force"),
        widget=CardRadios,
        initial=FIRST_DAY,
        choices=[
            (FIRST_DAY, _("On the first day of the draft")),
            (TODAY, _("Today")),
            (THAT_DAY, _("On the day of the snapshot")),
        ],
    )
    kecamatan = forms.ChoiceField(label=_("District, for a quick look"), required=False)

    def __init__(
        self, *args: Any, by: User, is_preview: bool = False, month: date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._is_preview = is_preview
        found = simulation_page.snapshots(by, month=month, chosen=_key(self.data.get("potret", "")))
        self._snapshots = {str(row.public_id): row for row in found}
        self._regencies = {row.code: row for row in simulation_page.regencies(by)}
        self._drafts = {str(row.public_id): row for row in simulation_page.drafts(by)}
        self._districts = {row.code: row for row in simulation_page.districts(self._snapshots.values())}
        self._choose("potret", [*map(_snapshot, self._snapshots.values()), *map(_new, self._regencies.values())])
        self._choose("rancangan", [(key, f"{row.title} ({row.programme})") for key, row in self._drafts.items()])
        places = [(code, f"{row}, {row.parent}") for code, row in self._districts.items()]
        self._choose("kecamatan", [("", gettext("No district")), *places])
        if not self._drafts:
            del self.fields["rancangan"]
        if not permissions.can_read_cases(by):
            del self.fields["teks"]
            self.fields["kecamatan"].help_text = gettext("For drafts that are proposed: their text cannot change.")

    @property
    def ground(self) -> Ground:
        chosen = self.cleaned_data["potret"]
        snapshot = self._snapshots.get(chosen)
        area = snapshot.area if snapshot else self._regencies[chosen.removeprefix(NEW)]
        return Ground(area, self._rules_on(snapshot), snapshot)

    def _rules_on(self, snapshot: Snapshot | None) -> date:
        chosen, today = self.cleaned_data["aturan"], timezone.localdate()
        if chosen == FIRST_DAY:  # of the last one to begin; a text of the past is tried as if it began now
            return max(today, *(document.valid_from for document in self.documents))
        return timezone.localdate(snapshot.taken_at) if snapshot and chosen == THAT_DAY else today

    @property
    def district(self) -> Area:
        return self._districts[self.cleaned_data["kecamatan"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.drafts: list[Draft] = []
        self.documents: list[RuleDocument] = []
        for key in cleaned.get("rancangan") or []:
            row = self._drafts[key]
            self._read("rancangan", Draft(row.title, row.text, row))
        if (cleaned.get("teks") or "").strip():
            self._read("teks", Draft(gettext("Draft as text"), cleaned["teks"]))
        if not self.errors and not 1 <= len(self.drafts) <= MOST_DRAFTS:
            self.add_error(None, gettext("Choose one to %(most)d drafts.") % {"most": MOST_DRAFTS})
        if self._is_preview:
            self._check_preview(cleaned)
        return cleaned

    def _read(self, field: str, draft: Draft) -> None:
        try:
            self.documents.append(read_document(draft.text)[1])
            self.drafts.append(draft)
        except DocumentError as error:
            shown = list(map(partial(_sentence, draft.title), error.problems[:MOST_SHOWN]))
            if len(error.problems) > MOST_SHOWN:
                more = {"count": len(error.problems) - MOST_SHOWN}
                shown.append(gettext("And %(count)d more places.") % more)
            self.add_error(field, forms.ValidationError(shown))

    def _check_preview(self, cleaned: dict[str, Any]) -> None:
        snapshot = self._snapshots.get(cleaned.get("potret") or "")
        district = self._districts.get(cleaned.get("kecamatan") or "")
        if snapshot is None and "potret" in cleaned:
            self.add_error("potret", gettext("A quick look needs a snapshot that is there already."))
        elif district is None:
            self.add_error("kecamatan", gettext("Choose the district to look at."))
        elif snapshot is not None and not district.code.startswith(f"{snapshot.area_id}."):
            self.add_error("kecamatan", gettext("This district is not in the snapshot."))

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        field.choices = choices


def _key(chosen: str) -> str:
    """The public id that was chosen; empty where it is none."""
    try:
        return str(UUID(chosen))
    except ValueError:
        return ""


def _snapshot(snapshot: Snapshot) -> tuple[str, str]:
    words = {"area": snapshot.area, "date": tanggal_jam(snapshot.taken_at), "count": f"{snapshot.families:,}"}
    words["count"] = str(words["count"]).replace(",", ".")
    return str(snapshot.public_id), gettext("%(area)s, %(date)s, %(count)s families") % words


def _new(area: Area) -> tuple[str, str]:
    return f"{NEW}{area.code}", gettext("%(area)s: take a new one now") % {"area": area}


def _sentence(title: str, problem: Problem) -> str:
    said = {"title": title, "message": gettext(problem.message) % problem.params}
    if problem.place is None:
        return gettext("%(title)s: %(message)s") % said
    said |= {"line": str(problem.place.line), "column": str(problem.place.column)}
    return gettext("%(title)s, line %(line)s, column %(column)s: %(message)s") % said
