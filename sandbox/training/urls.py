from django.urls import path

from sandbox.training import views

app_name = "training"
urlpatterns = [
    path("", views.start, name="start"),
    path("healthz", views.healthz, name="healthz"),
    path("residents/new/", views.new_resident, name="new-resident"),
    path("residents/<int:resident_id>/photo/", views.photo, name="photo"),
    path("residents/<int:resident_id>/picture", views.picture, name="picture"),
]
