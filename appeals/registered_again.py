"""An objection that is not answered keeps a registration going. Named in the settings, for enrolment."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from appeals.models import Appeal
from enrollment.ended import Hold


def holds() -> list[Hold]:
    pending = Appeal.objects.pending().filter(application=OuterRef("pk"))
    words = _("Your objection is not answered yet. Please wait for the answer.")
    return [Hold("objection", Exists(pending), words)]
