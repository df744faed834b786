"""What only the family knows, said again after sending: a pregnancy does not last as long as a case may."""

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment import services as enrollment
from enrollment.answers import HomeAnswers
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from verification import openness, permissions
from verification.services import facts, readiness


@transaction.atomic
def tell_again(application: Application, *, answers: HomeAnswers, by: User) -> Application:
    """Keep what a family says of itself today; the decision follows when the case is complete.

    For the family, the agent who registered it and operators of its village. Refused with `already_announced`
    once every programme is (then an objection leads on), and `not_pregnant`.
    """
    access.ensure(permissions.can_tell_again(by, application))
    held = readiness.hold(application.pk)
    if not openness.is_open(held):
        message = _("The result is announced already. If data is wrong, you can object on your status page.")
        raise DomainError(message, code="already_announced")
    held = enrollment.answer_home_again(held, answers=answers, by=by)
    facts.record_declared(held, by=by)
    readiness.nudge_decision(held)
    return held
