"""The engine gives what `face_recognition` gives, and stays out of every process but the worker's."""

import subprocess
import sys
import warnings
from types import ModuleType

import numpy as np
import pytest
from PIL import ImageFile

from tests.support import faces, pictures
from verification.faces import decode, detect, embed, engine


@pytest.fixture(scope="module")
def face_recognition() -> ModuleType:
    """The library itself, whose import warns about pkg_resources."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import face_recognition

    return face_recognition


@pytest.mark.parametrize("name", faces.HEADS)
def test_embeddings_equal_those_of_face_recognition(face_recognition: ModuleType, name: str) -> None:
    picture = decode.decode(faces.photograph(name), side=10_000)
    face = detect.find_in_selfie(picture)[1][0]
    box = (face.top, face.right, face.bottom, face.left)
    (theirs,) = face_recognition.face_encodings(picture.pixels, [box], model="small")
    assert np.array_equal(embed.embed(picture, face), theirs)


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


def test_missing_weights_raise_instead_of_ending_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="face_recognition_models"):
        engine.load.__wrapped__()


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("module", ["verification.faces", "verification.faces.codes", "verification.faces.thresholds"])
def test_what_the_web_process_may_import_is_light(module: str) -> None:
    assert not modules_after(f"import {module}") & {"dlib", "numpy", "PIL", "cv2", "django", "face_recognition"}


def test_the_pipeline_needs_neither_django_nor_the_68_points() -> None:
    loaded = modules_after("from verification.faces import pipeline, engine\nengine.load()")
    assert "dlib" in loaded
    assert not loaded & {"django", "face_recognition", "face_recognition_models", "pkg_resources"}


def test_a_picture_is_shrunk_to_the_side_asked_for_and_turned() -> None:
    picture = decode.decode(pictures.with_exif(faces.portrait(faces.OBAMA_OLDER), orientation=6), side=320)
    assert picture.pixels.dtype == np.uint8
    assert max(picture.width, picture.height) == 320
    assert picture.height > picture.width
