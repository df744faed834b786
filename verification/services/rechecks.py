"""Looking again when a better picture comes. A re-check tells officers something; it changes nothing by itself.

Somebody whom people have confirmed stays confirmed whatever the machine says later, and somebody they
turned down is never accepted by the machine alone. Re-checks wait until nobody is waiting for a photo.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from enrollment.enums import ApplicationState
from enrollment.models import Document
from perlinsos.accounts.models import User
from perlinsos.core import audit, jobs
from verification.enums import CheckState
from verification.models import FaceCheck

ASK_AGAIN_AFTER = timedelta(days=30)  # Dukcapil takes a new photograph with a new card, so not sooner
MOST_TIMES = 3
AT_ONCE = 20
NO_PHOTOGRAPH = ("no_reference", "reference_refused", "reference_unusable")


@transaction.atomic
def open_recheck(check: FaceCheck, document: Document, *, by: User) -> FaceCheck:
    """Have the machine compare a new picture of somebody people look at, after everybody who waits."""
    return _open(check, document.pk, by=by, reason="better_picture")


@transaction.atomic
def ask_register_again(*, by: User) -> None:
    """Look again at people confirmed by hand for whom the register had no photograph: it may have one now."""
    for check in _without_photograph()[:AT_ONCE]:
        _open(check, check.picture, by=by, reason="ask_register_again")


@transaction.atomic
def sweep() -> None:
    """Wake the worker for re-checks that are due, while nobody waits for a first look."""
    due = FaceCheck.objects.due()
    if not due.filter(recheck_of=None).exists():
        for check_id in due.order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
            jobs.enqueue("verification.compare_face", face_check_id=check_id)


def _open(check: FaceCheck, document_id: int, *, by: User, reason: str) -> FaceCheck:
    recheck = FaceCheck.objects.create(application=check.application, selfie_id=document_id, recheck_of=check)
    audit.record("verification.face_check.opened", subject=recheck, by=by, reason=reason)
    return recheck


def _without_photograph() -> QuerySet[Any]:
    """Checks confirmed by hand whose last comparison found no photograph at Dukcapil, with their `picture`."""
    last = FaceCheck.objects.filter(recheck_of=OuterRef("pk")).order_by("-pk")
    kept = Document.objects.filter(pk=OuterRef("picture"), file__removed_at=None)
    confirmed = FaceCheck.objects.newest().filter(state=CheckState.CONFIRMED)
    looked = confirmed.exclude(application__state=ApplicationState.WITHDRAWN).annotate(
        last_reason=Coalesce(Subquery(last.values("reason")[:1]), "reason"),
        last_at=Coalesce(Subquery(last.values("created_at")[:1]), "settled_at"),
        picture=Coalesce(Subquery(last.values("selfie_id")[:1]), "selfie_id", output_field=BigIntegerField()),
        times=Count("rechecks"),
    )
    due = looked.filter(last_reason__in=NO_PHOTOGRAPH, last_at__lt=timezone.now() - ASK_AGAIN_AFTER)
    return due.filter(Exists(kept), times__lt=MOST_TIMES).select_related("application").order_by("last_at")
