from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Installed on a demo machine and in tests, never on a server (see settings.dev)."""

    name = "perlinsos.demo"
    label = "demo"
