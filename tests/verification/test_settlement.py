"""Whose word settles a face: a table of voices."""

import pytest

from verification.settlement import Voice, Weight, weigh

AGENT_YES, AGENT_NO = Voice(True, settles_ties=False), Voice(False, settles_ties=False)
OFFICER_YES, OFFICER_NO = Voice(True, settles_ties=True), Voice(False, settles_ties=True)
SETTLES, OFFICER, SECOND = Weight.SETTLES, Weight.NEEDS_OFFICER, Weight.NEEDS_SECOND_OFFICER


@pytest.mark.parametrize(
    ("answer", "earlier", "machine", "weight"),
    [
        (AGENT_YES, [], None, SETTLES),
        (AGENT_YES, [], True, SETTLES),
        (AGENT_YES, [], False, OFFICER),
        (AGENT_YES, [AGENT_NO], None, OFFICER),
        (AGENT_YES, [OFFICER_NO], None, OFFICER),
        (AGENT_YES, [OFFICER_YES], False, OFFICER),
        (AGENT_NO, [], None, OFFICER),
        (AGENT_NO, [], False, OFFICER),
        (OFFICER_YES, [], None, SETTLES),
        (OFFICER_YES, [], True, SETTLES),
        (OFFICER_YES, [], False, SECOND),
        (OFFICER_NO, [], False, SETTLES),
        (OFFICER_NO, [], True, SECOND),
        (OFFICER_YES, [AGENT_YES], False, SETTLES),
        (OFFICER_NO, [AGENT_YES], False, SECOND),
        (OFFICER_YES, [AGENT_NO], None, SECOND),
        (OFFICER_NO, [AGENT_NO], None, SETTLES),
        (OFFICER_YES, [OFFICER_YES], False, SETTLES),
        (OFFICER_NO, [OFFICER_YES], False, SETTLES),
        (OFFICER_YES, [AGENT_YES, OFFICER_NO], False, SETTLES),
        (OFFICER_NO, [AGENT_YES, OFFICER_NO], None, SETTLES),
    ],
)
def test_who_settles(answer: Voice, earlier: list[Voice], machine: bool | None, weight: Weight) -> None:
    assert weigh(answer, earlier, machine_leans=machine) == weight


def test_an_agent_who_enrolled_the_family_needs_an_officer() -> None:
    assert weigh(AGENT_YES, [], machine_leans=None, needs_officer=True) == OFFICER
