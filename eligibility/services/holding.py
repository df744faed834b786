"""Applications are held before quotas, and by their key: two workers with the same families do not wait in a circle."""

from collections.abc import Iterable

from django.db import transaction

from enrollment.models import Application


@transaction.atomic
def hold_applications(found: Iterable[int], *, skip_locked: bool = False) -> dict[int, Application]:
    """The rows as they are now, by key, kept from others until the caller's transaction ends. For services only.

    With `skip_locked` without those that somebody else holds: for whoever holds a quota already.
    """
    rows = Application.objects.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    rows = rows.select_related("family").filter(pk__in=list(found)).order_by("pk")
    return {row.pk: row for row in rows}
