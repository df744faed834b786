"""Which applications news may still decide anew, for the layer that asks the sources."""

from django.db.models import Exists, OuterRef

from eligibility.models import Determination


def application(path: str = "pk") -> Exists:
    """Whether it was decided in a programme that is not announced to the family and runs where it lives.

    Also where it may not be announced yet: a wait ends, and news may show that the time limit does not bind
    the family. `path` leads to the application.
    """
    decided = Determination.objects.current().unannounced().where_they_run()
    return Exists(decided.filter(application=OuterRef(path)))
