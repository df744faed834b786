"""What all factories share: real places, invented numbers, small pictures."""

import io
from datetime import date, timedelta

from factory.django import DjangoModelFactory
from PIL import Image

from enrollment.enums import Sex
from perlinsos.regions.models import Area, Level

PASSWORD = "a-long-test-password"
API_TOKEN = "api-token-for-tests"
SINCE = date(2024, 1, 1)
LEVELS = {2: Level.PROVINCE, 5: Level.REGENCY, 8: Level.DISTRICT, 13: Level.VILLAGE}
NAMES = {
    "35": "Jawa Timur",
    "35.10": "Kabupaten Banyuwangi",
    "35.10.03": "Purwoharjo",
    "35.10.03.2001": "Grajagan",
    "35.10.07": "Gambiran",
    "35.10.07.2002": "Jajag",
    "35.10.16": "Banyuwangi",
    "35.10.16.1014": "Lateng",
    "35.10.22": "Siliragung",
    "35.10.22.2003": "Kesilir",
    "51": "Bali",
    "51.02": "Kabupaten Tabanan",
    "51.02.05": "Tabanan",
    "51.02.05.2004": "Delod Peken",
    "51.02.08": "Penebel",
    "51.02.08.2013": "Jatiluwih",
}


def area(code: str) -> Area:
    """The area with this official code, and those above it."""
    parent = area(code.rpartition(".")[0]) if "." in code else None
    zone = "Asia/Makassar" if code.startswith("51") else "Asia/Jakarta"
    fields = {"level": LEVELS[len(code)], "name": NAMES.get(code, code), "parent": parent, "timezone": zone}
    return Area.objects.get_or_create(code=code, defaults=fields)[0]


def nik(serial: int, *, born: date, sex: str, district: str = "351022") -> str:
    """An invented NIK: district of first registration, birth date (women: day + 40), serial 9xxx."""
    day = born.day + (40 if sex == Sex.FEMALE else 0)
    return f"{district}{day:02}{born:%m%y}{9000 + serial % 1000:04}"


def birthday(serial: int) -> date:
    return date(1960, 1, 1) + timedelta(days=serial * 17 % 14_000)


def photo(size: tuple[int, int] = (64, 48)) -> bytes:
    """A small valid JPEG; faces come from `tests/support/faces.py`."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (120, 140, 160)).save(buffer, "JPEG")
    return buffer.getvalue()


class Factory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True
