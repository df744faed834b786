"""The engine gives what `face_recognition` gives, and stays out of every process but the worker's."""

import importlib.util
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import ImageFile

from tests.support import faces, pictures
from verification.faces import decode, detect, dlib_network, embed, engine, quality
from verification.faces.codes import Hint


@pytest.fixture(scope="module")
def face_recognition() -> ModuleType:
    """The library itself, whose import warns about pkg_resources."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import face_recognition

    return face_recognition


@pytest.mark.parametrize("name", faces.HEADS)
def test_each_look_equals_the_embedding_of_face_recognition(face_recognition: ModuleType, name: str) -> None:
    """The network runs in another runtime: the same numbers, to a millionth."""
    picture = decode.decode(faces.photograph(name), side=10_000)
    face = detect.find_in_selfie(picture)[1][0]
    box = (face.top, face.right, face.bottom, face.left)
    (theirs,) = face_recognition.face_encodings(picture.pixels, [box], model="small")
    network = engine.load().recogniser
    ours = network.embeddings(embed.chips(picture, face, network.side)[:1])[0]
    assert np.abs(ours - theirs).max() < 2e-6


def test_boxes_equal_those_of_face_recognition(face_recognition: ModuleType) -> None:
    picture = decode.decode(faces.portrait(faces.OBAMA))
    face = detect.find_faces(picture)[0]
    assert face_recognition.face_locations(picture.pixels, 0) == [(face.top, face.right, face.bottom, face.left)]


def test_half_a_picture_is_refused_although_that_library_is_loaded(face_recognition: ModuleType) -> None:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    with pytest.raises(decode.UnreadablePicture):
        decode.decode(pictures.truncated(faces.portrait(faces.OBAMA)))
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_the_engine_is_loaded_once_and_names_its_version() -> None:
    assert engine.load() is engine.load()
    assert "face_recognition_models 0.3.0" in engine.load().version


def test_the_68_points_are_looked_for_only_where_their_licence_was_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = decode.decode(faces.portrait(faces.OBAMA))
    face = detect.find_faces(picture)[0]
    assert engine.load().outline is None
    assert quality.measure(picture, face).eyes_open is None
    monkeypatch.setenv("FACE_68_POINTS", "yes")  # the word is "accepted", so that nobody accepts by habit
    assert engine.load.__wrapped__().outline is None
    monkeypatch.setenv("FACE_68_POINTS", "accepted")
    accepted = engine.load.__wrapped__()
    monkeypatch.setattr(engine, "load", lambda: accepted)
    measured = quality.measure(picture, face)
    assert measured.eyes_open is not None
    assert 0.2 < measured.eyes_open < 0.5  # he looks at the camera
    assert quality.hint_for(measured) is None
    assert quality.hint_for(measured, quality.Gate(eyes_open=0.6)) is Hint.EYES_CLOSED


def test_missing_weights_raise_instead_of_ending_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="face_recognition_models"):
        engine.load.__wrapped__()


def test_another_file_than_dlibs_is_refused(tmp_path: Path) -> None:
    weights = Path(importlib.util.find_spec("face_recognition_models").origin).parent / "models"
    network = weights / "dlib_face_recognition_resnet_model_v1.dat"
    (tmp_path / "cut.dat").write_bytes(network.read_bytes()[:-100_000])
    for other in (tmp_path / "cut.dat", weights / "shape_predictor_5_face_landmarks.dat"):
        with pytest.raises(ValueError, match="weight file"):
            dlib_network.model(other)


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("module", ["verification.faces", "verification.faces.codes", "verification.faces.thresholds"])
def test_what_the_web_process_may_import_is_light(module: str) -> None:
    assert not modules_after(f"import {module}") & {"dlib", "numpy", "PIL", "cv2", "django", "face_recognition"}


RESOLVED = """
import perlinsos.wsgi
from django.urls import get_resolver

def walk(patterns):
    for each in patterns:
        yield from walk(each.url_patterns) if hasattr(each, "url_patterns") else [each.callback]

assert len(list(walk(get_resolver().url_patterns))) > 100
"""


def test_the_web_process_never_loads_the_engine() -> None:
    loaded = modules_after(RESOLVED)
    assert "verification" in loaded
    assert not loaded & {"dlib", "onnx", "onnxruntime", "face_recognition", "face_recognition_models", "cv2"}


def test_the_pipeline_needs_neither_django_nor_the_68_points() -> None:
    loaded = modules_after("from verification.faces import pipeline, engine\nengine.load()")
    assert "dlib" in loaded
    assert not loaded & {"django", "face_recognition", "face_recognition_models", "pkg_resources"}


def test_a_picture_is_shrunk_to_the_side_asked_for_and_turned() -> None:
    picture = decode.decode(pictures.with_exif(faces.portrait(faces.OBAMA_OLDER), orientation=6), side=320)
    assert picture.pixels.dtype == np.uint8
    assert max(picture.width, picture.height) == 320
    assert picture.height > picture.width
