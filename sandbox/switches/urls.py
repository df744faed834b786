from django.urls import path

from sandbox.switches import views

app_name = "switches"
urlpatterns = [
    path("", views.board, name="board"),
    path("reset/", views.reset, name="reset"),
    path("api/reset", views.api_reset, name="api-reset"),
    path("api/<slug:service>", views.api_change, name="api-change"),
    path("<slug:service>/", views.change, name="change"),
]
