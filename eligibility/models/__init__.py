"""What was decided, and why: rules as data, immutable determinations, batches and their ranking."""

from eligibility.models.batches import DESK, Batch, BatchEntry, Quota
from eligibility.models.decisions import Determination
from eligibility.models.departures import Departure
from eligibility.models.drafts import WRITERS, DraftReplay, RuleDraft, RuleDraftEdition
from eligibility.models.duties import MACHINES, DutyRecord, DutyReporter
from eligibility.models.following import FollowedParameter
from eligibility.models.golden import GoldenFamily
from eligibility.models.participations import ENDED, RECEIVING, RUNNING, Participation
from eligibility.models.programmes import RULE_READERS, Programme, RuleSet
from eligibility.models.rankings import RankedEntry, Ranking
from eligibility.models.recertifications import Recertification
from eligibility.models.shares import ReservedShare
from eligibility.models.simulations import SimulatedDraft, Simulation
from eligibility.models.withdrawals import Withdrawal
from eligibility.populations.models import Run, RunAnswer, RunChange, RunRules, Snapshot, SnapshotRow

__all__ = [
    "DESK",
    "ENDED",
    "MACHINES",
    "RECEIVING",
    "RULE_READERS",
    "RUNNING",
    "WRITERS",
    "Batch",
    "BatchEntry",
    "Departure",
    "Determination",
    "DraftReplay",
    "DutyRecord",
    "DutyReporter",
    "FollowedParameter",
    "GoldenFamily",
    "Participation",
    "Programme",
    "Quota",
    "RankedEntry",
    "Ranking",
    "Recertification",
    "ReservedShare",
    "RuleDraft",
    "RuleDraftEdition",
    "RuleSet",
    "Run",
    "RunAnswer",
    "RunChange",
    "RunRules",
    "SimulatedDraft",
    "Simulation",
    "Snapshot",
    "SnapshotRow",
    "Withdrawal",
]
