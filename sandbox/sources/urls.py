from django.urls import path

from sandbox.sources import views

app_name = "sources"
urlpatterns = [
    path("corrections", views.correct, name="correct"),
    path("<path:path>", views.ask, name="ask"),
]
