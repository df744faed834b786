from django.http import HttpRequest

from perlinsos.accounts.models import User


class UserRequest(HttpRequest):
    """A request behind the sign-in wall (LoginRequiredMiddleware): there is a user."""

    user: User
