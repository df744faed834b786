"""Which stored files exist where, and who may see them. Each app that keeps photographs adds its own.

A file has no owner of its own: whoever may see the row that holds it may see it. Apps above this
one register a resolver in their `AppConfig.ready`, so that one address serves all photographs and
one place puts every look on record.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core.models import StoredFile
from verification import permissions
from verification.models import FaceCheck


@dataclass(frozen=True)
class Shown:
    """A file somebody may see, and the case it belongs to."""

    file: StoredFile
    application: Application


Resolver = Callable[[UUID, User], Shown | None]


def document(public_id: UUID, viewer: User) -> Shown | None:
    """What was handed in with a case that `viewer` may see."""
    application = Application.objects.visible_to(viewer).filter(documents__file__public_id=public_id).first()
    return None if application is None else Shown(StoredFile.objects.get(public_id=public_id), application)


def reference(public_id: UUID, viewer: User) -> Shown | None:
    """The register's photograph, for whoever compares faces. Not for the family: a thief of their phone
    would get the very picture to be compared with."""
    if not permissions.can_see_faces(viewer):
        return None
    checks = FaceCheck.objects.visible_to(viewer).filter(reference__public_id=public_id)
    check = checks.select_related("reference", "application").first()
    return None if check is None or check.reference is None else Shown(check.reference, check.application)


_RESOLVERS: list[Resolver] = [document, reference]


def register(resolver: Resolver) -> None:
    """Add the files of another app. Call it once, from `AppConfig.ready`."""
    if resolver not in _RESOLVERS:
        _RESOLVERS.append(resolver)


def find(public_id: UUID, viewer: User) -> Shown | None:
    """The file if `viewer` may see it, else None: absent and forbidden look the same."""
    for resolver in _RESOLVERS:
        shown = resolver(public_id, viewer)
        if shown is not None and shown.file.removed_at is None:
            return shown
    return None
