"""Which applications news may still decide anew, for the layer that asks the sources."""

from django.db.models import Exists, OuterRef

from eligibility.models import Determination


def application(path: str = "pk") -> Exists:
    """Whether it was decided in a programme that is not announced to the family; `path` leads to the application."""
    decided = Determination.objects.current().unannounced().filter(programme__is_active=True)
    return Exists(decided.filter(application=OuterRef(path)))
