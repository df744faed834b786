"""The whole face check on real photographs: three outcomes, one hint, never a refusal."""

import dataclasses
from functools import cache

import pytest

from tests.support import faces, pictures
from verification.faces import pipeline
from verification.faces.codes import Hint, Outcome, Reason
from verification.faces.thresholds import STRICT, FaceThresholds


@cache
def compared(selfie: bytes, reference: bytes, thresholds: FaceThresholds = STRICT) -> pipeline.FaceComparison:
    return pipeline.compare(selfie, reference, thresholds)


def test_the_same_person_is_accepted() -> None:
    found = compared(faces.portrait(faces.OBAMA), faces.portrait(faces.OBAMA_AGAIN))
    assert found.outcome is Outcome.ACCEPT
    assert found.reason is None
    assert found.raw == pytest.approx(0.346, abs=0.02)
    assert found.cen is None
    assert found.thresholds_version == "strict-2"
    assert "dlib" in found.engine_version
    assert {len(found.selfie_embedding or b""), len(found.reference_embedding or b"")} == {512}
    assert set(found.timings) == {"load", "decode", "detect", "quality", "embed", "total"}


def test_a_less_alike_picture_of_the_same_person_goes_to_an_officer_without_suspicion() -> None:
    found = compared(faces.portrait(faces.OBAMA_AGAIN), faces.portrait(faces.OBAMA_OLDER))
    assert (found.outcome, found.reason, found.mismatch_hint) == (Outcome.REVIEW, Reason.UNCERTAIN, False)


@pytest.mark.parametrize("name", faces.SAME_PERSON)
def test_another_person_is_never_accepted_either_way_round(name: str) -> None:
    for selfie, reference in ((name, faces.BIDEN), (faces.BIDEN, name)):
        found = compared(faces.portrait(selfie), faces.portrait(reference))
        assert (found.outcome, found.reason, found.mismatch_hint) == (Outcome.REVIEW, Reason.MISMATCH, True)


def test_the_photographs_as_published_are_found_and_told_apart() -> None:
    """Full-length press photographs, a PNG with transparency, a face half cut off."""
    reference = faces.photograph(faces.OBAMA)
    for name in ("32bit.png", "obama_partial_face.jpg", "obama_partial_face2.jpg", "obama3.jpg"):
        assert compared(faces.photograph(name), reference).mismatch_hint is False, name
    assert compared(faces.photograph(faces.BIDEN), reference).outcome is not Outcome.ACCEPT


def test_a_picture_that_cannot_be_judged_asks_for_another_and_compares_nothing() -> None:
    found = compared(pictures.wall(), faces.portrait(faces.OBAMA))
    assert (found.outcome, found.hint) == (Outcome.RETRY, Hint.NONE)
    assert (found.raw, found.reason, found.selfie_embedding, found.reference_embedding) == (None,) * 4
    assert found.reference_quality is None


@pytest.mark.parametrize("reference", ["wall", "two", "half", "nothing"])
def test_an_unusable_reference_is_no_fault_of_the_person(reference: str) -> None:
    good = faces.portrait(faces.OBAMA)
    unusable = {
        "wall": pictures.wall(),
        "two": pictures.side_by_side(good, faces.portrait(faces.BIDEN)),
        "half": pictures.truncated(good),
        "nothing": b"",
    }
    found = compared(good, unusable[reference])
    assert (found.outcome, found.reason) == (Outcome.REVIEW, Reason.REFERENCE_UNUSABLE)
    assert found.mismatch_hint is False
    assert found.selfie_embedding
    assert found.reference_embedding is None


def test_a_poor_reference_is_compared_and_its_quality_reported() -> None:
    found = compared(faces.portrait(faces.OBAMA), pictures.blurred(faces.portrait(faces.OBAMA_AGAIN)))
    assert found.outcome is Outcome.REVIEW
    assert found.raw is not None
    assert found.reference_quality is not None
    assert found.reference_quality.hint is Hint.BLURRY


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_reference_lying_on_its_side_is_turned(quarter_turns: int) -> None:
    lying = pictures.jpeg(pictures.opened(faces.portrait(faces.OBAMA_AGAIN)).rotate(90 * quarter_turns, expand=True))
    assert compared(faces.portrait(faces.OBAMA), lying).outcome is Outcome.ACCEPT


def test_a_tiny_reference_is_found() -> None:
    tiny = pictures.opened(faces.portrait(faces.OBAMA_AGAIN))
    tiny.thumbnail((150, 150))
    assert compared(faces.portrait(faces.OBAMA), pictures.jpeg(tiny)).outcome is Outcome.ACCEPT


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_selfie_turned_by_its_exif_note_works(orientation: int) -> None:
    selfie = pictures.with_exif(faces.portrait(faces.OBAMA), orientation=orientation, gps=True)
    assert compared(selfie, faces.portrait(faces.OBAMA_AGAIN)).outcome is Outcome.ACCEPT


def test_the_same_pictures_give_the_same_answer() -> None:
    pair = faces.portrait(faces.OBAMA), faces.portrait(faces.BIDEN)
    once, twice = (pipeline.compare(*pair, STRICT) for _ in range(2))
    assert dataclasses.replace(once, timings={}) == dataclasses.replace(twice, timings={})


def test_the_version_of_the_thresholds_is_kept_and_they_decide() -> None:
    careful = FaceThresholds(version="careful-7", accept_raw_alone=0.2)
    found = compared(faces.portrait(faces.OBAMA), faces.portrait(faces.OBAMA_AGAIN), careful)
    assert (found.outcome, found.thresholds_version) == (Outcome.REVIEW, "careful-7")
