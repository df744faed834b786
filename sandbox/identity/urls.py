from django.urls import include, path

from sandbox.identity import views

urlpatterns = [
    # Ahead of allauth's own view at the same address.
    path("identity/o/authorize", views.AuthorizationView.as_view()),
    path("identity/masuk/", views.sign_in_page, name="account_login"),
    path("identity/masuk-lagi/", views.sign_in_page, name="account_reauthenticate"),
    path("", include("allauth.idp.urls")),
]
