"""One plain hint per spoiled picture, and none for a good one."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.support import faces, pictures
from verification.faces import decode, detect, quality
from verification.faces.codes import Hint
from verification.faces.pipeline import check_quality

GOOD = quality.Measures(
    eyes_px=90, detail=3, light=120, burnt=0, contrast=35, uneven=0.1, roll=0, nose=0
)  # a webcam at arm's length


@pytest.mark.parametrize("name", faces.HEADS)
def test_a_good_picture_gets_no_hint(name: str) -> None:
    judged = check_quality(faces.portrait(name))
    assert judged.hint is None
    assert judged.faces == 1


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("spoil", "hint"),
    [
        (lambda good: pictures.wall(), Hint.NONE),
        (lambda good: pictures.side_by_side(good, faces.portrait(faces.BIDEN)), Hint.MANY),
        (pictures.far_away, Hint.TOO_SMALL),
        (pictures.blurred, Hint.BLURRY),
        (pictures.dark, Hint.DARK),
        (lambda good: pictures.dark(good, 0.04), Hint.DARK),
        (lambda good: pictures.burnt(good, 2.2), Hint.BRIGHT),
        (pictures.burnt, Hint.BRIGHT),
        (pictures.lit_from_one_side, Hint.SIDE_LIGHT),
        (pictures.tilted, Hint.TILTED),
        (pictures.truncated, Hint.UNREADABLE),
        (lambda good: pictures.pdf(), Hint.UNREADABLE),
        (lambda good: pictures.bomb_png(), Hint.UNREADABLE),
        (lambda good: pictures.with_megapixels(40), Hint.UNREADABLE),
        (lambda good: b"", Hint.UNREADABLE),
    ],
    ids=[
        *("wall", "two", "far", "blurred", "dark", "night", "burnt", "washed_out", "side", "tilted"),
        *("truncated", "pdf", "bomb", "40mp", "empty"),
    ],
)
def test_each_fault_gets_its_own_hint(spoil: Callable[[bytes], bytes], hint: Hint) -> None:
    assert check_quality(spoil(faces.portrait(faces.OBAMA))).hint is hint


@pytest.mark.parametrize(
    ("spoiled", "hint"),
    [
        ({}, None),
        ({"eyes_px": 35.9}, Hint.TOO_SMALL),
        ({"light": 39, "contrast": 8, "detail": 0.1}, Hint.DARK),
        ({"burnt": 0.31}, Hint.BRIGHT),
        ({"light": 236}, Hint.BRIGHT),
        ({"uneven": 0.71}, Hint.SIDE_LIGHT),
        ({"roll": -26}, Hint.TILTED),
        ({"nose": 0.15}, Hint.TURNED),
        ({"nose": -0.15, "detail": 0.1}, Hint.TURNED),
        ({"detail": 0.59}, Hint.BLURRY),
        ({"contrast": 11}, Hint.BLURRY),
        ({"eyes_open": 0.13}, Hint.EYES_CLOSED),
        ({"eyes_open": 0.14}, None),
    ],
)
def test_the_cause_comes_before_the_symptom(spoiled: dict[str, float], hint: Hint | None) -> None:
    assert quality.hint_for(replace(GOOD, **spoiled)) is hint


def test_a_mirrored_face_turns_the_other_way_by_the_same_amount() -> None:
    """The nose offset is a measure of the face, not of the side the landmarks start on."""
    picture = decode.decode(faces.portrait(faces.OBAMA_AGAIN))
    mirrored = decode.Picture(np.ascontiguousarray(picture.pixels[:, ::-1]))
    straight, flipped = (quality.measure(shown, detect.find_in_selfie(shown)[1][0]) for shown in (picture, mirrored))
    assert straight.nose < -0.05
    assert flipped.nose == pytest.approx(-straight.nose, abs=0.03)
    assert flipped.roll == pytest.approx(-straight.roll, abs=3)
    assert flipped.detail == pytest.approx(straight.detail, rel=0.25)


@pytest.mark.parametrize("name", faces.HEADS)
@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_face_is_found_upright_whichever_way_the_picture_lies(name: str, quarter_turns: int) -> None:
    """The eyes are above the nose: an upside-down face is not taken for an upright one."""
    upright = decode.decode(faces.portrait(name))
    lying = decode.Picture(np.ascontiguousarray(np.rot90(upright.pixels, quarter_turns)))
    for find in (detect.find_in_selfie, detect.find_in_reference):
        turned, found = find(lying)
        assert np.array_equal(turned.pixels, upright.pixels)
        assert found[0].points[:4, 1].max() < found[0].points[4, 1]


def test_a_bystander_in_the_background_does_not_spoil_a_selfie() -> None:
    room = pictures.opened(pictures.wall(1280, 960))
    near = pictures.opened(faces.portrait(faces.OBAMA)).resize((1024, 960))
    behind = pictures.opened(faces.portrait(faces.BIDEN)).resize((340, 340))
    room.paste(near, (0, 0))
    room.paste(behind, (940, 20))
    judged = check_quality(pictures.jpeg(room))
    assert judged.faces == 2
    assert judged.hint is None


def test_size_hardly_moves_the_measures() -> None:
    """They are taken on an aligned chip, so a better camera is not a better person."""
    picture = pictures.opened(faces.portrait(faces.OBAMA))
    small = picture.resize((picture.width // 2, picture.height // 2))
    big, little = (check_quality(pictures.jpeg(shown)).measures for shown in (picture, small))
    assert big is not None
    assert little is not None
    assert little.eyes_px == pytest.approx(big.eyes_px / 2, rel=0.05)
    assert little.light == pytest.approx(big.light, rel=0.05)
    assert little.nose == pytest.approx(big.nose, abs=0.03)
