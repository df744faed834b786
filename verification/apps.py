from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    name = "verification"
    verbose_name = _("Verification")

    def ready(self) -> None:
        """A source that is misspelt in the settings would silently go without its protection."""
        from verification.connectors import arrangements
        from verification.enums import Source

        if unknown := sorted(arrangements.named() - {*Source.values, arrangements.CORRECTIONS}):
            raise ImproperlyConfigured(f"{', '.join(unknown)} is no source (settings SOURCES_…)")
