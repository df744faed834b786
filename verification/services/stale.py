"""Facts that have grown too old to be believed: their sources are asked again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import audit
from verification.connectors import CONNECTORS
from verification.enums import RequestState
from verification.models import Fact, SourceRequest
from verification.models.sources import SourceRequestQuerySet

# A source whose own copy is old says the same again: once a day is often enough.
ASK_AGAIN_AFTER = timedelta(days=1)
OPEN = (ApplicationState.MATCHING, ApplicationState.DECIDED)
AT_ONCE = 500


@transaction.atomic
def ask_stale_again() -> int:
    """Make questions due whose answers are older than their source's `max_age`; how many. For the sweep.

    Of cases that are not announced yet; what is announced changes by appeal only.
    """
    answered_before = timezone.now() - ASK_AGAIN_AFTER
    count = 0
    for source in CONNECTORS:
        said = _said(source)
        found = said.filter(_is_old(source), answered_at__lt=answered_before, application__state__in=OPEN)
        found = found.order_by("pk")
        ids = list(found.values_list("pk", flat=True)[:AT_ONCE])
        count += said.filter(pk__in=ids).update(state=RequestState.DUE, due_at=timezone.now())
    return count


@transaction.atomic
def ask_anew(application: Application, *, by: User) -> list[str]:
    """Make due the questions about one family whose facts are too old; their sources.

    For an officer who looks at the data of a family again, also after the announcement. A source that
    the family no longer agrees to is parked by whoever would ask it.
    """
    asked = []
    for source in CONNECTORS:
        here = _said(source).filter(_is_old(source), application=application)
        if here.update(state=RequestState.DUE, due_at=timezone.now()):
            asked.append(str(source))
    audit.record("verification.source.asked_anew", subject=application, by=by, sources=asked)
    return asked


def _said(source: str) -> SourceRequestQuerySet:
    return SourceRequest.objects.matching().filter(source=source, state=RequestState.ANSWERED)


def _is_old(source: str) -> Exists:
    oldest = timezone.localdate() - CONNECTORS[source].max_age
    current = Fact.objects.current().filter(family=OuterRef("application__family"), source=OuterRef("source"))
    return Exists(current.filter(as_of__lt=oldest))
