from django.urls import path

from sandbox.switches import api, views

app_name = "switches"
urlpatterns = [
    path("", views.board, name="board"),
    path("preset/<slug:key>/", views.use_preset, name="preset"),
    path("api/counts", api.requests_by_second, name="api-counts"),
    path("api/reset", api.reset, name="api-reset"),
    path("api/presets/<slug:key>", api.use_preset, name="api-preset"),
    path("api/<slug:service>", api.change, name="api-change"),
    path("<slug:service>/", views.change, name="change"),
    path("<slug:service>/turn/", views.turn, name="turn"),
]
