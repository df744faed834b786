"""A simulation as people read it: names for codes, units for numbers, and what may be chosen to start one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility.enums import DraftState
from eligibility.models import Programme, RuleDraft, Simulation, Snapshot
from eligibility.models.simulations import SIMULATORS
from eligibility.presenters import label, language
from eligibility.rules.catalogue import fact_type
from eligibility.rules.wording import quantity
from eligibility.simulations.tally import OLDEST, UNKNOWN
from enrollment.enums import Sex
from perlinsos.accounts import scoping
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area, Level, Parameter

SHOWN_SNAPSHOTS = 12
HIDDEN: dict[str, None] = dict.fromkeys(("receive", "wait", "tied", "contested", "rupiah"))
SHOWN_OF_MONTHS = 60  # five years of one regency


# --- what may be chosen ---------------------------------------------------------------------------
def regencies(user: User) -> QuerySet[Area]:
    """Where a simulation may take a new snapshot: regencies that take part, in the areas of the user."""
    inside = scoping.NOTHING
    for code in scoping.area_codes(user, roles=SIMULATORS):
        inside |= Q(code__startswith=code)
    served = Parameter.objects.in_force().filter(name=Parameter.Name.SERVED, value=True)
    return Area.objects.filter(inside, level=Level.REGENCY, code__in=served.values("area_id"))


def snapshots(user: User, *, month: date | None = None, chosen: str = "") -> list[Snapshot]:
    """Snapshots of the user's areas to choose from, newest first.

    The latest, and of older ones the last of each month; of one `month` all of them. The one that was
    `chosen` is among them, whichever month it is of.
    """
    known = Snapshot.objects.visible_to(user).select_related("area").annotate(of_month=TruncMonth("taken_at"))
    if month is not None:
        shown = list(
            known.filter(taken_at__year=month.year, taken_at__month=month.month).order_by("-taken_at")[:SHOWN_OF_MONTHS]
        )
    else:
        latest = list(known.order_by("-taken_at")[:SHOWN_SNAPSHOTS])
        is_later = Q(taken_at__gt=OuterRef("taken_at")) | Q(taken_at=OuterRef("taken_at"), pk__gt=OuterRef("pk"))
        later = Snapshot.objects.filter(is_later, area=OuterRef("area"), families__gt=0)
        later = later.annotate(same_month=TruncMonth("taken_at")).filter(same_month=OuterRef("of_month"))
        older = known.exclude(pk__in=[one.pk for one in latest]).filter(~Exists(later)).order_by("-taken_at")
        shown = [*latest, *older[:SHOWN_OF_MONTHS]]
    if chosen and chosen not in {str(one.public_id) for one in shown}:
        shown += known.filter(public_id=chosen)
    return shown


def months(user: User) -> list[date]:
    """The months that have snapshots, newest first."""
    known = Snapshot.objects.visible_to(user).annotate(of_month=TruncMonth("taken_at")).order_by("-of_month")
    found = known.values_list("of_month", flat=True).distinct()[:SHOWN_OF_MONTHS]
    return [timezone.localdate(instant) for instant in found]


def asked_month(text: str) -> date | None:
    """`2026-03` as its first day; None for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no time zone
    except ValueError:
        return None


def districts(known: Iterable[Snapshot]) -> QuerySet[Area]:
    inside = scoping.NOTHING
    for code in {snapshot.area_id for snapshot in known}:
        inside |= Q(code__startswith=f"{code}.")
    return Area.objects.filter(inside, level=Level.DISTRICT).select_related("parent").order_by("name")


def drafts(user: User) -> QuerySet[RuleDraft]:
    """Open drafts the user may read, and those proposed to everybody's judgement: their numbers, not their text."""
    own = RuleDraft.objects.visible_to(user).values("pk")
    may_try = Q(pk__in=own) | Q(state=DraftState.PROPOSED)
    return RuleDraft.objects.open().filter(may_try).select_related("programme").order_by("-pk")


