from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "perlinsos.messages"
    label = "notices"  # django.contrib has taken `messages`
    verbose_name = _("Messages")
