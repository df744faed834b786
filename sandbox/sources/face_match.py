"""Dukcapil's face match, played: a NIK and a picture in, a yes or no and a similarity out.

What is compared here is two small grey pictures, not two faces: enough to play a yes, a no and
everything in between, and nothing to measure anything with.
"""

import base64
import binascii
import io
from typing import Any

from PIL import Image, ImageOps

from sandbox.residents.models import Photograph
from sandbox.sources import questions

Fields = dict[str, Any]

YES_FROM = 0.75  # the resellers' default
SIDE = 24
MAX_BYTES = 1024 * 1024


def face_match(body: Fields) -> Fields | None:
    """`face` and `face_similarity` (0 to 1); None where no photograph of the NIK is on file."""
    selfie = _grey(_picture(body))
    photograph = Photograph.objects.filter(resident__nik=questions.number(body, "nik")).first()
    if photograph is None:
        return None
    similarity = _alike(selfie, _grey(bytes(photograph.content)))
    return {"face": similarity >= YES_FROM, "face_similarity": similarity}


def swapped(body: Fields, right: Fields) -> Fields:
    """The wrong record: the answer about somebody else."""
    return {"face": not right["face"], "face_similarity": round(1 - right["face_similarity"], 4)}


def _picture(body: Fields) -> bytes:
    try:
        data = base64.b64decode(body.get("image_base64") or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise questions.Malformed("image_base64") from None
    if not 0 < len(data) <= MAX_BYTES:
        raise questions.Malformed("image_base64")
    return data


def _grey(data: bytes) -> list[int]:
    try:
        image = ImageOps.autocontrast(Image.open(io.BytesIO(data)).convert("L").resize((SIDE, SIDE)))
    except (OSError, Image.DecompressionBombError):
        raise questions.Malformed("image_base64") from None
    return list(image.tobytes())


def _alike(one: list[int], two: list[int]) -> float:
    """1 for the same picture, less with every grey level of difference."""
    apart = sum(abs(a - b) for a, b in zip(one, two, strict=True)) / len(one)
    return round(max(0.0, 1 - apart / 64), 4)
