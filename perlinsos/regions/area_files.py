"""Reading official area codes from CSV: `provinces.csv`, `regencies.csv`, `districts.csv`, `villages.csv`.

A file needs the columns `code` and `name`; a column `<level>_code` naming the parent is checked when
it is there. Codes are those of the Ministry of Home Affairs with dots (`35.10.22.2003`): codes of
BPS have as many digits and mean other places, so digits without dots are refused.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

FILES = ("provinces.csv", "regencies.csv", "districts.csv", "villages.csv")
CODE = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")
LONGEST_NAME = 100
# Provinces of the central and eastern zone (Keppres 41/1987, and the provinces made since); others are WIB.
WITA = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
WIT = frozenset({"81", "82", "91", "92", "93", "94", "95", "96"})


@dataclass(frozen=True)
class AreaRow:
    """One area as read; `code` is well-formed and `name` is not empty."""

    code: str
    name: str
    where: str


@dataclass(frozen=True)
class Refused:
    """One line that was not taken over, and why."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class NotAnAreaFile(Exception):
    """The file cannot be read as areas at all."""


def find_files(path: Path) -> list[Path]:
    """The file itself, or the known files of a folder from province to village. Raises NotAnAreaFile."""
    if path.is_file():
        return [path]
    found = [path / name for name in FILES if (path / name).is_file()]
    if not found:
        raise NotAnAreaFile(f"{path} is neither a CSV file nor a folder with {', '.join(FILES)}")
    return found


def read(files: list[Path]) -> Iterator[AreaRow | Refused]:
    """Every line of the files, as an area or as refused. Raises NotAnAreaFile."""
    seen: dict[str, str] = {}
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in _rows(lines, file.name):
                if isinstance(row, AreaRow) and row.code in seen:
                    yield Refused(row.where, f"{row.code} is already on {seen[row.code]}")
                    continue
                if isinstance(row, AreaRow):
                    seen[row.code] = row.where
                yield row


def _rows(lines: TextIO, name: str) -> Iterator[AreaRow | Refused]:
    reader = csv.DictReader(lines)
    try:
        columns = [(column or "").strip().lower() for column in reader.fieldnames or []]
        if not {"code", "name"} <= set(columns):
            raise NotAnAreaFile(f"{name} needs a first line with the columns code and name")
        reader.fieldnames = columns
        for row in reader:
            yield _area(row, f"{name}:{reader.line_num}")
    except (csv.Error, UnicodeDecodeError) as error:
        raise NotAnAreaFile(f"{name} is not a CSV file in UTF-8 (line {reader.line_num})") from error


def _area(row: dict[str, str], where: str) -> AreaRow | Refused:
    code, name = (row["code"] or "").strip(), " ".join((row["name"] or "").split())
    if not CODE.fullmatch(code):
        return Refused(where, f"“{code[:20]}” is not an official code such as 35.10.22.2003")
    if not 0 < len(name) <= LONGEST_NAME:
        return Refused(where, f"{code} has no usable name")
    told = next((value for column, value in row.items() if column and column.endswith("_code") and value), None)
    if told is not None and told.strip() != code.rpartition(".")[0]:
        return Refused(where, f"{code} does not lie in {told.strip()[:20]}")
    return AreaRow(code, name, where)


def timezone_of(code: str) -> str:
    """IANA zone of an area: WIB, WITA or WIT by its province."""
    province = code[:2]
    if province in WITA:
        return "Asia/Makassar"
    return "Asia/Jayapura" if province in WIT else "Asia/Jakarta"
