from collections.abc import Iterator

import pytest

from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from tests.support.sandbox_process import Sandbox, sandbox
from tests.verification.rogue import Rogue

__all__ = ["sandbox"]


@pytest.fixture(autouse=True)
def normal_service(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test finds and leaves every ministry service well."""
    yield
    if "sandbox" in request.fixturenames:
        running: Sandbox = request.getfixturevalue("sandbox")
        running.reset()


@pytest.fixture
def ministries(sandbox: Sandbox, settings: object) -> Sandbox:  # noqa: F811 - the fixture it widens
    """The running sandbox, and the portal pointed at it."""
    settings.SOURCES_URL = sandbox.sources_url
    settings.SOURCES_TOKEN = sandbox.token
    return sandbox


@pytest.fixture
def rogue(settings: object) -> Iterator[Rogue]:
    """A source that says what the test tells it to, and the portal pointed at it."""
    with Rogue() as running:
        settings.SOURCES_URL = running.url
        yield running


@pytest.fixture
def worker(db: None) -> User:
    """The account tasks act as."""
    return service_account("verification")
