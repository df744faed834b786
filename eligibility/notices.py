"""What a family is told about its decision and its place: plain words, no link, no secret on a strange phone."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from eligibility import told
from eligibility.documents import document_of
from eligibility.enums import BatchState, Outcome, Placement
from eligibility.models import Departure, Determination, RankedEntry
from eligibility.presenters import bars, language, parameter_label
from eligibility.replaying import differing
from eligibility.rules.catalogue import fact_type
from eligibility.rules.wording import grouped
from enrollment.enums import PhoneOwner
from enrollment.models import Application
from perlinsos.messages.services import tell

NAMED = 3  # changes a message names


def tell_decided(application: Application, determinations: Iterable[Determination]) -> None:
    """The outcome is there at once; money only comes with the announcement, and the text says so."""
    made = list(determinations)
    with override(application.language):
        lines = [
            line
            for determination in made
            for line in (
                _changed_line(determination),
                _decided_line(determination),
                *bars(determination),
                _amount_line(determination),
            )
        ]
        closing = _("Money is only paid after the official announcement. The reasons are on your status page.")
        is_turned = any(one.changes_amount or _is_turned(one) for one in made)
        tell_family(
            application,
            key=f"decided:{max(determination.pk for determination in made)}",
            title=_("The decision about your family changed") if is_turned else _("Your data has been checked"),
            body=" ".join([*filter(None, lines), closing]),
        )


def ask_to_tell_again(application: Application, *, until: date) -> None:
    """What only the family knows counts `until` a day, or does no longer: it is asked to look at it."""
    with override(application.language):
        if until < timezone.localdate():
            what = _("Some of what you told us about your family is too old to count. Please look at it again.")
        else:
            what = _(
                "Some of what you told us about your family is soon too old to count. Please confirm it by %(date)s."
            ) % {"date": date_format(until, "j F Y")}
        where = (
            _("You can do so with the agent who registered you or at the village office.")
            if application.assisted_by_id
            else _("You can do so on your status page or at the village office.")
        )
        key, title = told.key_of(application), _("Is this still true?")
        tell_family(application, key=key, title=title, body=f"{what} {where}")


def tell_place(place: RankedEntry, *, number: int | None = None) -> None:
    """The place of one family in a ranking of an announced batch, with its `number` if it waits."""
    application, ranking = place.entry.application, place.ranking
    with override(application.language):
        names: dict[str, Any] = {
            "programme": ranking.batch.programme,
            "position": place.position,
            "number": number,
            "places": ranking.places,
            "quota": ranking.batch.quota.places,
            "rupiah": grouped(place.determination.amount_per_year, "id"),
        }
        if place.placement == Placement.LEFT:
            departure = Departure.objects.effective().get(entry=place.entry_id)
            names["reason"] = departure.get_reason_display()
        title, body = _place_texts(place.placement, may_object=ranking.batch.state != BatchState.FINAL)
        if place.placement == Placement.LAPSED:
            body = " ".join([body, _what_follows(place)])
        tell_family(application, key=f"ranked:{ranking.pk}:{place.entry_id}", title=title % names, body=body % names)


def _changed_line(determination: Determination) -> str:
    """What is different since the decision before: the rules, a limit, or data about the family."""
    old = determination.supersedes
    if old is None:
        return ""
    names: dict[str, Any] = {"programme": determination.programme}
    if old.rule_set_id != determination.rule_set_id:
        return _("The rules of %(programme)s changed.") % names
    limits = differing(old.parameters, determination.parameters)
    if limits:
        document = document_of(determination.rule_set)
        names["limits"] = ", ".join(parameter_label(name, document) for name in limits[:NAMED])
        return _("%(programme)s: a limit in your area changed (%(limits)s).") % names
    facts = [fact_type(name).label(language()) for name in differing(old.facts, determination.facts)[:NAMED]]
    names["data"] = ", ".join(facts)
    return _("%(programme)s: data about your family changed (%(data)s).") % names if facts else ""


def _decided_line(determination: Determination) -> str:
    names = {"programme": determination.programme}
    if determination.outcome == Outcome.ELIGIBLE:
        return _("%(programme)s: your family fits the conditions.") % names
    if determination.outcome == Outcome.NOT_ELIGIBLE:
        failed = sum(row["result"] == "not_met" for row in determination.trace)
        return ngettext(
            "%(programme)s: not possible yet, %(failed)d condition is not met.",
            "%(programme)s: not possible yet, %(failed)d conditions are not met.",
            failed,
        ) % {**names, "failed": failed}
    return _("%(programme)s: some data is not known yet, an officer checks it.") % names


def _is_turned(determination: Determination) -> bool:
    return determination.supersedes is not None and determination.supersedes.outcome != determination.outcome


def _amount_line(determination: Determination) -> str:
    old = determination.supersedes
    if old is None or not determination.changes_amount:
        return ""
    before, now = grouped(old.amount_per_year, "id"), grouped(determination.amount_per_year, "id")
    names = {"programme": determination.programme, "before": before, "now": now}
    return _("%(programme)s: the assistance changes from Rp%(before)s to Rp%(now)s a year.") % names


def _place_texts(placement: str, *, may_object: bool) -> tuple[str, str]:
    reason = _("Your family cannot receive %(programme)s yet. The reason is on your status page.")
    texts: dict[Any, tuple[str, str]] = {
        Placement.FUNDED: (
            _("Your family will receive %(programme)s"),
            _("Your family will receive %(programme)s: Rp%(rupiah)s a year. Place %(position)d of %(places)d."),
        ),
        Placement.WAITING: (
            _("Your family is on the waiting list of %(programme)s"),
            _("Your family fits %(programme)s, but all %(quota)d places are taken. Waiting list: number %(number)d."),
        ),
        Placement.NOT_ELIGIBLE: (
            _("Your family cannot receive %(programme)s yet"),
            " ".join([reason, _("You may object.") if may_object else _("If it is wrong, tell the village office.")]),
        ),
        Placement.LEFT: (
            _("Your family no longer takes part in %(programme)s"),
            _("%(programme)s ends for your family. Reason: %(reason)s. If this is wrong, tell the village office."),
        ),
        Placement.LAPSED: (
            _("The waiting list of %(programme)s has ended"),
            _("The period of the %(quota)d places of %(programme)s is over, and none came free for your family."),
        ),
    }
    return texts[placement]


def _what_follows(place: RankedEntry) -> str:
    """After a wait that ended: the next announcement, unless it does not collect the family."""
    programme = place.ranking.batch.programme
    if Determination.objects.to_announce(programme).filter(application=place.entry.application_id).exists():
        return _("You need not register again: your family takes part in the next announcement by itself.")
    return _("Your family does not take part in the next announcement by itself. Ask at the village office.")


def tell_family(application: Application, *, key: str, title: str, body: str) -> None:
    """Tell a family, in its language already; on a neighbour's phone no more than that there is news."""
    if application.phone_owner == PhoneOwner.NEIGHBOUR:
        title = _("There is news for you")
        body = _("There is news about application %(reference)s. Ask at the village office.") % {
            "reference": application.reference
        }
    tell(application, key=key, title=title, body=body, address=application.phone or "")
