"""Pages of the kit's own test site: the style pages, forms to try, and stand-ins for the real addresses."""

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import engines
from django.urls import URLPattern, URLResolver, include, path

from perlinsos.core.templatetags.styleguide import SampleFaceForm, SampleForm

STAND_INS = ("help", "privacy", "my-data", "status-lookup", "officer-home", "agent-home", "home", "citizen-login")


EMPTY = """{% extends "base.html" %}{% block title %}Kosong{% endblock %}
{% block main %}<h1>Kosong</h1>{% endblock %}"""
TRY_FORM = """{% extends "base.html" %}{% block title %}Coba{% endblock %}{% block main %}<h1>Coba</h1>
<form method="post" enctype="multipart/form-data" novalidate>{% csrf_token %}{{ form }}
<button class="button">Lanjut</button></form>{% endblock %}"""
TRY_FACE = """{% extends "base.html" %}{% block title %}Foto wajah{% endblock %}{% block main %}
<form method="post" enctype="multipart/form-data" novalidate>{% csrf_token %}{% field form.face heading=True %}
<button class="button" data-ps-use>Pakai foto ini</button></form>{% endblock %}"""


class CodeForm(forms.Form):
    code = forms.CharField(label="Kode")
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - the usual example


def from_text(text: str, request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(text).render(context, request))


def page(template: str, **context: object) -> object:
    @login_not_required
    @non_atomic_requests
    def view(request: HttpRequest) -> HttpResponse:
        if template == EMPTY:
            return from_text(EMPTY, request, {})
        made = {name: value() if isinstance(value, type) else value for name, value in context.items()}
        return render(request, template, made)

    return view


@login_not_required
@non_atomic_requests
def try_form(request: HttpRequest) -> HttpResponse:
    """One page with the sample form under the name `form`, as every real page has it."""
    form = SampleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return JsonResponse({"sent": True})
    return from_text(TRY_FORM, request, {"form": form, "back_url": "/"})


@login_not_required
@non_atomic_requests
def try_face(request: HttpRequest) -> HttpResponse:
    form = SampleFaceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        photo = form.cleaned_data["face"]
        return JsonResponse({"name": photo.name, "size": photo.size, "type": photo.content_type})
    return from_text(TRY_FACE, request, {"form": form})


urlpatterns: list[URLPattern | URLResolver] = [
    path("", page(EMPTY), name="start"),
    path("gaya/", page("components/styleguide.html")),
    path("gaya/meja/", page("components/styleguide_desk.html")),
    path("form/", try_form),
    path("face/", try_face),
    path("login/", page("account/login.html", form=LoginForm, login_url="/login/", redirect_field="")),
    path("code/", page("mfa/authenticate.html", form=CodeForm)),
    path("totp/", page("mfa/totp/activate_form.html", form=CodeForm, totp_svg_data_uri="data:image/svg+xml,")),
    path("codes/", page("mfa/recovery_codes/index.html", can_view_codes=True, unused_codes=["1f2e3d4c"] * 10)),
    path("cancelled/", page("socialaccount/login_cancelled.html")),
    path("failed/", page("socialaccount/authentication_error.html", auth_error={"code": "denied"})),
    path("bahasa/", include("django.conf.urls.i18n")),
    path("akun/", include("allauth.urls")),
    *[path(f"{code}/", page(f"{code}.html")) for code in ("400", "403", "403_csrf", "404", "429", "500")],
    *[path(f"{name}/", page(EMPTY), name=name) for name in STAND_INS],
]
