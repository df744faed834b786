"""The state banks' account check: does it exist, is the name the same, can it be paid to. No balance.

Every number is an account in good order, but for those that end in one of these (so that a trainer
can show each case): 01 does not exist, 02 is somebody else's, 03 is closed, 04 takes no transfers.
"""

from typing import Any

from sandbox.sources import questions

Fields = dict[str, Any]
GOOD = {"exists": True, "name_matches": True, "active": True, "can_receive_transfer": True}
MISSING = dict.fromkeys(GOOD, False)
CASES: dict[str, Fields] = {
    "01": MISSING,
    "02": {**GOOD, "name_matches": False},
    "03": {**GOOD, "active": False, "can_receive_transfer": False},
    "04": {**GOOD, "can_receive_transfer": False},
}


def check(body: Fields) -> Fields:
    return {"account": CASES.get(questions.account_number(body)[-2:], GOOD)}


def of_another(body: Fields, right: Fields) -> Fields:
    """The bank still has the name from before the marriage."""
    return {"account": {**right["account"], "name_matches": False}}


def not_yet_opened(body: Fields, right: Fields) -> Fields:
    return {"account": MISSING}
