"""Which cases news may still decide anew. This layer knows no announcements: `settings.STILL_OPEN` names who does."""

from django.conf import settings
from django.db.models import Exists, Q
from django.utils.module_loading import import_string

from enrollment.enums import ApplicationState
from enrollment.models import Application

OPEN = (ApplicationState.MATCHING, ApplicationState.DECIDED)  # once something is announced, `STILL_OPEN` is asked


def among(path: str = "") -> Q:
    """As a condition on rows whose `path` leads to the application (`application__`), or on applications."""
    nothing, something = each(path)
    return nothing | something


def each(path: str = "") -> tuple[Q, Q]:
    """The same as two conditions: nothing is announced, or something but not everything. For sweeps, a query of each:
    joined by OR, what is announced in every programme would be looked through one by one.
    """
    still_open: Exists = import_string(settings.STILL_OPEN)(path.removesuffix("__") or "pk")
    return Q(**{f"{path}state__in": OPEN}), Q(still_open, **{f"{path}state": ApplicationState.ANNOUNCED})


def is_open(application: Application) -> bool:
    """Of one application. A query only where something is announced."""
    if application.state != ApplicationState.ANNOUNCED:
        return application.state in OPEN
    _nothing, something = each()
    return Application.objects.filter(something, pk=application.pk).exists()
