from collections.abc import Mapping
from typing import Any

from django import forms

from sandbox.switches.enums import Service
from sandbox.switches.models import Switch

COMMON = ("latency_ms", "down", "error_rate")
IKD_ONLY = ("clock_skew_seconds", "wrong_nonce", "weak_acr")


def fields_for(service: str) -> tuple[str, ...]:
    """The switches that mean something for `service`."""
    if service == Service.CORRECTIONS:
        return COMMON
    return (*COMMON, "wrong_record", *(IKD_ONLY if service == Service.IKD else ()))


class SwitchForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Switch
        fields = (*COMMON, "wrong_record", *IKD_ONLY)

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: Switch) -> None:
        super().__init__(data, instance=instance, auto_id=f"{instance.service}-%s")
        for name in set(self.fields) - set(fields_for(instance.service)):
            del self.fields[name]


def state_of(switch: Switch) -> dict[str, Any]:
    return {name: getattr(switch, name) for name in fields_for(switch.service)}
