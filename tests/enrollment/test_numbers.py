"""NIK and KK numbers: what can be one, what disagrees, what registers write when they do not know."""

from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment import kk, nik
from perlinsos.core.crypto import blind_index
from perlinsos.core.templatetags.portal import mask_nik

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 12, 31))
PROVINCES = st.sampled_from(sorted(nik.REGENCIES))
SEXES = st.sampled_from(["L", "P"])


def number(*, province: str = "35", born: date = date(1979, 2, 27), sex: str = "P", serial: int = 9005) -> str:
    regency = min(nik.REGENCIES[province])
    day = born.day + (40 if sex == "P" else 0)
    return f"{province}{regency:02}01{day:02}{born:%m%y}{serial:04}"


@given(province=PROVINCES, born=DAYS, sex=SEXES, serial=st.integers(1, 9999))
def test_every_number_made_by_the_rule_is_read_back(province: str, born: date, sex: str, serial: int) -> None:
    made = number(province=province, born=born, sex=sex, serial=serial)
    parsed = nik.parse(made)
    assert parsed.sex == nik.sex_of(made) == sex
    assert born in parsed.birth_dates
    assert nik.warnings(made, birth_date=born, sex=sex) == []


@given(born=DAYS, other=DAYS, sex=SEXES)
def test_another_birth_date_warns_and_never_refuses(born: date, other: date, sex: str) -> None:
    made = number(born=born, sex=sex)
    expected = [] if other in nik.parse(made).birth_dates else ["nik_birth_date_differs"]
    assert nik.warnings(made, birth_date=other, sex=sex) == expected


@given(st.text(max_size=20))
def test_anything_else_is_refused_with_a_code_and_without_the_number(text: str) -> None:
    with pytest.raises(nik.NikError) as refused:
        nik.parse(f"{text}x")
    assert str(refused.value) == refused.value.code == "digits"


@given(st.text("0123456789", min_size=16, max_size=16))
def test_sixteen_digits_never_crash(digits: str) -> None:
    try:
        parsed = nik.parse(digits)
    except nik.NikError:
        return
    assert parsed.number == digits
    assert parsed.birth_dates
    assert 1 <= parsed.day <= 31


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("351022670279900", "length"),
        ("35102267027990055", "length"),
        ("35102267O2799005", "digits"),
        ("3510 2267 0279 9005", "digits"),
        ("٣٥١٠٢٢٦٧٠٢٧٩٩٠٠٥", "digits"),
        ("", "digits"),
        ("9910226702799005", "area"),
        ("3500226702799005", "area"),
        ("3510006702799005", "area"),
        ("0000000000000000", "area"),
        ("3510223113799005", "date"),
        ("3510223002799005", "date"),
        ("3510227202799005", "date"),
        ("3510220002799005", "date"),
        ("3510223902799005", "date"),
        ("3510226702790000", "serial"),
    ],
)
def test_a_wrong_nik_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(nik.NikError) as refused:
        nik.parse(text)
    assert refused.value.code == code


def test_leap_days_need_one_century_only() -> None:
    assert nik.parse("3510222902009005").birth_dates == (date(2000, 2, 29),)
    with pytest.raises(nik.NikError):
        nik.parse("3510222902019005")


def test_a_regency_that_was_renumbered_warns_only() -> None:
    assert nik.warnings("9101012702799005", birth_date=date(1979, 2, 27), sex="L") == ["nik_area_renumbered"]


def test_a_woman_with_a_mans_number_warns() -> None:
    assert nik.warnings("3510222702799005", birth_date=date(1979, 2, 27), sex="P") == ["nik_sex_differs"]


def test_a_malformed_number_of_a_register_warns() -> None:
    assert nik.warnings("0", birth_date=date(1979, 2, 27), sex="P") == ["nik_malformed"]


# --- KK ---------------------------------------------------------------------------------------


@given(PROVINCES, st.integers(0, 999999), st.integers(1, 9999))
def test_a_kk_number_with_area_and_serial_is_one(province: str, recorded: int, serial: int) -> None:
    made = f"{province}0101{recorded:06}{serial:04}"
    assert kk.parse(made) == kk.or_none(f" {made} ") == made


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "length"),
        ("", "digits"),
        ("-", "digits"),
        ("351022090716900", "length"),
        ("35102209071690021", "length"),
        ("0000000000000000", "area"),
        ("9910220907169002", "area"),
        ("3500220907169002", "area"),
        ("3510220907160000", "serial"),
        ("3510220907l69002", "digits"),
    ],
)
def test_what_registers_write_for_unknown_is_no_kk_number(text: str, code: str) -> None:
    with pytest.raises(kk.KkError) as refused:
        kk.parse(text)
    assert refused.value.code == code
    assert kk.or_none(text) is None


@given(PROVINCES, st.integers(1, 99), st.integers(0, 999999), st.integers(1, 9999))
def test_a_kk_number_warns_of_its_date_and_its_area_and_never_refuses(
    province: str, regency: int, recorded: int, serial: int
) -> None:
    made = kk.parse(f"{province}{regency:02}01{recorded:06}{serial:04}")
    day, month, year = recorded // 10_000, recorded // 100 % 100, recorded % 100
    was_once = any(_is_day(century + year, month, day) for century in (1900, 2000))
    assert ("kk_date_impossible" in kk.warnings(made)) == (not was_once)
    assert ("kk_area_renumbered" in kk.warnings(made)) == (regency not in nik.REGENCIES[province])


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


@given(province=PROVINCES, born=DAYS, sex=SEXES, serial=st.integers(1, 9999))
def test_a_mask_hides_the_birth_and_an_index_hides_everything(province: str, born: date, sex: str, serial: int) -> None:
    made = number(province=province, born=born, sex=sex, serial=serial)
    masked = mask_nik(made)
    assert (len(masked), masked[4:12]) == (nik.LENGTH, "*" * 8)
    index = blind_index(made, kind="nik")
    assert index == blind_index(made, kind="nik") != blind_index(made, kind="kk")
    assert made.encode() not in bytes(index)


def test_no_kk_number_at_all() -> None:
    assert kk.or_none(None) is None
