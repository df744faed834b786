"""What somebody can do whose photograph did not show who it is. Reads only."""

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from enrollment.enums import Step
from enrollment.models import Application
from enrollment.permissions import can_add_photo
from perlinsos.accounts.models import User
from verification.permissions import can_ask_to_meet


def ways_to_show_who_it_is(application: Application, viewer: User | AnonymousUser) -> dict[str, str | bool]:
    """`photo_url`, where a new photograph is taken, or empty; `may_ask_to_meet`. Nothing for who is not signed in."""
    if not isinstance(viewer, User):
        return {"photo_url": "", "may_ask_to_meet": False}
    mine = application.owner_id == viewer.pk
    photo = ("application-step", [Step.PHOTO]) if mine else ("assisted-step", [application.public_id, Step.PHOTO])
    return {
        "photo_url": reverse(photo[0], args=photo[1]) if can_add_photo(viewer, application) else "",
        "may_ask_to_meet": can_ask_to_meet(viewer, application),
    }
