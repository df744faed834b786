from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "perlinsos.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """The kernel knows no app by name; each tells which pages of the desk are its own."""
        autodiscover_modules("desk_menu")
