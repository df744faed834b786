"""Facts that have grown too old to be believed, or that no source knew: the sources are asked again.

Some rules believe a fact for fewer days than its source is believed otherwise. This layer does not know
rules: `settings.FRESHER_FACTS` names who does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import audit
from verification import openness
from verification.connectors import CONNECTORS
from verification.enums import RequestState
from verification.models import Fact, SourceRequest
from verification.models.sources import SourceRequestQuerySet

# A source whose own copy is old says the same again: once a day is often enough.
ASK_AGAIN_AFTER = timedelta(days=1)
# Registers are renewed (DTSEN every quarter), so that "not known" is an answer of that day only.
UNKNOWN_AGAIN_AFTER = timedelta(days=30)
AT_ONCE = 500


@dataclass(frozen=True)
class Fresher:
    """`fact` is believed for `days` only, of families of `areas` (codes; none means everywhere)."""

    fact: str
    days: int
    areas: tuple[str, ...]


@transaction.atomic
def ask_stale_again() -> int:
    """Make questions due whose answers are older than their source's `max_age`, or than rules in force believe,
    and those about families whom a source did not know a month ago. For the sweep; how many.

    Of cases that are not announced in every programme yet; what is announced changes by appeal only.
    """
    answered_before = timezone.now() - ASK_AGAIN_AFTER
    count, fresher = 0, _fresher()
    for source in CONNECTORS:
        said = _said(source)
        old = said.filter(_is_old(source, fresher), answered_at__lt=answered_before)
        count += said.filter(pk__in=_first_open(old.order_by("pk"))).ask_anew()
    return count + _ask_unknown_again()


@transaction.atomic
def ask_anew(application: Application, *, by: User) -> list[str]:
    """Make due the questions about one family whose facts are too old; their sources.

    For an officer who looks at the data of a family again, also after the announcement, and for whoever waited
    for longer than its data is believed. A source that
    the family no longer agrees to is parked by whoever would ask it.
    """
    asked, fresher = [], _fresher()
    for source in CONNECTORS:
        here = _said(source).filter(_is_old(source, fresher), application=application)
        if here.ask_anew():
            asked.append(str(source))
    audit.record("verification.source.asked_anew", subject=application, by=by, sources=asked)
    return asked


def _ask_unknown_again() -> int:
    unknown = SourceRequest.objects.matching().filter(state=RequestState.NOT_FOUND)
    long_ago = unknown.agreed().filter(answered_at__lt=timezone.now() - UNKNOWN_AGAIN_AFTER)
    return unknown.filter(pk__in=_first_open(long_ago.order_by("answered_at"))).ask_anew()


def _first_open(found: SourceRequestQuerySet) -> list[int]:
    """Those about families whom news may still decide anew, so many of each kind."""
    kinds = [found.filter(is_open) for is_open in openness.each("application__")]
    return [pk for rows in kinds for pk in rows.values_list("pk", flat=True)[:AT_ONCE]]


def _said(source: str) -> SourceRequestQuerySet:
    return SourceRequest.objects.matching().filter(source=source, state=RequestState.ANSWERED)


def _fresher() -> list[Fresher]:
    found: list[Fresher] = import_string(settings.FRESHER_FACTS)()
    return found


def _is_old(source: str, fresher: Iterable[Fresher]) -> Q:
    today = timezone.localdate()
    current = Fact.objects.current().filter(family=OuterRef("application__family"), source=OuterRef("source"))
    found = Q(Exists(current.filter(as_of__lt=today - CONNECTORS[source].max_age)))
    for one in fresher:
        if one.fact.startswith(f"{source}."):
            old = current.filter(name=one.fact, as_of__lt=today - timedelta(days=one.days))
            found |= _lives_in(one.areas) & Q(Exists(old))
    return found


def _lives_in(areas: Iterable[str]) -> Q:
    found = Q()
    for area in areas:
        found |= Q(application__village=area) | Q(application__village__code__startswith=f"{area}.")
    return found
