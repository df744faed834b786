"""The stand-in for a camera: the frames written for a browser still show the person."""

from pathlib import Path

import numpy as np

from tests.support import camera, faces, pictures
from verification.faces.pipeline import check_quality


def test_a_raw_film_has_whole_frames_with_the_face_in_them(tmp_path: Path) -> None:
    film = camera.write_y4m(tmp_path / "selfie.y4m", [faces.portrait(faces.OBAMA)], size=(320, 240))
    header, _, body = film.read_bytes().partition(b"\n")
    assert header.startswith(b"YUV4MPEG2 W320 H240 F10:1")
    frame_bytes = len(b"FRAME\n") + 320 * 240 * 3 // 2
    assert len(body) == camera.FRAMES * frame_bytes
    luma = np.frombuffer(body[6 : 6 + 320 * 240], np.uint8).reshape(240, 320)
    grey = pictures.opened(pictures.wall(320, 240))
    grey.paste(camera.Image.fromarray(luma), (0, 0))
    assert check_quality(pictures.jpeg(grey)).faces == 1


def test_a_compressed_film_is_a_row_of_jpegs(tmp_path: Path) -> None:
    film = camera.write_mjpeg(tmp_path / "selfie.mjpeg", [faces.portrait(faces.OBAMA), pictures.wall()])
    assert film.read_bytes().count(b"\xff\xd8\xff") == 2 * camera.FRAMES
    assert check_quality(film.read_bytes()).hint is None
