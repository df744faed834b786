"""The NIK (Nomor Induk Kependudukan): 16 digits that name one resident for life.

`PP KK CC DDMMYY SSSS`: province, regency and district of *first registration* (not of residence),
birth date with 40 added to the day of women, serial from 0001. There is no check digit. The number
is never issued again when a birth date is corrected, so a NIK that disagrees with the true date is
a reason to warn an officer and never a reason to refuse a person (Permendagri 72/2022).
"""

from dataclasses import dataclass
from datetime import date

LENGTH = 16
WOMAN_DAYS = 40
CENTURIES = (1900, 2000)

# Regencies and cities per province, Kepmendagri 300.2.2-2138/2025. A province missing here does not
# exist; a regency missing here may have been renumbered since the NIK was issued.
_REGENCIES = """
11 01-18 71-75
12 01-25 71-78
13 01-12 71-77
14 01-10 71-72
15 01-09 71-72
16 01-13 71-74
17 01-09 71
18 01-13 71-72
19 01-06 71
21 01-05 71-72
31 01 71-75
32 01-18 71-79
33 01-29 71-76
34 01-04 71
35 01-29 71-79
36 01-04 71-74
51 01-08 71
52 01-08 71-72
53 01-21 71
61 01-12 71-72
62 01-13 71
63 01-11 71-72
64 01-03 07-09 11 71-72 74
65 01-04 71
71 01-11 71-74
72 01-12 71
73 01-18 22 24 26 71-73
74 01-15 71-72
75 01-05 71
76 01-06
81 01-09 71-72
82 01-08 71-72
91 03 05-06 10-11 15 19-20 71
92 02-03 06-08 11-12
93 01-04
94 01-08
95 01-08
96 01-05 71
"""


def _numbers(spans: list[str]) -> frozenset[int]:
    ends = [span.split("-") for span in spans]
    return frozenset(number for end in ends for number in range(int(end[0]), int(end[-1]) + 1))


REGENCIES = {province: _numbers(spans) for province, *spans in map(str.split, _REGENCIES.strip().splitlines())}


class NikError(ValueError):
    """This cannot be a NIK. `code` is `digits`, `length`, `area`, `date` or `serial`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)  # the code only: a refused number is still somebody's number
        self.code = code


@dataclass(frozen=True, slots=True)
class Nik:
    """The parts of a well-formed NIK. `sex` is "L" or "P"; `year` is the two digits on the card."""

    number: str
    sex: str
    day: int
    month: int
    year: int

    @property
    def birth_dates(self) -> tuple[date, ...]:
        """The dates the number can mean: one per century in which that day exists."""
        return real_dates(self.day, self.month, self.year)

    @property
    def is_area_current(self) -> bool:
        """Whether the regency of first registration still has this code."""
        return int(self.number[2:4]) in REGENCIES[self.number[:2]]


def parse(number: str) -> Nik:
    """The parts of 16 bare digits. Raises NikError."""
    if not (number.isascii() and number.isdigit()):
        raise NikError("digits")
    if len(number) != LENGTH:
        raise NikError("length")
    if number[:2] not in REGENCIES or "00" in (number[2:4], number[4:6]):
        raise NikError("area")
    if number[12:] == "0000":
        raise NikError("serial")
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    sex = sex_of(number)
    parsed = Nik(number, sex, day - WOMAN_DAYS if sex == "P" else day, month, year)
    if not parsed.birth_dates:
        raise NikError("date")
    return parsed


def sex_of(number: str) -> str:
    """ "L" or "P" by the day of birth; the identity provider and old data carry no sex of their own."""
    return "P" if int(number[6:8]) > WOMAN_DAYS else "L"


def warnings(number: str, *, birth_date: date, sex: str) -> list[str]:
    """What an officer should look at: codes, never a refusal. `number` may be malformed."""
    try:
        nik = parse(number)
    except NikError:
        return ["nik_malformed"]
    checks = {
        "nik_birth_date_differs": birth_date not in nik.birth_dates,
        "nik_sex_differs": sex != nik.sex,
        "nik_area_renumbered": not nik.is_area_current,
    }
    return [code for code, differs in checks.items() if differs]


def real_dates(day: int, month: int, year: int) -> tuple[date, ...]:
    """The days that day, month and two digits of a year can mean; none for 31 February."""
    found = []
    for century in CENTURIES:
        try:
            found.append(date(century + year, month, day))
        except ValueError:
            continue
    return tuple(found)
