"""Everybody at the desk sees the tabs that open to them, and no page of the desk is without one."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from perlinsos.accounts import desk_menu
from perlinsos.accounts.models import User
from tests.cast import Cast
from tests.conftest import SignIn
from tests.test_house_rules_pages import ADDRESSES

DESK = "/petugas/"
TABS = {
    "ani": "Antrean Pengumuman Tempat Penerima Aturan Simulasi Sanggahan Wajah Ganda Foto Sumber data",
    "dewi": "Antrean Penerima Aturan Sanggahan Wajah Ganda Foto Sumber data",
    "gita": "Antrean Pengumuman Tempat Penerima Aturan Simulasi Sanggahan Wajah Ganda Foto Sumber data",
    "hadi": "Pengumuman Tempat Aturan Simulasi Wajah Ganda Sumber data",
    "oki": "Antrean Penerima Sanggahan Wajah Ganda Sumber data",
    "nusa": "Aturan Simulasi",
    "eko": "",
    "laras": "",
    "indah": "",
}


def menu_of(page: Any) -> tuple[list[str], list[str], str]:
    """Addresses in the menu, those marked as the current one, and where the name of the portal leads."""
    text = page.content.decode()
    menu = re.search(r'<nav class="nav".*?</nav>', text, re.S)
    brand = re.search(r'class="brand"\s+href="\s*([^"\s]+)\s*"', text)
    assert menu
    assert brand
    links = re.findall(r'<a href="([^"]+)"( aria-current="page")?>', menu[0])
    return [url for url, _mark in links], [url for url, mark in links if mark], brand[1]


@pytest.mark.parametrize(("who", "names"), TABS.items())
def test_every_tab_opens_and_no_page_is_without_one(
    client: Client, cast: Cast, sign_in: SignIn, who: str, names: str
) -> None:
    tabs = desk_menu.tabs_of(sign_in(client, cast[who]))
    urls = [tab.url for tab in tabs]
    assert " ".join(str(tab.label) for tab in tabs) == names
    for url in urls:
        page = client.get(url)
        assert page.status_code == 200, url
        assert menu_of(page) == (urls, [url], urls[0])
    sections = tuple(url for url in urls if url != DESK)
    opened = {address for _name, address in ADDRESSES if address.startswith(DESK) and _opens(client, address)}
    assert [address for address in opened if address not in urls and not address.startswith(sections)] == []
    assert set(urls) <= opened


def _opens(client: Client, address: str) -> bool:
    return bool(client.get(address).status_code == 200)


def test_a_case_belongs_to_the_queue(client: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.ani)
    page = client.get(reverse("case-detail", args=[cast.application.public_id]))
    assert menu_of(page)[1] == [DESK]


def test_a_page_below_a_tab_marks_it(client: Client, cast: Cast, sign_in: SignIn) -> None:
    sign_in(client, cast.gita)
    assert menu_of(client.get(reverse("picture-view-list")))[1] == [reverse("picture-retention")]


def test_the_menu_asks_for_memberships_once(cast: Cast, django_assert_num_queries: Any) -> None:
    user = User.objects.get(pk=cast.ani.pk)
    with django_assert_num_queries(1):
        assert desk_menu.current(desk_menu.tabs_of(user), reverse("place-list")).page == "place-list"
        assert desk_menu.tabs_of(user)
