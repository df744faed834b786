from django.urls import include, path

urlpatterns = [
    path("switches/", include("sandbox.switches.urls")),
    path("sources/", include("sandbox.sources.urls")),
    path("", include("sandbox.training.urls")),
    path("", include("sandbox.identity.urls")),
]
