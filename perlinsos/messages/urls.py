from django.urls import URLPattern, path

from perlinsos.messages import views

urlpatterns: list[URLPattern] = [path("c/<str:code>/", views.letter_check, name="letter-check")]
