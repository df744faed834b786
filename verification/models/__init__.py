"""What was confirmed: face checks, requests to sources, and the facts they answered with."""

from verification.models.answers import FaceAnswer
from verification.models.duplicates import DuplicateCandidate
from verification.models.faces import SAMPLE, TRIES_USED, FaceCheck
from verification.models.fact_checks import FactCheck
from verification.models.fact_notes import FactNote
from verification.models.facts import Fact
from verification.models.fairness import FairnessAlarm
from verification.models.leases import MAX_ATTEMPTS, MAX_LOST_LEASES, Leased
from verification.models.recordings import FaceFrame, FaceRecording
from verification.models.sources import SourceCall, SourceHealth, SourceRequest, SourceTurn
from verification.models.templates import FaceSegment, FaceTemplate
from verification.models.thresholds import FaceThresholdSet

__all__ = [
    "MAX_ATTEMPTS",
    "MAX_LOST_LEASES",
    "SAMPLE",
    "TRIES_USED",
    "DuplicateCandidate",
    "FaceAnswer",
    "FaceCheck",
    "FaceFrame",
    "FaceRecording",
    "FaceSegment",
    "FaceTemplate",
    "FaceThresholdSet",
    "Fact",
    "FactCheck",
    "FactNote",
    "FairnessAlarm",
    "Leased",
    "SourceCall",
    "SourceHealth",
    "SourceRequest",
    "SourceTurn",
]
