"""Face checks, source requests and facts."""

from datetime import date

import factory
from django.utils import timezone

from tests.factories.base import Factory
from tests.factories.enrollment import ApplicationFactory, DocumentFactory, FamilyFactory
from verification.enums import CheckState, RequestState, Source
from verification.models import FaceCheck, Fact, SourceRequest


class FaceCheckFactory(Factory):
    class Meta:
        model = FaceCheck

    class Params:
        accepted = factory.Trait(state=CheckState.ACCEPTED, raw_distance=0.31)
        review = factory.Trait(state=CheckState.REVIEW, raw_distance=0.52)
        manual = factory.Trait(state=CheckState.REVIEW, selfie=None, reason="manual_route")

    application = factory.SubFactory(ApplicationFactory)
    selfie = factory.LazyAttribute(lambda o: DocumentFactory(application=o.application))


class SourceRequestFactory(Factory):
    class Meta:
        model = SourceRequest

    class Params:
        answered = factory.Trait(state=RequestState.ANSWERED, answered_at=factory.LazyFunction(timezone.now))
        not_found = factory.Trait(state=RequestState.NOT_FOUND, answered_at=factory.LazyFunction(timezone.now))

    application = factory.SubFactory(ApplicationFactory, matching=True)
    source = Source.PLN


class FactFactory(Factory):
    class Meta:
        model = Fact

    family = factory.SubFactory(FamilyFactory)
    name = "pln.power_va"
    value = 450
    unit = "VA"
    source = factory.LazyAttribute(lambda o: o.name.partition(".")[0])
    as_of = date(2026, 1, 15)
