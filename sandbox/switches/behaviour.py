"""What a switch does to a request before the service gets to answer it."""

import random
import time

from django.http import JsonResponse

from sandbox.switches.models import Switch


def disturb(switch: Switch) -> JsonResponse | None:
    """Wait as long as the switch says; then the failure to answer with, if it says so."""
    if switch.latency_ms:
        time.sleep(switch.latency_ms / 1000)
    if switch.down:
        return JsonResponse({"error": "unavailable"}, status=503, headers={"Retry-After": "30"})
    if switch.error_rate and random.random() * 100 < switch.error_rate:  # noqa: S311 - not a secret
        return JsonResponse({"error": "internal"}, status=500)
    return None
