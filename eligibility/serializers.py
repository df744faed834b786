"""What other systems read and hand in. Announced batches hold references and places, no name, no number of a person."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from eligibility.enums import DutyValue
from eligibility.models import Batch, RankedEntry
from eligibility.services.duties import Answer, Handed

MOST_ROWS = 500


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


class DutyRowSerializer(serializers.Serializer[Handed]):
    """One month of one person. `percent` of school days, or `value`; health visits have a value only."""

    id = serializers.CharField(max_length=60, help_text="the system's own reference; sent again it changes nothing")
    nik = serializers.RegexField(r"^[0-9]{16}$")
    month = serializers.DateField(input_formats=["%Y-%m"], help_text="2026-10")
    value = serializers.ChoiceField(choices=DutyValue.choices, required=False)
    percent = serializers.IntegerField(min_value=0, max_value=100, required=False)
    as_of = serializers.DateField(help_text="the day the data was true")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("value" in attrs) == ("percent" in attrs):
            raise serializers.ValidationError(_("Give either “value” or “percent”."))
        return attrs

    def handed(self) -> Handed:
        told = self.validated_data
        value = DutyValue(told.get("value", DutyValue.UNKNOWN))
        return Handed(told["id"], told["nik"], told["month"], value, told.get("percent"), told["as_of"])


class DutyRowsSerializer(serializers.Serializer[Any]):
    rows = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=MOST_ROWS)


class DutyAnswerSerializer(serializers.Serializer[Answer]):
    id = serializers.CharField()
    status = serializers.ChoiceField(choices=["recorded", "unchanged", "refused"])
    code = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)
