from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "perlinsos.core"
    label = "core"
