"""How often a source is called: never more than agreed in any second, by all workers of all machines together."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, QuerySet, Subquery, Value
from django.db.models.functions import Now

from verification.connectors import arrangements
from verification.models import SourceTurn

SECOND = timedelta(seconds=1)
# A worker that died in a call gives nothing back. Longer than any call, fetching a token included.
LEASE = timedelta(seconds=60)


@transaction.atomic(savepoint=False)
def take(source: str, *, is_urgent: bool = False) -> bool:
    """Take one of the turns of this second; False when all are taken. For workers, before each call.

    A fifth is kept for urgent questions: for people who sit before a form.
    """
    most = arrangements.of(source).per_second
    usable = most if is_urgent else max(1, most - most // 5)
    if _take(source, usable):
        return True
    if SourceTurn.objects.filter(source=source, number__lt=most).count() < most:
        turns = [SourceTurn(source=source, number=number) for number in range(most)]
        SourceTurn.objects.bulk_create(turns, ignore_conflicts=True)
    return _take(source, usable)  # made now, or by another worker since the first look


@transaction.atomic(savepoint=False)
def give_back(source: str, *, was_called: bool = True) -> None:
    """The call was answered, or not made after all: its turn is free a second from now, or now. For workers.

    After a time-out it stays taken until its lease ends: the source may still be busy with the call.
    Turns are all alike: of a call that was made the one whose lease ends first goes, so that what is
    left lasts long enough for the others; of one that was not, the newest.
    """
    busy = SourceTurn.objects.select_for_update(skip_locked=True).filter(source=source, is_busy=True)
    rest = SECOND if was_called else timedelta()
    _first(busy.order_by("free_at" if was_called else "-free_at")).update(is_busy=False, free_at=_from_now(rest))


def _take(source: str, usable: int) -> bool:
    free = SourceTurn.objects.select_for_update(skip_locked=True).filter(source=source, free_at__lte=Now())
    first = _first(free.filter(number__lt=usable).order_by("number"))
    return bool(first.update(is_busy=True, free_at=_from_now(LEASE)))


def _first(turns: QuerySet[SourceTurn]) -> QuerySet[SourceTurn]:
    """The first of these turns nobody else holds, locked by the statement that changes it."""
    return SourceTurn.objects.filter(pk=Subquery(turns.values("pk")[:1]))


def _from_now(wait: timedelta) -> "ExpressionWrapper[Any]":
    """On the database's clock, which all workers share."""
    return ExpressionWrapper(Now() + Value(wait), output_field=DateTimeField())
