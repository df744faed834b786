"""Results of announced batches, for other systems in their area."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView

from eligibility.models import Batch, RankedEntry
from eligibility.serializers import BatchSerializer, ResultSerializer


@extend_schema(summary="Announced batches of the client's area, oldest first")
class BatchList(ListAPIView[Batch]):
    serializer_class = BatchSerializer

    def get_queryset(self) -> QuerySet[Batch]:
        known = Batch.objects.visible_to(self.request.user).announced()
        return known.select_related("area", "programme", "decree")


@extend_schema(summary="Places of one announced batch in its current order: funded, waiting list, not eligible")
class BatchResults(ListAPIView[RankedEntry]):
    serializer_class = ResultSerializer

    def get_queryset(self) -> QuerySet[RankedEntry]:
        announced = Batch.objects.visible_to(self.request.user).announced()
        batch = get_object_or_404(announced, reference=self.kwargs.get("reference"))
        places = RankedEntry.objects.visible_to(self.request.user).current().filter(ranking__batch=batch)
        # The answer holds no reason, so the trace and the facts need not leave the database.
        return places.select_related("entry__application", "ranking__batch__programme", "determination").only(
            "placement",
            "position",
            "entry__application__reference",
            "ranking__batch__programme__code",
            "determination__decided_at",
        )

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self.list(request, *args, **kwargs)
