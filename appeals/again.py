"""A case among the registrations of its family: the earlier and later ones, and whether a new one may begin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from appeals.correspondence import with_letters_and_messages
from enrollment import ended
from enrollment.models import Application
from enrollment.permissions import can_close
from perlinsos.accounts.models import User
from verification import openness


@dataclass(frozen=True)
class Other:
    """Another registration of the same family that the viewer may read."""

    public_id: str
    reference: str
    sent_at: datetime
    is_later: bool


def with_others(applications: QuerySet[Application], viewer: User | AnonymousUser) -> QuerySet[Any]:
    """Annotated with what the pages of a case read, in the query of the case itself."""
    cases: QuerySet[Any] = ended.with_holds(with_letters_and_messages(applications)).annotate(is_open=openness.among())
    if not isinstance(viewer, User):  # a proof number opens one case
        return cases
    family = Application.objects.visible_to(viewer).received().filter(family=OuterRef("family"))
    others = family.exclude(pk=OuterRef("pk")).exclude(submitted_at=None).order_by("-pk")
    kept = JSONObject(pk="pk", public_id="public_id", reference="reference", sent_at="submitted_at")
    found: QuerySet[Any] = cases.annotate(other_rows=ArraySubquery(others.values(row=kept)))
    return found


def others_of(application: Any) -> list[Other]:
    """Newest first; `application` comes from `with_others`."""
    return [
        Other(
            public_id=row["public_id"],
            reference=row["reference"],
            sent_at=datetime.fromisoformat(row["sent_at"]),
            is_later=row["pk"] > application.pk,
        )
        for row in getattr(application, "other_rows", [])
    ]


def may_begin(application: Any, viewer: User | AnonymousUser) -> bool:
    """Whether the registration is over and the viewer is who may take the next step for the family."""
    return ended.obstacle(application) is None and isinstance(viewer, User) and can_close(viewer, application)
