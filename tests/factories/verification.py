"""Face checks, source requests and facts."""

from datetime import timedelta

import factory
from django.utils import timezone

from enrollment.models import Application
from perlinsos.accounts.services import service_account
from tests.factories.base import Factory
from tests.factories.enrollment import ApplicationFactory, DocumentFactory, FamilyFactory
from verification.enums import CheckState, RequestState, Source
from verification.faces.vectors import Embedding, to_bytes
from verification.models import DuplicateCandidate, FaceCheck, FaceTemplate, Fact, SourceRequest
from verification.services import templates


class FaceCheckFactory(Factory):
    class Meta:
        model = FaceCheck

    class Params:
        accepted = factory.Trait(state=CheckState.ACCEPTED, raw_distance=0.31)
        review = factory.Trait(state=CheckState.REVIEW, raw_distance=0.52)
        manual = factory.Trait(state=CheckState.REVIEW, selfie=None, reason="manual_route")

    application = factory.SubFactory(ApplicationFactory)
    selfie = factory.LazyAttribute(lambda o: DocumentFactory(application=o.application))


def enrolled(application: Application, vector: Embedding, *, engine_version: str = "test 1") -> FaceTemplate:
    """The template of a confirmed person whose application was sent, ready to be found."""
    check = FaceCheckFactory(application=application, accepted=True)
    templates.keep_template(check, to_bytes(vector), engine_version=engine_version)
    template = templates.enrol_template(check.pk, by=service_account("verification"))
    assert template is not None
    return template


def pair(one: Application, two: Application) -> DuplicateCandidate:
    """A question whether the applicants of two applications are one person."""
    first, second = sorted((one, two), key=lambda application: application.applicant_id)
    checks = [FaceCheckFactory(application=application, accepted=True) for application in (first, second)]
    return DuplicateCandidate.objects.create(
        first=first.applicant,
        second=second.applicant,
        first_check=checks[0],
        second_check=checks[1],
        raw_distance=0.3,
        threshold_version="standard-1",
        engine_version="test 1",
    )


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
    as_of = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))  # fresh for every type
