"""The page that records a face in motion, and the challenge it asks the server for."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from enrollment.enums import Step
from enrollment.models import Application
from enrollment.permissions import can_add_photo
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access
from perlinsos.core.errors import DomainError
from verification.forms import RecordingForm
from verification.models import FaceRecording
from verification.services import recordings


@require_http_methods(["GET", "HEAD", "POST"])
def face_recording(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The camera and one instruction at a time; posting sends the frames, once."""
    application = _application(request, public_id)
    is_own = application.owner_id == request.user.pk
    form = RecordingForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        return _sent(request, application, form, is_own=is_own)
    context = {
        "application": application,
        "form": form,
        "camera": "user" if is_own else "environment",
        "photo_url": _photo_url(application, is_own=is_own),
        "step": Step.PHOTO,
        "steps": len(Step),
    }
    return render(request, "verification/face_recording.html", context)


@require_POST
def face_challenge(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Moves for this session, good for one recording and a short time."""
    application = _application(request, public_id)
    form = RecordingForm(request.POST)
    replaced = form.cleaned_data["replaced"] if form.is_valid() else ""
    try:
        asked = recordings.ask(application, session=_session(request), replaced=replaced, by=request.user)
    except DomainError as error:
        return JsonResponse({"message": str(error.message)}, status=409)
    return JsonResponse({"token": asked.token, "moves": asked.recording.moves, "pace": asked.pace_ms})


def _sent(request: UserRequest, application: Application, form: RecordingForm, *, is_own: bool) -> HttpResponse:
    again = reverse("face-recording", args=[application.public_id])
    frames = [frame.read() for frame in request.FILES.getlist("frames")]
    token = form.cleaned_data["token"] if form.is_valid() else ""
    try:
        sent = recordings.send(application, token=token, session=_session(request), frames=frames, by=request.user)
    except DomainError as error:
        messages.warning(request, str(error.message))
        return redirect(again)
    if sent.selfie is None:
        messages.warning(
            request, _("The recording did not arrive completely. What you filled in is safe. Record once more.")
        )
        return redirect(again)
    onward = urlencode({"again": again} | ({} if is_own else {"next": _assisted(sent)}))
    return redirect(f"{reverse('selfie-check', args=[sent.selfie.public_id])}?{onward}")


def _application(request: UserRequest, public_id: UUID) -> Application:
    application = get_object_or_404(Application.objects.visible_to(request.user), public_id=public_id)
    access.ensure(can_add_photo(request.user, application))
    return application


def _assisted(sent: FaceRecording) -> str:
    """Where an agent goes on with the family; once the form was sent, to the own list."""
    application = Application.objects.visible_to(sent.asked_by).get(pk=sent.application_id)
    return (
        reverse("assisted-step", args=[application.public_id, application.step])
        if application.is_draft
        else reverse("agent-home")
    )


def _photo_url(application: Application, *, is_own: bool) -> str:
    """The page with the other ways: a photograph, or none."""
    if is_own:
        return reverse("application-step", args=[Step.PHOTO])
    return reverse("assisted-step", args=[application.public_id, Step.PHOTO])


def _session(request: UserRequest) -> str:
    """What a challenge is bound to: the session of whoever is signed in, on this device."""
    return request.session.session_key or ""
