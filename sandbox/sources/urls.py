from django.urls import path

from sandbox.sources import access, views

app_name = "sources"
urlpatterns = [
    path("oauth/token", access.token, name="token"),
    path("corrections", views.correct, name="correct"),
    path("<path:path>", views.ask, name="ask"),
]
