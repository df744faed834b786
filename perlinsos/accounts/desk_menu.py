"""The main menu of the desk: each app registers its pages, everybody sees those that open to them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from perlinsos.accounts.models import User


@dataclass(frozen=True)
class Tab:
    """A page of the desk. `may_open` is what its view asks; a lower `rank` comes earlier in the menu."""

    label: Promise
    page: str
    may_open: Callable[[User], bool]
    rank: int

    @property
    def url(self) -> str:
        return reverse(self.page)


_tabs: list[Tab] = []


def register(*tabs: Tab) -> None:
    """Called once by the module `desk_menu` of an app, which is found when the portal starts."""
    _tabs.extend(tabs)


def tabs_of(user: User) -> list[Tab]:
    return sorted((tab for tab in _tabs if tab.may_open(user)), key=lambda tab: tab.rank)


def current(tabs: list[Tab], path: str) -> Tab | None:
    """The tab whose page is nearest above `path`; what no other tab holds belongs to the home of the desk."""
    above = [tab for tab in tabs if path.startswith(tab.url)]
    return max(above, key=lambda tab: len(tab.url), default=None)
