"""Photographs as people send them, made safe before anything is stored.

The web process looks at the first bytes and at the dimensions in the header before it lets a codec
touch the file, then decodes, turns and writes the picture again. What comes out is a plain JPEG:
without EXIF (no GPS position), without a second file hidden behind the picture, in a bounded size.

What a hostile file can cost is bounded here, in the process itself: bytes, dots, scans of a JPEG, and one
picture at a time of those a codec must hold whole. `docs/faces.md` has the measured worst of each kind.
"""

import hashlib
import io
import re
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from django.utils.translation import gettext as _
from PIL import Image, ImageFile

from perlinsos.core.errors import InputError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000  # a phone photograph has 8 to 16 megapixels
BOMB_PIXELS = 4 * MAX_PIXELS  # no camera writes this many into MAX_BYTES
MIN_SIDE = 32  # nothing can be seen on less
# A progressive photograph has about ten scans. Each costs a pass over all its dots and can be 42 bytes long:
# without a limit one file of MAX_BYTES holds a web process for half an hour.
MAX_SCANS, MAX_MARKERS = 64, 1000
HELD_WHOLE_PIXELS = 4_000_000  # of PNG and WebP; a JPEG is made smaller while it is decoded
JPEG_QUALITY = 88

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
HEIC = "image/heic"
PILLOW_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
IN_SCANS = re.compile(rb"\xff[\xc0-\xcf\xd9-\xfe]")  # a marker among coded data, but for restarts and stuffed bytes
SOS, EOI = 0xDA, 0xD9
SOF_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # ITU-T T.81, table B.1
BARE_MARKERS = frozenset(range(0xD0, 0xD9)) | {0x01}

# EXIF tag 274 (orientation) to the turn that undoes it; 1 and unknown values need none.
ORIENTATION_TAG = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# For every other use of Pillow in this process: by default it only warns about a picture that
# unpacks to hundreds of megabytes. `_decode` does not rely on warning filters and looks itself.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
_LARGE = threading.Lock()
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class NormalisedImage:
    """A re-encoded JPEG: its bytes, its size in pixels and the SHA-256 (hex) of the bytes."""

    data: bytes
    width: int
    height: int
    sha256: str


def sniff(data: bytes) -> str:
    """Content type of a photograph or document by its first bytes: JPEG, PNG, WebP or PDF.

    The name and the type a browser sends are not looked at. Raises InputError `file_empty`,
    `heic_not_supported` or `not_a_document`.
    """
    if not data:
        raise InputError(_("The file is empty. Choose the photo or file again."), code="file_empty")
    kind = _kind(data)
    if kind == HEIC:
        _refuse_heic()
    if kind is None:
        message = _("This file cannot be read. Choose a photo (JPEG, PNG or WebP) or a PDF.")
        raise InputError(message, code="not_a_document")
    return kind


def normalise_photo(data: bytes, *, max_side: int = 1600, max_pixels: int = MAX_PIXELS) -> NormalisedImage:
    """Decode, turn upright, shrink to `max_side` pixels and write again as JPEG.

    `max_pixels` is less where many pictures come at once. Raises InputError `file_empty`, `file_too_big`,
    `not_an_image`, `pdf_not_image`, `heic_not_supported`, `too_few_pixels`, `too_many_pixels`, `truncated` or `bomb`.
    """
    kind = _photo_kind(data)
    pixels = _check_dimensions(data, kind, max_pixels)
    if kind == JPEG:
        _check_scans(data)
    with _turn(kind, pixels):
        picture = _decode(data, kind, max_side)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY)
    clean = out.getvalue()
    return NormalisedImage(clean, picture.width, picture.height, hashlib.sha256(clean).hexdigest())


