"""What other systems may read about an application: where it stands, nothing about the people."""

from typing import ClassVar

from rest_framework import serializers

from enrollment.models import Application


class ApplicationStatusSerializer(serializers.ModelSerializer[Application]):
    village = serializers.CharField(source="village_id", help_text="Official code, such as `35.10.22.2003`.")

    class Meta:
        model = Application
        fields: ClassVar = ["reference", "state", "channel", "submitted_at", "decided_at", "village"]
        read_only_fields = fields
