from django.db import models
from django.utils.translation import gettext_lazy as _


class AgentKind(models.TextChoices):
    """Who helps whom; source: reference of field roles in docs/glossary.md."""

    PKH = "pkh", _("PKH companion")
    TKSK = "tksk", _("Sub-district welfare worker (TKSK)")
    CADRE = "cadre", _("Dasa Wisma cadre")
    VILLAGE = "village", _("Village social companion")


class PhotoObstacle(models.TextChoices):
    """Why an agent could take no photo of a face; an officer compares in person instead."""

    NOT_THERE = "not_there", _("Is not at home now")
    ILL = "ill", _("Is ill or cannot sit up")
    INJURED = "injured", _("Face is injured or bandaged")
    UNWILLING = "unwilling", _("Does not want to")
    CAMERA = "camera", _("The camera does not work")
