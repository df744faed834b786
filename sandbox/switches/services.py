from django.db import transaction

from sandbox.switches import memory
from sandbox.switches.enums import Service
from sandbox.switches.forms import SwitchForm
from sandbox.switches.models import Switch
from sandbox.switches.presets import Preset


def keep(form: SwitchForm) -> Switch:
    """Store a valid form; it counts for the next request."""
    switch: Switch = form.save()
    memory.forget()
    return switch


def turn(service: Service, *, down: bool) -> None:
    """Take one service down or up again, and leave its other switches alone."""
    Switch.objects.update_or_create(service=service, defaults={"down": down})
    memory.forget()


def use(preset: Preset) -> None:
    """Bring every service into the state the preset has for it, whatever it was before."""
    states = {service: preset.state_of(service) for service in Service}
    with transaction.atomic():
        Switch.objects.all().delete()
        Switch.objects.bulk_create(Switch(service=service, **state) for service, state in states.items() if state)
    memory.forget()
