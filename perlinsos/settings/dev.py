"""A developer's or trainer's machine: embedded servers, the ministry sandbox, mail on the console."""

from perlinsos.settings.base import *  # noqa: F403 - settings are names of this module
from perlinsos.settings.base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "perlinsos.demo"]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEMO = True
