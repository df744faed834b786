"""Sealing: round trip, rotation, and everything that must not open."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from perlinsos.core import crypto

PLACE = "enrollment.person.nik"
NEW_KEY = bytes(reversed(range(32)))


@given(st.binary(max_size=2000), st.text(min_size=1, max_size=60))
def test_what_is_sealed_opens_in_its_place(plain: bytes, place: str) -> None:
    assert crypto.unseal(crypto.seal(plain, place=place), place=place) == plain


def test_the_same_value_never_looks_the_same() -> None:
    sealed = {crypto.seal(b"3510220101909001", place=PLACE) for _ in range(20)}
    assert len(sealed) == 20
    assert not any(b"3510220101909001" in value for value in sealed)


@pytest.mark.parametrize("place", ["enrollment.person.name", "enrollment.familycardnumber.number", ""])
def test_a_value_moved_elsewhere_does_not_open(place: str) -> None:
    with pytest.raises(crypto.SealBroken):
        crypto.unseal(crypto.seal(b"secret", place=PLACE), place=place)


@given(st.data())
def test_a_single_changed_bit_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(crypto.seal(b"secret", place=PLACE))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(crypto.SealBroken):
        crypto.unseal(bytes(sealed), place=PLACE)


@given(st.binary(max_size=80))
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    with pytest.raises(crypto.SealBroken):
        crypto.unseal(rubbish, place=PLACE)


def test_a_truncated_value_does_not_open() -> None:
    sealed = crypto.seal(b"secret", place=PLACE)
    for length in range(len(sealed)):
        with pytest.raises(crypto.SealBroken):
            crypto.unseal(sealed[:length], place=PLACE)


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key(settings: Settings) -> None:
    old_ring = dict(settings.FIELD_KEYS)
    old = crypto.seal(b"before", place=PLACE)
    settings.FIELD_KEYS = {"k2": NEW_KEY, **old_ring}
    new = crypto.seal(b"after", place=PLACE)
    assert crypto.unseal(old, place=PLACE) == b"before"
    assert new[2:4] == b"k2"
    settings.FIELD_KEYS = old_ring
    with pytest.raises(crypto.SealBroken):
        crypto.unseal(new, place=PLACE)


def test_a_blind_index_is_equal_for_equal_values_of_one_kind_only() -> None:
    nik = "3510220101909001"
    assert crypto.blind_index(nik, kind="nik") == crypto.blind_index(nik, kind="nik")
    assert crypto.blind_index(nik, kind="nik") != crypto.blind_index(nik, kind="kk")
    assert crypto.blind_index(nik, kind="nik") != crypto.blind_index("3510220101909002", kind="nik")


def test_a_blind_index_cannot_be_computed_without_its_key(settings: Settings) -> None:
    ours = crypto.blind_index("3510220101909001", kind="nik")
    settings.BLIND_INDEX_KEY = base64.b64decode(base64.b64encode(NEW_KEY))
    assert crypto.blind_index("3510220101909001", kind="nik") != ours
