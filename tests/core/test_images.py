"""Photographs at the door: what is refused, with which words, and what is left of the rest."""

import hashlib
import io
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from perlinsos.core import images
from perlinsos.core.errors import InputError
from tests.support import pictures
from tests.support.code import ROOT


@pytest.fixture(scope="module")
def photo() -> bytes:
    """An upright 1200 × 900 photograph with something to see in every corner."""
    image = pictures.opened(pictures.wall(1200, 900))
    for colour, corner in {"red": (0, 0), "green": (900, 0), "blue": (0, 600), "yellow": (900, 600)}.items():
        image.paste(colour, (*corner, corner[0] + 300, corner[1] + 300))
    return pictures.jpeg(image)


def refusal(data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        images.normalise_photo(data)
    assert str(caught.value.message)
    return caught.value


def corners(data: bytes) -> list[str]:
    """Names of the colours in the four corners, clockwise from top left."""
    image = pictures.opened(data)
    right, bottom = image.width - 20, image.height - 20
    seen = [image.getpixel(at) for at in ((20, 20), (right, 20), (right, bottom), (20, bottom))]
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 0): "yellow"}
    return [names[tuple(int(value > 90) for value in pixel)] for pixel in seen]


def test_a_photo_becomes_a_plain_jpeg_with_its_size_and_hash(photo: bytes) -> None:
    result = images.normalise_photo(photo)
    assert (result.width, result.height) == pictures.opened(result.data).size == (1200, 900)
    assert result.data.startswith(b"\xff\xd8\xff")
    assert result.sha256 == hashlib.sha256(result.data).hexdigest()
    assert images.normalise_photo(photo) == result


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_accepted_kind_is_shrunk_to_the_longest_side(photo: bytes, kind: str) -> None:
    result = images.normalise_photo(pictures.encoded(pictures.opened(photo), kind), max_side=640)
    assert (result.width, result.height) == (640, 480)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phone_photo_is_turned_upright(photo: bytes, orientation: int) -> None:
    turned = images.normalise_photo(pictures.with_exif(photo, orientation=orientation), max_side=600)
    assert corners(turned.data) == ["red", "green", "yellow", "blue"]


def test_the_position_the_camera_and_the_comment_are_gone(photo: bytes) -> None:
    noted = pictures.with_exif(photo, orientation=6, gps=True)
    assert Image.open(io.BytesIO(noted)).getexif().get_ifd(pictures.GPS_IFD)
    spoken = io.BytesIO()
    Image.open(io.BytesIO(noted)).save(spoken, "JPEG", exif=Image.open(io.BytesIO(noted)).getexif(), comment=b"RT 03")
    clean = images.normalise_photo(spoken.getvalue()).data
    assert not Image.open(io.BytesIO(clean)).getexif()
    assert b"Exif" not in clean
    assert b"Telepon Uji" not in clean
    assert b"RT 03" not in clean


def test_a_second_file_behind_the_photo_is_gone(photo: bytes) -> None:
    assert b"<script>" not in images.normalise_photo(pictures.polyglot(photo)).data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"hello", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not_an_image"),
        (pictures.encoded(Image.new("RGB", (8, 8)), "GIF"), "not_an_image"),
        (pictures.encoded(Image.new("RGB", (8, 8)), "BMP"), "not_an_image"),
        (pictures.pdf(), "pdf_not_image"),
        (pictures.heic(), "heic_not_supported"),
        (b"\xff\xd8\xff", "truncated"),
        (b"\x89PNG\r\n\x1a\n", "truncated"),
        (b"RIFF\x04\0\0\0WEBP", "truncated"),
        (b"\xff\xd8\xff" + bytes(100), "truncated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photo_is_refused_with_its_own_reason(data: bytes, code: str) -> None:
    assert refusal(data).code == code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_photo_is_refused_even_after_face_recognition_was_imported(
    photo: bytes, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # what importing that library does
    whole = pictures.encoded(pictures.opened(photo), kind)
    assert refusal(pictures.truncated(whole)).code == "truncated"


def test_forty_megapixels_are_refused_and_the_message_names_them() -> None:
    error = refusal(pictures.with_megapixels(40))
    assert error.code == "too_many_pixels"
    assert "40" in str(error.message)
    assert "25" in str(error.message)


def test_eleven_megabytes_are_refused_and_the_message_names_them(photo: bytes) -> None:
    error = refusal(photo + bytes(11 * 2**20 - len(photo)))
    assert error.code == "file_too_big"
    assert "11" in str(error.message)


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = pictures.bomb_png()
    assert len(bomb) < 1_000_000
    tracemalloc.start()
    assert refusal(bomb).code == "bomb"
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_header_that_lies_about_the_size_meets_the_second_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_check_dimensions", lambda data, kind, most: 1)
    assert refusal(pictures.with_megapixels(40)).code == "bomb"
    assert refusal(pictures.bomb_png()).code == "bomb"


def test_a_bomb_in_the_comment_is_refused() -> None:
    assert refusal(pictures.text_bomb_png()).code in {"bomb", "truncated"}


def test_unusual_but_honest_pictures_are_read(photo: bytes) -> None:
    good = pictures.opened(photo)
    grey16 = Image.new("I;16", (64, 64), 32_768)
    see_through = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    palette = good.convert("P")
    palette.info["transparency"] = 0
    for unusual in (pictures.encoded(good.convert("CMYK"), "JPEG"), pictures.encoded(palette, "PNG")):
        assert images.normalise_photo(unusual).width == 1200
    for odd, shade in ((grey16, 128), (see_through, 255)):
        clean = images.normalise_photo(pictures.encoded(odd, "PNG")).data
        assert pictures.opened(clean).getpixel((9, 9)) == (shade, shade, shade)
    assert images.normalise_photo(pictures.encoded(Image.new("RGB", (32, 32)), "PNG")).width == 32


@pytest.mark.parametrize("size", [(1, 1), (4000, 31), (31, 4000)])
def test_a_photo_of_hardly_any_dots_is_refused_and_the_message_names_them(size: tuple[int, int]) -> None:
    error = refusal(pictures.encoded(Image.new("RGB", size), "PNG"))
    assert error.code == "too_few_pixels"
    assert str(size[0]) in str(error.message)


def test_a_moving_picture_gives_its_first_frame(photo: bytes) -> None:
    out = io.BytesIO()
    frames = [pictures.opened(photo), Image.new("RGB", (1200, 900), "black")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    assert corners(images.normalise_photo(out.getvalue()).data)[0] == "red"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pictures.wall(), "image/jpeg"),
        (pictures.encoded(Image.new("RGB", (8, 8)), "PNG"), "image/png"),
        (pictures.encoded(Image.new("RGB", (8, 8)), "WEBP"), "image/webp"),
        (pictures.pdf(), "application/pdf"),
    ],
    ids=["jpeg", "png", "webp", "pdf"],
)
def test_documents_are_known_by_their_first_bytes(data: bytes, kind: str) -> None:
    assert images.sniff(data) == kind


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "file_empty"), (b"PK\x03\x04 a .docx", "not_a_document"), (pictures.heic(), "heic_not_supported")],
    ids=["empty", "docx", "heic"],
)
def test_other_documents_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        images.sniff(data)
    assert caught.value.code == code


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBPVP8 "]))
def test_no_garbage_behind_a_good_beginning_gets_past(tail: bytes, start: bytes) -> None:
    with pytest.raises(InputError):
        images.normalise_photo(start + tail)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's remarks about a broken EXIF block
