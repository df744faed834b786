"""The visit around the form: begun once, refused when registered, ended with the sending."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from agents import services
from agents.models import AssistedVisit
from enrollment.answers import FamilyAnswers, Proxy
from enrollment.enums import Relation
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.agents.conftest import SULASTRI
from tests.cast import KESILIR, Cast
from tests.enrollment import factories as make

pytestmark = pytest.mark.django_db


def refusal(*args: object, **kwargs: object) -> DomainError:
    with pytest.raises(DomainError) as caught:
        services.begin_visit(*args, **kwargs)  # type: ignore[arg-type]  # wrong on purpose
    return caught.value


def test_a_visit_begins_with_the_draft(eko: User, draft: Application) -> None:
    visit = AssistedVisit.objects.get(application=draft)
    assert (visit.agent, visit.finished_at, visit.minutes) == (eko, None, None)


def test_beginning_twice_finds_the_first(eko: User, draft: Application) -> None:
    assert services.begin_visit(SULASTRI, by=eko) == draft
    assert AssistedVisit.objects.count() == 1


def test_another_member_of_the_same_draft_leads_back_to_it(eko: User, draft: Application) -> None:
    services.give_proxy_consent(draft, proxy=Proxy("elderly", ""), by=eko)
    services.skip_photo(draft, obstacle="ill", by=eko)
    make.receive(draft, make.card())
    services.confirm_family(draft, answers=FamilyAnswers(), by=eko)
    rizki = replace(SULASTRI, nik="3510220511129006", name="Rizki Maulana", birth_date=date(2012, 11, 5))
    assert services.begin_visit(rizki, by=eko) == draft


def test_only_agents_begin_a_visit(served: None, cast: Cast) -> None:
    for user in (cast.ani, cast.gita, cast.indah):
        with pytest.raises(PermissionDenied):
            services.begin_visit(SULASTRI, by=user)


def test_a_family_that_registered_itself_is_refused_with_the_date_only(served: None, cast: Cast) -> None:
    own = make.sent(make.citizen())
    error = refusal(SULASTRI, by=cast.eko)
    assert error.code == "already_registered"
    assert "sudah terdaftar sejak" in str(error.message)
    assert own.reference not in str(error.message)
    assert own.receipt_code not in str(error.message)


def test_a_family_another_agent_enrolled_is_refused_too(served: None, cast: Cast) -> None:
    applicant = cast.fajar_application.applicant
    theirs = replace(SULASTRI, nik=applicant.nik, name=applicant.name, birth_date=applicant.born)
    assert refusal(theirs, by=cast.eko).code == "already_registered"
    assert "Fajar" not in str(refusal(theirs, by=cast.eko).message)


def test_a_withdrawn_application_stands_in_nobodys_way(eko: User) -> None:
    person = factories.PersonFactory(nik=SULASTRI.nik, born=SULASTRI.birth_date)
    factories.ApplicationFactory(withdrawn=True, applicant=person, owner=None, assisted_by=eko, channel="agent")
    assert services.begin_visit(SULASTRI, by=eko).is_draft


def test_a_draft_of_the_citizen_without_a_family_is_not_a_registration(eko: User) -> None:
    """Who gave up on the own phone may still ask an agent; sending decides."""
    person = factories.PersonFactory(nik=SULASTRI.nik, born=SULASTRI.birth_date)
    factories.ApplicationFactory(applicant=person)
    assert services.begin_visit(SULASTRI, by=eko).is_draft


def test_a_relative_registered_elsewhere_is_refused_at_the_card_with_the_date(eko: User, draft: Application) -> None:
    services.give_proxy_consent(draft, proxy=Proxy("no_device", ""), by=eko)
    services.skip_photo(draft, obstacle="ill", by=eko)
    rizki = factories.PersonFactory(nik="3510220511129006", born=date(2012, 11, 5))
    elsewhere = factories.ApplicationFactory(submitted=True)
    factories.MemberFactory(family=elsewhere.family, person=rizki, relation=Relation.GRANDCHILD)
    make.receive(draft, make.card())
    with pytest.raises(DomainError) as caught:
        services.confirm_family(draft, answers=FamilyAnswers(), by=eko)
    assert caught.value.code == "already_registered"
    assert "sejak" in str(caught.value.message)
    draft.refresh_from_db()
    assert draft.family is None


def test_who_cannot_read_needs_a_witness(eko: User, draft: Application) -> None:
    with pytest.raises(DomainError) as caught:
        services.give_proxy_consent(draft, proxy=Proxy("cannot_read", ""), by=eko)
    assert caught.value.code == "witness_missing"
    assert not draft.consents.exists()


def test_an_obstacle_is_on_record(eko: User, draft: Application) -> None:
    services.give_proxy_consent(draft, proxy=Proxy("disability", ""), by=eko)
    services.skip_photo(draft, obstacle="injured", by=eko)
    assert AssistedVisit.objects.get().photo_obstacle == "injured"
    assert AuditEvent.objects.get(action="agents.visit.photo_skipped").data == {"obstacle": "injured"}


def test_the_database_knows_the_obstacles_and_the_arrow_of_time(draft: Application) -> None:
    visits = AssistedVisit.objects.filter(application=draft)
    with pytest.raises(IntegrityError, match="photo_obstacle_is_known"), transaction.atomic():
        visits.update(photo_obstacle="shy")
    with pytest.raises(IntegrityError, match="ends_after_it_starts"), transaction.atomic():
        visits.update(finished_at="2020-01-01T00:00Z")


def test_an_agent_who_moved_away_cannot_go_on(eko: User, draft: Application) -> None:
    eko.memberships.update(valid_during=(date(2024, 1, 1), date(2025, 1, 1)))
    eko = User.objects.get(pk=eko.pk)  # as the next request sees him
    with pytest.raises(PermissionDenied):
        services.give_proxy_consent(draft, proxy=Proxy("elderly", ""), by=eko)
    assert not Application.objects.visible_to(eko).exists()


def test_visits_are_seen_by_their_agent_and_the_office(cast: Cast) -> None:
    visit = factories.AssistedVisitFactory(application=cast.eko_application)
    factories.AssistedVisitFactory(application=cast.fajar_application)
    assert cast.eko_application.village_id == KESILIR
    assert list(AssistedVisit.objects.visible_to(cast.eko)) == [visit]
    assert AssistedVisit.objects.visible_to(cast.ani).count() == 2
    assert not AssistedVisit.objects.visible_to(cast.citra).exists()
