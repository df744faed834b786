"""A camera made of a photograph, for `chromium --use-file-for-fake-video-capture=FILE`.

Chromium plays the file in a loop: `.y4m` is raw and exact, `.mjpeg` is small. Start it with
`--use-fake-device-for-media-stream --use-fake-ui-for-media-stream` as well.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

FRAMES = 2  # Chromium needs one and loops; two keep its "frame changed" logic awake
RATE = 10


def frame(photograph: bytes, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """The photograph fitted into the picture of the camera, on grey where it does not fill it."""
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(photograph))).convert("RGB")
    return ImageOps.pad(upright, size, Image.Resampling.LANCZOS, color="#b8b0a2")


def write_y4m(path: Path, photographs: list[bytes], size: tuple[int, int] = (640, 480)) -> Path:
    """YUV4MPEG2, 4:2:0, one shot of the camera after the other; sizes must be even."""
    width, height = size
    shots = [_planes(frame(photograph, size)) for photograph in photographs]
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for planes in shots:
            out.write((b"FRAME\n" + planes) * FRAMES)
    return path


def write_mjpeg(path: Path, photographs: list[bytes], size: tuple[int, int] = (640, 480)) -> Path:
    """Baseline JPEG pictures one after the other."""
    with path.open("wb") as out:
        for photograph in photographs:
            shot = io.BytesIO()
            frame(photograph, size).save(shot, "JPEG", quality=92)
            out.write(shot.getvalue() * FRAMES)
    return path


def _planes(image: Image.Image) -> bytes:
    luma, blue, red = (np.asarray(plane) for plane in image.convert("YCbCr").split())
    return luma.tobytes() + _quarter(blue) + _quarter(red)


def _quarter(plane: np.ndarray) -> bytes:
    height, width = plane.shape
    small = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return small.round().astype(np.uint8).tobytes()
