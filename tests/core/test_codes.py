"""Codes people read out on the phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perlinsos.core import codes

bodies = st.builds(codes.new_code, st.sampled_from(["BWI", "TBN", "SRT"]))


@given(bodies)
def test_a_new_code_is_clean_as_it_stands(code: str) -> None:
    assert codes.clean(code) == code


@given(bodies, st.sampled_from(["lower", "spaces", "none", "dots"]))
def test_a_code_is_read_however_it_is_typed(code: str, habit: str) -> None:
    typed = {
        "lower": code.lower(),
        "spaces": f"  {code.replace('-', ' ')} ",
        "none": code.replace("-", ""),
        "dots": code.replace("-", "."),
    }[habit]
    assert codes.clean(typed) == code


@given(bodies)
def test_letters_that_look_like_digits_are_read_as_meant(code: str) -> None:
    prefix, rest = code[:3], code[3:]
    assert codes.clean(prefix + rest.replace("1", "I").replace("0", "O")) == code


@given(bodies, st.integers(0, 6), st.sampled_from(codes.ALPHABET))
def test_a_wrong_character_is_noticed(code: str, place: int, letter: str) -> None:
    body = code[4:].replace("-", "")
    wrong = body[:place] + letter + body[place + 1 :]
    if wrong != body and {body[place], letter} != {"0", "Z"}:
        assert codes.clean(f"{code[:3]}-{wrong[:4]}-{wrong[4:]}") is None


@pytest.mark.parametrize(
    "text", ["", "BWI", "BWI-7K4M", "123-7K4M-92QX", "BWI-7K4M-92Q!", "BWI-7K4M-92QXX", "\x00" * 11]
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert codes.clean(text) is None


@given(st.text(max_size=40))
def test_any_text_at_all_is_answered(text: str) -> None:
    codes.clean(text)
