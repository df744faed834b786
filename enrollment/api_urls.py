from django.urls import URLPattern, path

from enrollment.api import ApplicationList, ApplicationStatus

urlpatterns: list[URLPattern] = [
    path("applications/", ApplicationList.as_view(), name="api-application-list"),
    path("applications/<str:reference>/", ApplicationStatus.as_view(), name="api-application-status"),
]
