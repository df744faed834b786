"""Fixtures that replace those of pytest-playwright."""

import os
from typing import Any

import pytest

from launcher import browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The distribution's browser instead of a downloaded one; Chromium's own sandbox does not start as root."""
    no_sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    arguments = [*browser_type_launch_args.get("args", []), *no_sandbox]
    return {**browser_type_launch_args, "executable_path": browser.find(), "args": arguments}
