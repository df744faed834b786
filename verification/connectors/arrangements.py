"""What was agreed with each source, by configuration: proof of who asks, sealed bodies, patience, limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings

T = TypeVar("T")
CORRECTIONS = "corrections"  # where upheld appeals are handed in; arranged like a source


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`per_second` is the most calls in any second by all workers together; `at_once` the most by one worker."""

    auth: str
    is_sealed: bool
    may_call_back: bool
    timeout_s: int
    per_second: int
    at_once: int


def of(source: str) -> Arrangement:
    return Arrangement(
        auth=_for(source, settings.SOURCES_AUTH),
        is_sealed=_is_among(source, settings.SOURCES_ENVELOPE),
        may_call_back=_is_among(source, settings.SOURCES_CALLBACK),
        timeout_s=_for(source, settings.SOURCES_TIMEOUT_S),
        per_second=_for(source, settings.SOURCES_PER_SECOND),
        at_once=_for(source, settings.SOURCES_AT_ONCE),
    )


def named() -> set[str]:
    """Every code that the settings mention."""
    per_source = (
        settings.SOURCES_AUTH,
        settings.SOURCES_TIMEOUT_S,
        settings.SOURCES_PER_SECOND,
        settings.SOURCES_AT_ONCE,
    )
    codes = {*settings.SOURCES_ENVELOPE, *settings.SOURCES_CALLBACK}.union(*per_source)
    return codes - {"default"}


def _for(source: str, values: Mapping[str, T]) -> T:
    return values.get(source, values["default"])


def _is_among(source: str, sources: list[str]) -> bool:
    return source in sources or "default" in sources
