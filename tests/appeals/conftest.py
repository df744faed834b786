"""Fixtures of the layers below, for journeys that begin with an announcement or a source."""

from tests.eligibility.conftest import announce, banyuwangi, rules, sent_tasks
from tests.verification.conftest import rogue

__all__ = ["announce", "banyuwangi", "rogue", "rules", "sent_tasks"]