# --- what came out --------------------------------------------------------------------------------
def context(report: Mapping[str, Any], titles: Sequence[str]) -> dict[str, Any]:
    """What the templates of a result read, in a fixed number of queries."""
    names = dict(Programme.objects.values_list("code", "name"))
    codes = {row["group"] for row in _rows(report) if "." in row["group"]}
    areas = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    return {
        "families": report["families"],
        "sample": report["sample"],
        "outlooks": [
            {
                "title": title,
                "effects": [_effect(effect, names, areas) for effect in outlook["effects"]],
                "overlaps": [_overlap(overlap, names) for overlap in outlook["overlaps"]],
            }
            for title, outlook in zip(titles, report["drafts"], strict=True)
        ],
    }


def titles(simulation: Simulation) -> list[str]:
    return [draft.title for draft in simulation.drafts.all()]


def _rows(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for outlook in report["drafts"]:
        for effect in outlook["effects"]:
            for table in effect["tables"]:
                yield from table["rows"]


def _effect(effect: Mapping[str, Any], names: Mapping[str, str], areas: Mapping[str, str]) -> dict[str, Any]:
    paid, due = effect["paid"], effect["due"]
    return {
        **effect,
        "name": names.get(effect["programme"], effect["programme"].upper()),
        "difference": None if paid is None or due is None else due - paid,
        "tables": [
            {
                "title": _dimension(table["dimension"]),
                "rows": [{**row, "name": _group(table["dimension"], row["group"], areas)} for row in table["rows"]],
            }
            for table in effect["tables"]
        ],
        "reordered": effect.get("reordered", 0),  # results of earlier ways of reckoning do not have these
        "places": effect.get("places"),
        "placed": [
            (_("Rules in force"), effect.get("places_before") or HIDDEN),
            (_("Draft"), effect.get("places_after") or HIDDEN),
        ],
        "lines": [_line(line) for line in effect["near_after"]["each"]],
        "checks": [
            (_("Rules in force"), _checked(effect["checked_before"])),
            (_("Draft"), _checked(effect["checked_after"])),
        ],
    }


def _dimension(code: str) -> str:
    titles = {
        "district": _("District"),
        "head_sex": _("Sex of the head"),
        "head_age": _("Age of the head"),
        "disability": _("Severe disability in the family"),
        "decile": _("Decile"),
    }
    return titles[code]


def _group(dimension: str, code: str, areas: Mapping[str, str]) -> str:
    if code == UNKNOWN:
        return _("Not recorded")
    if dimension == "head_age":
        first, last = code.split("-")
        if code == OLDEST:
            return _("%(first)s years and older") % {"first": first}
        return _("%(first)s to %(last)s years") % {"first": first, "last": last}
    words: dict[tuple[str, str], str] = {
        ("head_sex", Sex.MALE): str(Sex.MALE.label),
        ("head_sex", Sex.FEMALE): str(Sex.FEMALE.label),
        ("disability", "yes"): _("Yes"),
        ("disability", "no"): _("No"),
    }
    if dimension == "decile":
        return _("Decile %(number)s") % {"number": code}
    return words.get((dimension, code)) or areas.get(code, code)


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    kind, spoken = fact_type(line["fact"]), language()
    limits = " – ".join(quantity(limit, kind.unit, spoken) for limit in line["limits"])
    return {**line, "name": label(kind), "limit": limits}


def _checked(checked: Mapping[str, Any]) -> dict[str, Any]:
    return {"leakage": _share(checked["leakage"]), "missed": _share(checked["missed"]), "open": checked["open"]}


def _share(share: Mapping[str, Any]) -> dict[str, Any]:
    """The share in percent, with its interval; None where too few families were checked."""
    if share["hits"] is None:
        return {"n": share["n"], "percent": None}
    percent = 100 * share["hits"] / share["n"]
    return {"n": share["n"], "percent": percent, "low": share["low"] / 10, "high": share["high"] / 10}


def _overlap(overlap: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {**overlap, "names": [names.get(code, code.upper()) for code in overlap["programmes"]]}
