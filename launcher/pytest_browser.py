"""A pytest plugin: browser tests use the Chromium that is there; without one they are skipped loudly, and red in CI."""

import os
import sys
from collections.abc import Generator

import pytest

from launcher import browser

MARK = "browser"
NO_BROWSER = "NO BROWSER"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Fixtures of the plugin that comes last win: ours must come after those of pytest-playwright."""
    config.pluginmanager.import_plugin("launcher.pytest_browser_fixtures")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """Browser tests come last, whoever else orders tests: the stacks and browsers they start stay up to the end."""
    yield
    mine = [item for item in items if item.get_closest_marker(MARK)]
    if not mine:
        return
    items[:] = [item for item in items if not item.get_closest_marker(MARK)] + mine
    missing = browser.find() is None
    if missing and os.environ.get("CI"):
        raise pytest.UsageError(f"{NO_BROWSER}: {len(mine)} browser tests cannot run ({browser.why_not()})")
    for item in mine if missing else ():
        item.add_marker(pytest.mark.skip(reason=f"{NO_BROWSER}: {browser.why_not()}"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The very last line says how many browser tests did not run, and why."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    skipped = [report for report in reporter.stats.get("skipped", ()) if NO_BROWSER in str(report.longrepr)]
    if skipped:
        sys.stdout.write(f"{NO_BROWSER}: {len(skipped)} browser tests were NOT run ({browser.why_not()})\n")
