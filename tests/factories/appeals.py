"""Objection windows, appeals, ground checks, and the agents who visit."""

from datetime import timedelta

import factory
from django.utils import timezone

from agents.enums import AgentKind
from agents.models import AgentProfile, AssistedVisit
from appeals.models import Appeal, Evidence, GroundCheck, ObjectionWindow
from eligibility.enums import Outcome
from tests.factories.accounts import UserFactory
from tests.factories.base import Factory
from tests.factories.eligibility import BatchFactory, DeterminationFactory
from tests.factories.enrollment import ApplicationFactory
from tests.factories.regions import StoredFileFactory
from tests.factories.verification import FactFactory


class ObjectionWindowFactory(Factory):
    """Open now; `closed=True` ended yesterday."""

    class Meta:
        model = ObjectionWindow

    class Params:
        closed = factory.Trait(closes_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=1)))

    batch = factory.SubFactory(BatchFactory, announced=True)
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=3))
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=27))


class AppealFactory(Factory):
    """The wrong meter: PLN says 2,200 VA, the family says 900."""

    class Meta:
        model = Appeal

    reference = factory.Sequence(lambda number: f"SGH-2026-{900_000 + number}")
    application = factory.SubFactory(ApplicationFactory, announced=True)
    window = factory.SubFactory(ObjectionWindowFactory)
    determination = factory.LazyAttribute(
        lambda o: DeterminationFactory(application=o.application, outcome=Outcome.NOT_ELIGIBLE)
    )
    fact = factory.LazyAttribute(lambda o: FactFactory(family=o.application.family, value=2200))
    claimed_value = 900
    lodged_by = factory.LazyAttribute(lambda o: o.application.owner or o.application.assisted_by)
    answer_by = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=14))


class EvidenceFactory(Factory):
    class Meta:
        model = Evidence

    appeal = factory.SubFactory(AppealFactory)
    file = factory.SubFactory(StoredFileFactory)
    added_by = factory.SelfAttribute("appeal.lodged_by")


class GroundCheckFactory(Factory):
    class Meta:
        model = GroundCheck

    appeal = factory.SubFactory(AppealFactory)
    requested_by = factory.SubFactory(UserFactory, staff=True)
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7))


class AgentProfileFactory(Factory):
    class Meta:
        model = AgentProfile

    user = factory.SubFactory(UserFactory, staff=True)
    kind = AgentKind.PKH


class AssistedVisitFactory(Factory):
    class Meta:
        model = AssistedVisit

    application = factory.SubFactory(ApplicationFactory, assisted=True)
    agent = factory.SelfAttribute("application.assisted_by")
