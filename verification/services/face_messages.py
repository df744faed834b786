"""What a family is told about its face check: what comes next, never a refusal."""

from django.db import transaction
from django.utils.translation import gettext, override

from perlinsos.messages.services import tell
from verification.models import FaceCheck


@transaction.atomic
def tell_rejected(check: FaceCheck) -> None:
    """The photograph could not show who it is: how to go on. For the service that settled the check."""
    application = check.application
    with override(application.language):
        tell(
            application,
            key=f"face-rejected:{check.pk}",
            title=gettext("We need to meet you"),
            body=gettext(
                "We could not yet make sure with the photo that it is you. Your registration stays. "
                "Take a new photo, or ask for a meeting, on the page of your registration. "
                "Or bring your identity card to the village office. This is free."
            ),
            address=application.phone or "",
        )


@transaction.atomic
def tell_visit(check: FaceCheck) -> None:
    """Somebody will come. For the service that asks for the visit."""
    application = check.application
    with override(application.language):
        tell(
            application,
            key=f"face-visit:{check.pk}",
            title=gettext("A village agent will visit you"),
            body=gettext(
                "The agent looks at your identity card and your face. Have your KTP and family card ready. "
                "This is free."
            ),
            address=application.phone or "",
        )
