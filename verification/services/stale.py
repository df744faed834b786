"""Facts that have grown too old to be believed: their sources are asked again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from enrollment.enums import ApplicationState
from verification.connectors import CONNECTORS
from verification.enums import RequestState
from verification.models import Fact, SourceRequest

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
    for source, connector in CONNECTORS.items():
        oldest = timezone.localdate() - connector.max_age
        old = Fact.objects.current().filter(
            family=OuterRef("application__family"), source=OuterRef("source"), as_of__lt=oldest
        )
        said = SourceRequest.objects.matching().filter(source=source, state=RequestState.ANSWERED)
        found = said.filter(Exists(old), answered_at__lt=answered_before, application__state__in=OPEN).order_by("pk")
        ids = list(found.values_list("pk", flat=True)[:AT_ONCE])
        count += said.filter(pk__in=ids).update(state=RequestState.DUE, due_at=timezone.now())
    return count
