"""What the pages of the form share: who may come in, whose draft it is, what every page shows."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enrollment import kept
from enrollment.enums import Step
from enrollment.forms.family import TypedFamily
from enrollment.models import Application
from enrollment.views.doors import Door
from perlinsos.accounts.requests import UserRequest
from perlinsos.core.errors import DomainError

View = Callable[..., HttpResponse]


def for_citizens(view: View) -> View:
    """Ask who is there; unlike the default guard it keeps what was typed after the session ended."""

    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return kept.ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


def refuse(form: BaseForm, error: DomainError, field: str | None = None) -> None:
    """Show a refusal of the domain on the page, with everything that was typed."""
    form.add_error(field, str(error.message))


def own_application(request: UserRequest) -> Application | None:
    """What whoever asks fills in, else what was sent and is in force, with what every page shows."""
    mine = Application.objects.visible_to(request.user).still_open().filter(owner_id=request.user.pk)
    shown = mine.select_related("applicant", "family", "village__parent__parent")
    return shown.order_by(F("submitted_at").asc(nulls_first=True)).first()


def own_draft(request: UserRequest) -> Application | None:
    application = own_application(request)
    return application if application is not None and application.is_draft else None


def page(
    request: UserRequest, template: str, door: Door, form: BaseForm | TypedFamily, step: Step, **more: Any
) -> HttpResponse:
    """One page of the form, with its step, its way back and the stamp that keeps what is typed."""
    context = {
        "application": door.application,
        "door": door,
        "form": form,
        "step": step,
        "steps": len(Step),
        "back_url": door.back(step),
        "stamp": kept.stamp(request.user),
        "is_restored": request.method != "POST" and form.is_bound,
    }
    return render(request, template, {**context, **more})
