"""The KK number of a family card (Kartu Keluarga): 16 digits.

`PPKKCC DDMMYY SSSS`: area of issue, date of recording, serial of the family that day. It changes on
a move, a death, a divorce or a split, so it is something a family has and never who the family is.
"""

from enrollment.nik import LENGTH, REGENCIES, real_dates


class KkError(ValueError):
    """This cannot be a KK number. `code` is `digits`, `length`, `area` or `serial`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(number: str) -> str:
    """`number` itself when 16 bare digits can be a KK number. Raises KkError.

    The date inside is not checked: cards written by hand before the national register carry
    dates that never were, and those families exist. `warnings` tells them.
    """
    if not (number.isascii() and number.isdigit()):
        raise KkError("digits")
    if len(number) != LENGTH:
        raise KkError("length")
    if number[:2] not in REGENCIES or number[2:4] == "00":
        raise KkError("area")
    if number[12:] == "0000":
        raise KkError("serial")
    return number


def warnings(number: str) -> list[str]:
    """What an officer should look at in a well-formed number: codes, never a refusal."""
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    checks = {
        "kk_date_impossible": not real_dates(day, month, year),
        "kk_area_renumbered": int(number[2:4]) not in REGENCIES[number[:2]],
    }
    return [code for code, holds in checks.items() if holds]


def or_none(number: str | None) -> str | None:
    """The number when it can be one. Registers say "unknown" with `0`, blanks and rows of zeros."""
    try:
        return parse((number or "").strip())
    except KkError:
        return None
