"""Every address of the portal. Citizens' and agents' addresses are in Bahasa, the API's in English."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from perlinsos import views
from perlinsos.accounts import oidc

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.start, name="start"),
    path("beranda/", views.home, name="home"),
    path("bantuan/", views.help_page, name="help"),
    path("privasi/", views.privacy, name="privacy"),
    path("bahasa/setlang/", login_not_required(set_language), name="set_language"),
    path("akun/oidc/ikd/login/", oidc.login, name="citizen-login"),
    path("akun/oidc/ikd/login/callback/", oidc.callback, name="citizen-callback"),
    path("akun/", include("allauth.urls")),
    path("", include("enrollment.urls")),
    path("", include("verification.urls")),
    path("", include("eligibility.urls")),
    path("", include("appeals.urls")),
    path("agen/", include("agents.urls")),
    path("", include("perlinsos.messages.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("perlinsos.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

if settings.DEMO:
    desk = {"template": "components/styleguide_desk.html"}
    urlpatterns += [
        path("gaya/", views.styleguide, name="styleguide"),
        path("gaya/meja/", views.styleguide, desk, name="styleguide-desk"),
    ]
