"""Family cards as they are: untidy, and never a reason to stop a family."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment import cards
from enrollment.enums import Relation, Sex
from tests.enrollment import factories as make


def test_an_ordinary_card_has_no_warnings() -> None:
    card = make.card()
    assert card.warnings == ()
    assert card.head.name == "Sulastri"
    assert card.village_code == make.KESILIR
    assert [member.relation for member in card.members] == ["kepala", "anak", "anak"]


def test_what_is_stored_reads_back_the_same() -> None:
    dead = {**make.PONIRIN, "relation": "suami", "alive": False, "deceased_on": "2024-05-01"}
    card = make.card(members=[{**make.SULASTRI, "relation": "kepala"}, dead])
    assert cards.load(cards.dump(card)) == card


def test_with_two_heads_the_named_one_stays() -> None:
    lines = [{**make.PONIRIN, "relation": "kepala"}, {**make.SULASTRI, "relation": "kepala"}]
    card = make.card(members=lines, head_nik=make.SULASTRI["nik"])
    assert card.head.name == "Sulastri"
    assert card.members[0].relation == Relation.OTHER
    assert card.warnings == ("two_heads",)


def test_two_heads_and_no_name_keep_the_first() -> None:
    lines = [{**make.PONIRIN, "relation": "kepala"}, {**make.SULASTRI, "relation": "kepala"}]
    assert make.card(members=lines, head_nik=None).head.name == "Ponirin"


def test_without_a_head_the_first_line_is_the_head() -> None:
    card = make.card(members=[{**make.SULASTRI, "relation": "istri"}, {**make.RIZKI, "relation": "anak"}])
    assert card.head.name == "Sulastri"
    assert "no_head" in card.warnings


def test_a_head_who_died_stays_on_the_card() -> None:
    lines = [{**make.PONIRIN, "relation": "kepala", "alive": False}, {**make.SULASTRI, "relation": "istri"}]
    card = make.card(members=lines, head_nik=make.PONIRIN["nik"])
    assert not card.head.is_alive
    assert card.warnings == ("deceased_head", "deceased_member")


def test_a_nik_twice_is_one_member() -> None:
    card = make.card(members=[{**make.SULASTRI, "relation": "kepala"}, {**make.SULASTRI, "relation": "lainnya"}])
    assert len(card.members) == 1
    assert card.warnings == ("duplicate_nik",)


@pytest.mark.parametrize("unknown", [None, "", "0", "0000000000000000", "351022670279900", "-"])
def test_a_member_without_a_nik_has_none(unknown: str | None) -> None:
    card = make.card(
        members=[{**make.SULASTRI, "relation": "kepala"}, {**make.RIZKI, "nik": unknown, "relation": "anak"}]
    )
    assert card.members[1].nik is None
    assert card.warnings == ("member_without_nik",)


@pytest.mark.parametrize("unknown", [None, "", "0", "0000000000000000", "351022090716900"])
def test_an_unknown_kk_number_is_none(unknown: str | None) -> None:
    card = make.card(kk_number=unknown)
    assert card.kk_number is None
    assert card.warnings == ("kk_number_unknown",)


def test_a_nik_that_disagrees_with_the_birth_date_warns() -> None:
    card = make.card(members=[{**make.SULASTRI, "relation": "kepala", "birth_date": "1980-02-27"}])
    assert card.warnings == ("nik_birth_date_differs",)


@pytest.mark.parametrize("code", [None, "", "3510222003", "35.10.22", "x"])
def test_a_village_that_is_no_code_is_unknown(code: str | None) -> None:
    assert make.card(village_code=code).village_code is None


def test_an_unknown_relation_is_another_member() -> None:
    lines = [{**make.SULASTRI, "relation": "kepala"}, {**make.RIZKI, "relation": "keponakan"}]
    assert make.card(members=lines).members[1].relation == Relation.OTHER


def test_without_a_date_a_death_is_kept_as_a_death() -> None:
    lines = [{**make.SULASTRI, "relation": "kepala"}, {**make.PONIRIN, "relation": "suami", "alive": False}]
    member = make.card(members=lines).members[1]
    assert (member.is_alive, member.deceased_on) == (False, None)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"members": None},
        {"members": []},
        {"members": ["x"]},
        {"members": [{}]},
        {"members": [{**make.SULASTRI, "sex": "X"}]},
        {"members": [{**make.SULASTRI, "name": "  "}]},
        {"members": [{**make.SULASTRI, "birth_date": "27-02-1979"}]},
    ],
)
def test_what_is_no_card_is_refused(answer: dict) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the connector treats every one alike
        cards.parse(answer)


LINES = st.fixed_dictionaries(
    {
        "nik": st.one_of(st.none(), st.text("0123456789", max_size=17), st.just(make.SULASTRI["nik"])),
        "name": st.just("Rekaan"),
        "sex": st.sampled_from(Sex.values),
        "birth_date": st.dates(date(1920, 1, 1), date(2026, 1, 1)).map(date.isoformat),
        "relation": st.sampled_from([*Relation.values, "", "keponakan"]),
        "alive": st.booleans(),
    }
)


@given(st.lists(LINES, min_size=1, max_size=8))
def test_every_card_ends_with_one_head_and_each_nik_once(lines: list[dict]) -> None:
    card = make.card(members=lines)
    assert sum(member.relation == Relation.HEAD for member in card.members) == 1
    known = [member.nik for member in card.members if member.nik]
    assert len(known) == len(set(known))
    assert set(card.warnings) <= cards.WARNINGS
    assert cards.load(cards.dump(card)) == card
