"""A developer's or trainer's machine: embedded servers, the ministry sandbox, mail on the console."""

from perlinsos.settings.base import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEMO = True
