"""Which questions make sense for whom. Pure: no database, no clock."""

from datetime import date

from enrollment.enums import Sex

# Ages in completed years. The rule data decides what counts; these only keep senseless questions away.
PREGNANCY_AGES = range(12, 56)
SCHOOL_AGES = range(4, 26)

# What is written on the sticker of a household meter, in VA; 0 is a house without a meter of its own.
METERS_VA = (450, 900, 1300, 2200, 3500, 0)


def age(birth_date: date, on: date) -> int:
    """Completed years; a person born on 29 February turns a year older on 1 March."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def may_be_pregnant(sex: str, birth_date: date, on: date) -> bool:
    return sex == Sex.FEMALE and age(birth_date, on) in PREGNANCY_AGES


def may_be_pupil(birth_date: date, on: date) -> bool:
    return age(birth_date, on) in SCHOOL_AGES
