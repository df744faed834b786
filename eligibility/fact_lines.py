"""A piece of data as people read it: value, source, the day it was true, the day it came, or why it is not known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from eligibility.rules.catalogue import PROGRAMMES, Unit, fact_type
from eligibility.rules.wording import quantity
from perlinsos.core.templatetags.portal import tanggal
from verification.enums import RequestState, Source
from verification.models.sources import NO_CONSENT
from verification.provenance import Asked, Provenance


@dataclass(frozen=True)
class FactLine:
    """One piece of data behind a decision. `fact_id` may be contested; None when nothing is on record.

    `fetched_on` is the day it came, where that is another than the day it was true. `why` is said of data that
    does not count: not known, or too old.
    """

    fact: str
    label: str
    value: int | bool | None
    unit: str
    display: str
    source: str
    as_of: date | None
    is_old: bool
    fact_id: int | None
    contest_url: str
    fetched_on: date | None
    why: str


@dataclass(frozen=True)
class Lines:
    """Makes the lines of one card: in its language, with its links, and with what is known of where data came from."""

    spoken: str
    contest_url: Callable[[int], str]
    provenance: Provenance | None
    decided_at: datetime

    def line(self, used: Mapping[str, Any]) -> FactLine:
        """From an input of a trace row."""
        known = fact_type(used["fact"])
        is_known, is_old = used["value"] is not None, used.get("is_old", False)
        as_of = date.fromisoformat(used["as_of"]) if used["as_of"] else None
        fetched_on = self.provenance.fetched.get(used["fact_id"]) if self.provenance else None
        return FactLine(
            fact=known.name,
            label=known.label(self.spoken),
            value=used["value"],
            unit=used["unit"],
            display=quantity(used["value"], Unit(used["unit"]), self.spoken) if is_known else _("not known yet"),
            source=source_name(used["source"]),
            as_of=as_of,
            is_old=is_old,
            fact_id=used["fact_id"],
            contest_url=self.contest_url(used["fact_id"]) if used["fact_id"] else "",
            fetched_on=None if fetched_on == as_of else fetched_on,
            why=_too_old(used["source"], as_of) if is_old else "" if is_known else self._why_silent(used["source"]),
        )

    def kept(self, name: str, fact: Mapping[str, Any] | None) -> FactLine:
        """From a fact as a determination keeps it; None when nothing is on record."""
        known = fact_type(name)
        nothing = {"id": None, "value": None, "source": known.source, "as_of": ""}
        used = {"fact": name, "unit": known.unit.value, **(fact or nothing)}
        return self.line(used | {"fact_id": used["id"] or None})

    def _why_silent(self, source: str) -> str:
        """Whose answer is missing, and how far the question has come."""
        sentences = {
            PROGRAMMES: _("It is not decided yet."),
            Source.CITIZEN: _("The family has not said."),
            Source.GROUND_CHECK: _("No officer has noted it."),
        }
        if source in sentences:
            return sentences[source]
        name = {"source": source_name(source)}
        if self.provenance is None:
            return _("%(source)s is asked for it.") % name
        question = self.provenance.asked.get(source)
        if question is None:
            return _("%(source)s was not asked.") % name
        if question.state == RequestState.NOT_FOUND:
            return _("%(source)s has no data about the family.") % name
        if question.state != RequestState.ANSWERED or question.answered_at is None:
            return _why_waited_for(question, has_ended=self.provenance.has_ended) % name
        if question.answered_at > self.decided_at:  # of several answers this is the last: the first may be older
            return _("The last answer of %(source)s came after this was decided.") % name
        return _("%(source)s answered, but did not say this.") % name


def _why_waited_for(question: Asked, *, has_ended: bool) -> str:
    """Of a question that is open: whether it is still asked, and whether for the first time."""
    if has_ended:
        return _("%(source)s is not asked any more: this registration has ended.")
    if question.state == RequestState.PARKED and question.error == NO_CONSENT:
        return _("%(source)s is not asked: the family no longer agrees.")
    if question.answered_at is not None:
        return _("%(source)s is being asked again.")
    return _("%(source)s has not answered yet. We keep asking.")


def source_name(code: str) -> str:
    if code == PROGRAMMES:
        return _("Decision of this portal")
    return str(Source(code).label) if code in Source.values else code


def _too_old(source: str, as_of: date | None) -> str:
    """Why a value that is shown does not count."""
    return _("Data from %(source)s of %(date)s is too old.") % {"source": source_name(source), "date": tanggal(as_of)}
