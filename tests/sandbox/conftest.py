from collections.abc import Iterator

import pytest

from tests.support.sandbox_process import Sandbox, sandbox

__all__ = ["sandbox"]


@pytest.fixture(autouse=True)
def normal_service(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test finds and leaves every service well."""
    yield
    if "sandbox" in request.fixturenames:
        running: Sandbox = request.getfixturevalue("sandbox")
        running.reset()
