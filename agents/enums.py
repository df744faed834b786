from django.db import models
from django.utils.translation import gettext_lazy as _


class AgentKind(models.TextChoices):
    """Who helps whom; source: reference of field roles in docs/glossary.md."""

    PKH = "pkh", _("PKH companion")
    TKSK = "tksk", _("Sub-district welfare worker (TKSK)")
    CADRE = "cadre", _("Dasa Wisma cadre")
    VILLAGE = "village", _("Village social companion")
