"""The words of a face check. No dependencies: forms, templates and services may import this."""

from enum import StrEnum


class Outcome(StrEnum):
    """There is no refusal here: only an officer can refuse a person."""

    ACCEPT = "accept"
    REVIEW = "review"
    RETRY = "retry"


class Hint(StrEnum):
    """What to do better in the next picture; the one that helps most, never a score."""

    UNREADABLE = "unreadable"
    NONE = "none"
    MANY = "many"
    TOO_SMALL = "too_small"
    BLURRY = "blurry"
    DARK = "dark"
    BRIGHT = "bright"
    SIDE_LIGHT = "side_light"
    TURNED = "turned"
    TILTED = "tilted"
    EYES_CLOSED = "eyes_closed"


class Reason(StrEnum):
    """Why an officer looks. Shown to officers only; the citizen reads the same text for all."""

    UNCERTAIN = "uncertain"
    MISMATCH = "mismatch"
    REFERENCE_UNUSABLE = "reference_unusable"
    NOT_CALIBRATED = "not_calibrated"
