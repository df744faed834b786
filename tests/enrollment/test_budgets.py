"""What a page may cost: bytes on a weak signal, queries on a busy evening, words a reader understands."""

import re

import brotli
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from enrollment import services
from enrollment.enums import FamilyCardState
from enrollment.models import Application
from tests.enrollment import factories as make

PAGES = ("persetujuan", "foto", "keluarga", "rumah", "hp", "rekening", "periksa")
HTML_BYTES = 6 * 1024
EVERY_PAGE = [
    *("/", "/bantuan/", "/privasi/", "/cek/", "/data-saya/"),
    *(f"/daftar/{page}/" for page in PAGES),
    *("/daftar/keluarga/desa/", "/daftar/keluarga/desa/?district=35.10.22", "/daftar/belum-setuju/"),
]


@pytest.fixture
def visitor(client: Client, sulastri) -> Client:
    client.force_login(sulastri)
    return client


@pytest.fixture
def big_family(sulastri) -> Application:
    """Eight members, the most a page is measured with."""
    children = [
        {"nik": f"351022050{month}129{month:03}", "name": f"Anak Rekaan {month}", "sex": "L",
         "birth_date": f"2012-0{month}-05", "relation": "anak"}
        for month in range(1, 8)
    ]  # fmt: skip
    return make.ready(sulastri, make.card(members=[{**make.SULASTRI, "relation": "kepala"}, *children]))


def weight(client: Client, address: str) -> int:
    response = client.get(address)
    assert response.status_code == 200, address
    return len(brotli.compress(response.content, quality=5))


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_a_page_fits_a_weak_signal(visitor: Client, big_family, address: str) -> None:
    assert weight(visitor, address) <= HTML_BYTES


def test_the_receipt_and_the_typed_family_fit_too(visitor: Client, sulastri) -> None:
    application = services.choose_manual_photo(make.asked(sulastri), by=sulastri)
    make.receive(application, None, FamilyCardState.NOT_FOUND)
    services.choose_village(application, village_code=make.KESILIR, by=sulastri)
    assert weight(visitor, "/daftar/keluarga/isi/?add=1") <= HTML_BYTES
    Application.objects.all().update(owner=make.citizen(make.PONIRIN))
    make.sent(sulastri)
    assert weight(visitor, "/daftar/selesai/") <= HTML_BYTES


# Session, user, the savepoint of the request and its release are four of them; the first look at the
# page of the photo notes the kind of phone in three more.
@pytest.mark.parametrize(
    ("slug", "queries"),
    [("persetujuan", 6), ("foto", 8), ("keluarga", 6), ("rumah", 6), ("hp", 5), ("rekening", 6), ("periksa", 8)],
)
def test_a_page_asks_the_database_little_and_the_same_for_any_family(
    visitor: Client, big_family, django_assert_num_queries: DjangoAssertNumQueries, slug: str, queries: int
) -> None:
    with django_assert_num_queries(queries):
        visitor.get(f"/daftar/{slug}/")


def test_the_other_pages_ask_little_too(
    visitor: Client, sulastri, cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.sent(sulastri)
    for address, queries in {"/": 4, "/bantuan/": 4, "/cek/": 4, "/daftar/selesai/": 6, "/data-saya/": 12}.items():
        with django_assert_num_queries(queries):
            visitor.get(address)


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_no_page_speaks_english_or_long_sentences(visitor: Client, big_family, address: str) -> None:
    page = re.sub(r"<(script|style|svg|title|head)\b.*?</\1>", " ", visitor.get(address).content.decode(), flags=re.S)
    said = re.sub(r"<[^>]+>", "\n", page)
    for english in (" the ", " your ", "Continue", "Please", " and ", "submit", "upload"):
        assert english not in said
    for sentence in re.split(r"[.!?:\n]", said):
        assert len(sentence.split()) <= 14, sentence
