"""The face photo, or the way around it. No face is ever a reason not to register."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import permissions
from enrollment.enums import PhoneClass, PhotoRoute, Step
from enrollment.models import Application, Document, DocumentKind
from enrollment.services.drafts import hold, hold_draft, note_answer
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, files, jobs
from perlinsos.core.errors import DomainError

MOST_SELFIES = 12  # each costs the face queue a second; people are asked to stop after three


@transaction.atomic
def add_selfie(application: Application, data: bytes, *, by: User) -> Document:
    """Keep a photograph and have it compared. Owner or agent, until somebody has decided.

    Raises InputError when `data` is no usable photograph (see `files.store_photo`) and refuses
    `too_many_photos`: from then on an officer compares.
    """
    access.ensure(permissions.can_add_photo(by, application))
    held = hold(application)
    access.ensure(permissions.can_add_photo(by, held))
    if held.documents.filter(kind=DocumentKind.SELFIE).count() >= MOST_SELFIES:
        raise DomainError(
            _("There are enough photos now. Press “I cannot be photographed” and an officer will compare."),
            code="too_many_photos",
        )
    file = files.store_photo(data)
    document = Document.objects.create(application=held, kind=DocumentKind.SELFIE, file=file, added_by=by)
    _note_route(held, PhotoRoute.CAMERA, by=by)
    audit.record("enrollment.selfie.added", subject=held, by=by, document=document.pk)
    jobs.enqueue("verification.check_selfie", document_id=document.pk)
    return document


@transaction.atomic
def choose_manual_photo(application: Application, *, by: User) -> Application:
    """Go on without a photograph: an officer or agent will compare the face in person."""
    held = hold_draft(application, by=by)
    if held.photo_route != PhotoRoute.MANUAL:
        jobs.enqueue("verification.open_manual_check", application_id=held.pk)
    _note_route(held, PhotoRoute.MANUAL, by=by)
    return held


@transaction.atomic
def note_device(application: Application, *, device: PhoneClass, by: User) -> None:
    """Keep with what class of phone the page of the photo was opened. For owner or agent, until somebody decided."""
    access.ensure(permissions.can_add_photo(by, application))
    changed = Application.objects.filter(pk=application.pk).exclude(photo_device=device)
    if changed.update(photo_device=device, updated_at=timezone.now()):
        application.refresh_from_db(fields=["photo_device", "updated_at"])


def _note_route(held: Application, route: PhotoRoute, *, by: User) -> None:
    if held.is_draft:
        note_answer(held, Step.PHOTO, by=by, photo_route=route)
    else:
        held.photo_route = route
        held.save(update_fields=["photo_route", "updated_at"])
