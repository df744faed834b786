from sandbox.switches.models import Switch


def reset_all() -> None:
    """Every service well again. For the switch page and the tests."""
    Switch.objects.all().delete()
