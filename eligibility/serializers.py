"""What other systems read about announced batches: references and places, no name and no number of a person."""

from typing import ClassVar

from rest_framework import serializers

from eligibility.models import Batch, RankedEntry


class BatchSerializer(serializers.ModelSerializer[Batch]):
    programme = serializers.SlugRelatedField[Batch](slug_field="code", read_only=True)
    area_code = serializers.CharField(source="area_id", read_only=True)
    area_name = serializers.CharField(source="area.name", read_only=True)
    decree_number = serializers.CharField(source="decree.number", read_only=True)

    class Meta:
        model = Batch
        fields: ClassVar = [
            "reference",
            "state",
            "programme",
            "area_code",
            "area_name",
            "decree_number",
            "announced_at",
            "seed",
        ]


class ResultSerializer(serializers.ModelSerializer[RankedEntry]):
    application = serializers.CharField(source="entry.application.reference", read_only=True)
    programme = serializers.CharField(source="ranking.batch.programme.code", read_only=True)
    decided_at = serializers.DateTimeField(source="determination.decided_at", read_only=True)

    class Meta:
        model = RankedEntry
        fields: ClassVar = ["application", "programme", "placement", "position", "decided_at"]
