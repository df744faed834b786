"""What was confirmed: face checks, requests to sources, and the facts they answered with."""

from verification.models.answers import FaceAnswer
from verification.models.duplicates import DuplicateCandidate
from verification.models.faces import TRIES_USED, FaceCheck
from verification.models.facts import Fact
from verification.models.leases import MAX_ATTEMPTS, MAX_LOST_LEASES, Leased
from verification.models.sources import SourceCall, SourceHealth, SourceRequest, SourceTurn
from verification.models.templates import FaceSegment, FaceTemplate
from verification.models.thresholds import FaceThresholdSet

__all__ = [
    "MAX_ATTEMPTS",
    "MAX_LOST_LEASES",
    "TRIES_USED",
    "DuplicateCandidate",
    "FaceAnswer",
    "FaceCheck",
    "FaceSegment",
    "FaceTemplate",
    "FaceThresholdSet",
    "Fact",
    "Leased",
    "SourceCall",
    "SourceHealth",
    "SourceRequest",
    "SourceTurn",
]
