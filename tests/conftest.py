"""What every test starts from: real servers, Bahasa Indonesia, the cast, and no silent errors."""

import gettext
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from tests.cast import Cast

hypothesis_settings.register_profile(
    "portal", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("portal")

NO_TRUNCATE = {
    "core_auditevent": "audit_event_no_truncate",
    "core_auditlink": "audit_link_no_truncate",
    "verification_fact": "fact_no_truncate",
    "verification_factcheck": "fact_check_no_truncate",
    "verification_factnote": "fact_note_no_truncate",
    "eligibility_dutyrecord": "duty_record_no_truncate",
    "eligibility_determination": "determination_no_truncate",
    "eligibility_ranking": "ranking_no_truncate",
    "eligibility_rankedentry": "ranked_entry_no_truncate",
    "eligibility_ruledraft": "rule_draft_no_truncate",
    "eligibility_ruledraftedition": "rule_draft_edition_no_truncate",
    "eligibility_draftreplay": "draft_replay_no_truncate",
    "eligibility_ruleset": "rule_set_no_truncate",
    "eligibility_goldenfamily": "golden_family_no_truncate",
    "eligibility_withdrawal": "withdrawal_no_truncate",
}

SignIn = Callable[[Client, User], User]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "error::pytest.PytestUnraisableExceptionWarning")
    config.addinivalue_line("filterwarnings", "error::pytest.PytestUnhandledThreadExceptionWarning")
    if not hasattr(config, "workerinput"):  # compiled catalogues are not committed; xdist workers share them
        call_command("catalogues", "--compile")
        for cache in (trans_real._translations, gettext._translations):  # read before they were compiled
            cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "pytest_django.DjangoDbBlocker") -> None:  # noqa: F821 - imported for types only
    """Tests with real transactions empty their tables afterwards, so TRUNCATE must be possible here.

    `tests/core/test_audit.py` switches the triggers on again and shows that they refuse.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table, trigger in NO_TRUNCATE.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(autouse=True)
def bahasa() -> Iterator[None]:
    """Every test reads what a visitor reads by default, whatever the test before it activated."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """The standing people of `tests/cast.py`; each comes to life when first named."""
    return Cast()


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """`sign_in(client, user)`: a session as that user; staff get the second factor they need to work."""
    return sign_in_as


def sign_in_as(client: Client, user: User) -> User:
    has_totp = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    if user.kind == UserKind.STAFF and not has_totp:
        TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    return user