def _kind(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(b"%PDF-"):
        return PDF
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        return HEIC
    return None


def _photo_kind(data: bytes) -> str:
    if not data:
        raise InputError(_("The file is empty. Take the photo again."), code="file_empty")
    if len(data) > MAX_BYTES:
        message = _(
            "The photo is %(size)d MB. The limit is %(limit)d MB. Take it again, closer and with the ordinary camera."
        )
        sizes = {"size": -(-len(data) // 2**20), "limit": MAX_BYTES // 2**20}
        raise InputError(message % sizes, code="file_too_big")
    kind = _kind(data)
    if kind == PDF:
        raise InputError(_("This is a PDF, not a photo. Take or choose a photo."), code="pdf_not_image")
    if kind == HEIC:
        _refuse_heic()
    if kind not in PILLOW_FORMATS:
        raise InputError(_("This is not a photo. Choose a JPEG, PNG or WebP photo."), code="not_an_image")
    return kind


def _refuse_heic() -> NoReturn:
    message = _(
        "This photo is in the HEIC format, which cannot be read yet. Take the photo on this page, "
        "or set the camera to “Most Compatible” (JPEG) and try again."
    )
    raise InputError(message, code="heic_not_supported")


def _refuse_damaged() -> NoReturn:
    message = _("The photo is damaged or did not arrive completely. Send it again or take a new one.")
    raise InputError(message, code="truncated")


def _refuse_bomb() -> NoReturn:
    message = _("This file unpacks to an unreasonable size. Take a new photo with the camera.")
    raise InputError(message, code="bomb")


def _check_dimensions(data: bytes, kind: str, max_pixels: int) -> int:
    """Refuse by what the header says, before a codec reserves memory for it; else how many pixels there are."""
    try:
        width, height = {JPEG: _jpeg_size, PNG: _png_size, WEBP: _webp_size}[kind](data)
    except (struct.error, IndexError):
        _refuse_damaged()
    if not width or not height:
        _refuse_damaged()
    if width * height > BOMB_PIXELS:
        _refuse_bomb()
    if min(width, height) < MIN_SIDE:
        message = _("The photo has only %(width)d × %(height)d dots: nothing can be seen. Take it with the camera.")
        raise InputError(message % {"width": width, "height": height}, code="too_few_pixels")
    if width * height > max_pixels:
        message = _(
            "The photo has %(size)d megapixels (%(width)d × %(height)d). The limit is %(limit)d. "
            "Set the camera to a smaller size and take it again."
        )
        megapixels = {"size": round(width * height / 1e6), "limit": max_pixels // 10**6}
        raise InputError(message % {"width": width, "height": height, **megapixels}, code="too_many_pixels")
    return width * height


def _check_scans(data: bytes) -> None:
    """Refuse a JPEG of more scans than any camera writes. What lies behind its end (a short film) is not looked at."""
    scans = markers = 0
    for marker in _markers(data):
        markers, scans = markers + 1, scans + (marker == SOS)
        if scans > MAX_SCANS or markers > MAX_MARKERS:
            _refuse_bomb()


def _markers(data: bytes) -> Iterator[int]:
    """Every marker up to the end of the picture, the way a decoder comes upon them."""
    at = 2
    while found := IN_SCANS.search(data, at):
        marker = data[found.end() - 1]
        if marker == EOI:
            return
        yield marker
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        at = found.end() + max(2, length)


@contextmanager
def _turn(kind: str, pixels: int) -> Iterator[None]:
    """One at a time of the pictures that take hundreds of megabytes; everybody else goes on."""
    if kind == JPEG or pixels <= HELD_WHOLE_PIXELS:
        yield
        return
    with _LARGE:
        yield


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height in the first frame header (ITU-T T.81, B.2.2)."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise IndexError("no marker")
        marker = data[at + 1]
        if marker in SOF_MARKERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        if marker == 0xFF:
            at += 1  # fill byte
        elif marker in BARE_MARKERS:
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]


def _png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _webp_size(data: bytes) -> tuple[int, int]:
    """Canvas size of the three WebP layouts (RFC 9649, 2.5 to 2.7)."""
    (declared,) = struct.unpack_from("<I", data, 4)
    if declared + 8 > len(data):
        raise IndexError("cut short")
    layout = data[12:16]
    if layout == b"VP8X":
        wide, high = data[24:27] + b"\0", data[27:30] + b"\0"
        return struct.unpack("<I", wide)[0] + 1, struct.unpack("<I", high)[0] + 1
    if layout == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _decode(data: bytes, kind: str, max_side: int) -> Image.Image:
    # Importing face_recognition anywhere in the process switches this on; half a photo would pass.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=[PILLOW_FORMATS[kind]])
        if picture.width * picture.height > MAX_PIXELS:  # another size than the header check read
            raise Image.DecompressionBombError
        turn = UPRIGHT.get(_orientation(picture))
        shrink = max_side / max(picture.size)
        if shrink < 1:  # JPEG decodes straight to a half, quarter or eighth: 65 instead of 190 ms at 12 MP
            picture.draft(None, (int(picture.width * shrink), int(picture.height * shrink)))
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        _refuse_bomb()
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, struct.error):
        _refuse_damaged()
    picture = _in_full_colours(picture)
    # Before anything else is made of it: a large picture and three copies are half a gigabyte.
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    flat = _on_white(picture)
    flat.info.clear()  # Pillow would carry the JPEG comment over
    return flat.transpose(turn) if turn is not None else flat


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ORIENTATION_TAG, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error):
        return 1  # a broken note about the picture is no reason to refuse the picture


def _in_full_colours(picture: Image.Image) -> Image.Image:
    """Colours that can be averaged: no palette, no single transparent colour; 16-bit grey keeps its range."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode in ("RGBA", "LA"):
        return picture
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture if picture.mode in ("RGB", "L") else picture.convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    """8-bit RGB; transparency becomes white."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")
