"""What the views share."""

from django.http import HttpRequest

from perlinsos.accounts.models import User


class UserRequest(HttpRequest):
    """A request behind the sign-in wall."""

    user: User
