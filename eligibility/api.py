"""For other systems in their area: results of announced batches, and duties they hand in."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from eligibility import permissions
from eligibility.models import Batch, RankedEntry
from eligibility.serializers import (
    BatchSerializer,
    DutyAnswerSerializer,
    DutyRowSerializer,
    DutyRowsSerializer,
    ResultSerializer,
)
from eligibility.services import duties
from perlinsos.accounts.models import User
from perlinsos.core import access


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


class DutyRecords(GenericAPIView[Any]):
    serializer_class = DutyRowsSerializer

    @extend_schema(
        summary="Hand in school attendance or health visits by month; each row is answered by itself",
        responses=DutyAnswerSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """Rows that cannot be read are refused with `invalid`; the others are kept all the same."""
        client = request.user
        access.ensure(isinstance(client, User) and permissions.can_hand_in(client))
        assert isinstance(client, User)  # noqa: S101 - nobody else may
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        read = [DutyRowSerializer(data=row) for row in sent.validated_data["rows"]]
        good = [row for row in read if row.is_valid()]
        kept = iter(duties.hand_in([row.handed() for row in good], by=client))
        answers = [next(kept) if not row.errors else _unreadable(row) for row in read]
        return Response({"results": [DutyAnswerSerializer(answer).data for answer in answers]})


def _unreadable(row: DutyRowSerializer) -> duties.Answer:
    """Which part of a row is wrong, without repeating what was sent: it may hold a NIK."""
    said = "; ".join(f"{name}: {errors[0]}" for name, errors in row.errors.items())
    return duties.Answer(str(row.initial_data.get("id", ""))[:60], "refused", "invalid", said)
