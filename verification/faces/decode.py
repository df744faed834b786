"""From bytes to upright pixels. Files here are stored by us or sent by Dukcapil: checked all the same."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

MAX_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class UnreadablePicture(ValueError):
    """The bytes are no complete JPEG, PNG or WebP picture of reasonable size."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Upright RGB pixels, shape (height, width, 3), uint8."""

    pixels: NDArray[np.uint8]

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


def decode(data: bytes, *, side: int = 1600) -> Picture:
    """Pixels of a picture, turned by its EXIF note, long side at most `side`.

    Raises UnreadablePicture; the text of the error says nothing about the content.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # face_recognition, if anything imports it, sets True
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        shrink = side / max(image.size)
        if shrink < 1:
            image.draft(None, (int(image.width * shrink), int(image.height * shrink)))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:  # a codec may raise anything on a hostile file; all of it means the same
        raise UnreadablePicture(type(error).__name__) from None
    upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    return Picture(np.asarray(upright))
