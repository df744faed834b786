from django.urls import URLPattern, path

from verification import api

urlpatterns: list[URLPattern] = [
    path("sources/<slug:source>/callback/", api.source_callback, name="api-source-callback"),
]
