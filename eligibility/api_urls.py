from django.urls import URLPattern, path

from eligibility import api

urlpatterns: list[URLPattern] = [
    path("batches/", api.BatchList.as_view(), name="api-batch-list"),
    path("batches/<str:reference>/results/", api.BatchResults.as_view(), name="api-batch-results"),
    path("duties/", api.DutyRecords.as_view(), name="api-duty-records"),
]
