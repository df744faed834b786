from django.db import models
from django.utils.translation import gettext_lazy as _


class UserKind(models.TextChoices):
    CITIZEN = "citizen", _("Citizen")
    STAFF = "staff", _("Staff")
    SERVICE = "service", _("Service account")


class Role(models.TextChoices):
    """What a member may do; where is the area of the Membership. Source: docs/glossary.md."""

    AGENT = "agent", _("Perlinsos agent")
    OPERATOR = "operator", _("Village operator")
    OFFICER = "officer", _("Dinas Sosial officer")
    VERIFIER = "verifier", _("BPS verifier")
    COORDINATOR = "coordinator", _("Coordination team")
    AUDITOR = "auditor", _("Auditor")
    POLICY = "policy", _("Policy staff")
    SYSTEM = "system", _("Other system")
