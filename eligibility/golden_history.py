"""What was done with golden families: for the page on which one is edited, and for whoever approves rules."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility.models import GoldenFamily
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent

ACTION = "eligibility.golden_family."


def changes_of(family: GoldenFamily) -> list[tuple[str, str, str, str]]:
    """What was done with a family, the newest first: when, who, what, and before and after."""
    events = _events().filter(subject_id=family.pk).order_by("-pk")
    return [(_moment(event.at), _who(event.actor), _verb(event), _told(event)) for event in events]


def changes_since(moment: datetime | None, *, programme: str) -> list[dict[str, Any]]:
    """What was done with the families a programme is or was tried on, the oldest first, as kept with a proposal."""
    events = _events() if moment is None else _events().filter(at__gt=moment)
    was = Q(data__changes__expected__0__has_key=programme)
    families = GoldenFamily.objects.filter(
        Q(expected__has_key=programme) | Q(pk__in=events.filter(was).values("subject_id"))
    )
    codes = dict(families.values_list("pk", "code"))
    return [
        {
            "event": event.pk,
            "code": codes[event.subject_id],
            "action": event.action.removeprefix(ACTION),
            "by": event.actor_id,
            "at": event.at.isoformat(),
        }
        for event in events.filter(subject_id__in=codes).order_by("pk")
    ]


def in_words(changes: Iterable[dict[str, Any]], *, makers: Collection[int | None]) -> list[dict[str, Any]]:
    """Changes as kept, for a page: which family, what, who, when, and whether it was a maker of the rules."""
    events = _events().filter(pk__in=[change["event"] for change in changes]).order_by("pk")
    names = dict(GoldenFamily.objects.filter(pk__in=[event.subject_id for event in events]).values_list("pk", "name"))
    return [
        {
            "name": names[event.subject_id],
            "what": _verb(event),
            "who": _who(event.actor),
            "at": event.at,
            "told": _told(event),
            "is_shipped": event.action == f"{ACTION}added" and not _is_person(event.actor),
            "is_of_maker": event.actor_id in makers,
        }
        for event in events
    ]


def _events() -> Any:
    known = AuditEvent.objects.filter(subject_type=GoldenFamily._meta.label_lower, action__startswith=ACTION)
    return known.select_related("actor")


def _verb(event: AuditEvent) -> str:
    told = {"added": _("added"), "changed": _("changed"), "retired": _("retired"), "restored": _("restored")}
    return told[event.action.removeprefix(ACTION)]


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}"


def _is_person(actor: User | None) -> bool:
    return actor is not None and actor.kind != UserKind.SERVICE


def _who(actor: User | None) -> str:
    return str(actor) if actor and _is_person(actor) else _("the portal")


def _told(event: AuditEvent) -> str:
    return "; ".join(_changes(event.data))


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
