"""Which questions are asked of whom, and who sees which application."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from enrollment import rules
from enrollment.models import Application

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("born", "years"),
    [
        (date(2026, 11, 22), 0),
        (date(2014, 11, 22), 12),
        (date(2014, 11, 23), 11),
        (date(1970, 11, 23), 55),
        (date(1970, 11, 22), 56),
    ],
)
def test_age_is_counted_in_completed_years(born: date, years: int) -> None:
    assert rules.age(born, TODAY) == years


def test_a_leap_day_birthday_comes_on_the_first_of_march() -> None:
    assert rules.age(date(2012, 2, 29), date(2025, 2, 28)) == 12
    assert rules.age(date(2012, 2, 29), date(2025, 3, 1)) == 13


@pytest.mark.parametrize(
    ("sex", "born", "asked"),
    [
        ("P", date(2014, 11, 22), True),
        ("P", date(2014, 11, 23), False),
        ("P", date(1970, 11, 23), True),
        ("P", date(1970, 11, 22), False),
        ("L", date(1990, 1, 1), False),
    ],
)
def test_pregnancy_is_asked_of_women_of_12_to_55(sex: str, born: date, asked: bool) -> None:
    assert rules.may_be_pregnant(sex, born, TODAY) == asked


@pytest.mark.parametrize(
    ("born", "asked"), [(date(2022, 11, 22), True), (date(2022, 11, 23), False), (date(2000, 11, 22), False)]
)
def test_school_is_asked_of_the_young(born: date, asked: bool) -> None:
    assert rules.may_be_pupil(born, TODAY) == asked


SEEN = {
    "indah": {"application"},
    "ani": {"application", "joko_application", "eko_application", "fajar_application"},
    "citra": {"kirana_application"},
    "dewi": {"application", "joko_application", "eko_application", "fajar_application"},
    "gita": {"application", "joko_application", "eko_application", "fajar_application"},
    "hadi": set(),
    "laras": set(),
    "eko": {"eko_application"},
    "fajar": {"fajar_application"},
}


@pytest.mark.parametrize("who", SEEN)
def test_everybody_sees_what_is_theirs(cast, who: str) -> None:
    names = ["application", "joko_application", "kirana_application", "eko_application", "fajar_application"]
    by_pk = {getattr(cast, name).pk: name for name in names}
    seen = Application.objects.visible_to(cast[who]).values_list("pk", flat=True)
    assert {by_pk[pk] for pk in seen} == SEEN[who]


def test_a_user_who_was_switched_off_sees_nothing(cast) -> None:
    indah = cast.indah
    indah.is_active = False
    assert not Application.objects.visible_to(indah).exists()


def test_a_visitor_sees_nothing(cast) -> None:
    cast.application  # noqa: B018 - there is something to see
    assert not Application.objects.visible_to(AnonymousUser()).exists()
