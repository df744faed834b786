"""The public API, version 1: each app brings its own endpoints."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("enrollment.api_urls")),
    path("", include("verification.api_urls")),
    path("", include("eligibility.api_urls")),
]