@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 5_000), value=st.integers(0, 255))
def test_a_flipped_byte_gives_a_picture_or_a_clear_refusal(at: int, value: int) -> None:
    spoiled = bytearray(pictures.with_exif(pictures.wall(320, 240), orientation=6, gps=True))
    spoiled[at % len(spoiled)] = value
    try:
        result = images.normalise_photo(bytes(spoiled)).data
    except InputError:
        return
    assert result.startswith(b"\xff\xd8\xff")


# --- what a hostile picture can cost ------------------------------------------------------------


def test_a_jpeg_of_more_scans_than_a_camera_writes_is_refused_before_it_is_decoded() -> None:
    """Each scan is a pass over 25 million dots in 42 bytes: 10 MB of them are half an hour."""
    assert images.normalise_photo(pictures.of_many_scans(10)).width == 1600
    begin = time.process_time()
    for scans in (65, 200_000):
        with pytest.raises(InputError) as refused:
            images.normalise_photo(pictures.of_many_scans(scans))
        assert refused.value.code == "bomb"
    assert time.process_time() - begin < 2


def test_a_photograph_with_a_short_film_behind_it_is_a_photograph() -> None:
    """Phones write them; what looks like a scan in the film is none."""
    photo = pictures.encoded(pictures.opened(pictures.wall()), "JPEG") + b"\xff\xda\0\x08" * 5000
    assert images.normalise_photo(photo).width == 640


COST = """
import resource, sys, django
from django.conf import settings
settings.configure(USE_I18N=False)
from perlinsos.core import images
from tests.support import pictures
images.normalise_photo(pictures.wall())
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 2**20)
data, before = open(sys.argv[1], "rb").read(), peak()
images.normalise_photo(data)
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("made", "most_mb"),
    [
        (lambda: pictures.encoded(Image.new("RGBA", (5000, 5000), (1, 2, 3, 120)), "PNG"), 260),
        (lambda: pictures.encoded(Image.new("P", (5000, 5000)), "PNG"), 160),
        (lambda: pictures.grey_16_bits(pictures.encoded(Image.new("L", (5000, 5000)), "PNG")), 270),
        (lambda: pictures.encoded(Image.new("RGBA", (5000, 5000), (1, 2, 3, 120)), "WEBP"), 470),
        (lambda: pictures.of_many_scans(64), 120),
        (lambda: pictures.encoded(Image.new("CMYK", (5000, 5000)), "JPEG"), 120),
    ],
    ids=["png", "palette", "16-bit", "webp", "jpeg-scans", "jpeg-cmyk"],
)
def test_the_worst_picture_within_the_limits_takes_so_much_memory_and_no_more(
    tmp_path: Path, made: Callable[[], bytes], most_mb: int
) -> None:
    """Measured in a process of its own, which has decoded one small picture before: docs/faces.md has the figures."""
    (tmp_path / "picture").write_bytes(made())
    done = subprocess.run(
        [sys.executable, "-c", COST, str(tmp_path / "picture")],
        cwd=ROOT, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= most_mb


def test_large_pictures_wait_for_each_other_and_nobody_else_does() -> None:
    """Two of 400 MB at once in each thread would end a web process."""
    with ThreadPoolExecutor(2) as pool:
        with images._LARGE:
            large = pool.submit(images.normalise_photo, pictures.encoded(Image.new("RGB", (2001, 2001)), "PNG"))
            assert pool.submit(images.normalise_photo, pictures.wall()).result(timeout=20).width == 640
            assert not large.done()
        assert large.result(timeout=20).width == 1600
