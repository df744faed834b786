"""Who says whether two faces are one person. One interface, chosen by `FACE_PROVIDER`.

    local      a network in this worker: that of `face_recognition`, or the operator's (`FACE_MODEL_PATH`)
    dukcapil   Dukcapil's 1:1 face match by NIK, over HTTP

Each takes a claimed check whose selfie is good enough and returns what was found. A provider that
cannot answer now raises SourceUnavailable: the check stays pending, nobody is refused for it.
"""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from django.conf import settings

from verification.services.faces import ClaimedCheck, Finding

Compare = Callable[[ClaimedCheck], Finding]

# By name: importing the local one loads dlib and its models, which no other process of the portal may need.
PROVIDERS = {"local": "verification.providers.local", "dukcapil": "verification.providers.dukcapil"}


def chosen() -> Compare:
    """The `compare` of the provider this installation uses. Raises KeyError for an unknown name."""
    return cast(Compare, import_module(PROVIDERS[settings.FACE_PROVIDER]).compare)
