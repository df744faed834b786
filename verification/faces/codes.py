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


class Move(StrEnum):
    """What a person is asked to do in front of the camera. Left and right are the person's own."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    CLOSER = "closer"


class Break(StrEnum):
    """Why a recording does not count as live. Beside these a recording may end with a `Hint`.

    A move that was not seen is said plainly. The others may be an attack: the person reads one neutral
    sentence for all of them, and an officer the code.
    """

    MOVE_MISSED = "move_missed"
    REPEATED = "repeated_frames"
    OTHER_PERSON = "other_person"
    JUMPED = "jumped"
    LOST = "face_lost"


class Reason(StrEnum):
    """Why an officer looks. Shown to officers only; the citizen reads the same text for all."""

    UNCERTAIN = "uncertain"
    MISMATCH = "mismatch"
    REFERENCE_UNUSABLE = "reference_unusable"
    NOT_CALIBRATED = "not_calibrated"
    NOT_LIVE = "not_live"
