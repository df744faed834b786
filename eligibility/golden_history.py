"""What was done with a golden family, for the page on which it is edited."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility.models import GoldenFamily
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent


def changes_of(family: GoldenFamily) -> list[tuple[str, str, str, str]]:
    """What was done with a family, the newest first: when, who, what, and before and after."""
    told = {
        "eligibility.golden_family.added": _("added"),
        "eligibility.golden_family.changed": _("changed"),
        "eligibility.golden_family.retired": _("retired"),
        "eligibility.golden_family.restored": _("restored"),
    }
    events = AuditEvent.objects.filter(subject_type=family._meta.label_lower, subject_id=family.pk, action__in=told)
    return [
        (_moment(event.at), _who(event.actor), told[event.action], "; ".join(_changes(event.data)))
        for event in events.select_related("actor").order_by("-pk")
    ]


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}"


def _who(actor: User | None) -> str:
    return str(actor) if actor and actor.name else _("the portal")


def _changes(data: dict[str, Any]) -> list[str]:
    """Of named entries only those that differ."""
    found = []
    for name, (old, new) in data.get("changes", {}).items():
        if isinstance(old, dict) and isinstance(new, dict):
            for inner in sorted({*old, *new}):
                if old.get(inner) != new.get(inner):
                    found.append(f"{inner}: {_spelt(old.get(inner))} → {_spelt(new.get(inner))}")
        else:
            found.append(f"{name}: {_spelt(old)} → {_spelt(new)}")
    return found


def _spelt(value: Any) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_spelt(inner)}" for name, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
