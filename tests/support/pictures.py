"""Pictures spoiled on purpose, made at run time from a good one: bytes in, bytes out."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from itertools import product
from math import exp, pi, sin

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

GPS_IFD, ORIENTATION, CAMERA_MODEL = 0x8825, 0x0112, 0x0110
# EXIF orientation to the turn that makes upright pixels look like the sensor saw them.
AS_SENSOR = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def jpeg(image: Image.Image, *, quality: int = 90, exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=exif or Image.Exif())
    return out.getvalue()


def encoded(image: Image.Image, kind: str) -> bytes:
    """`kind` as Pillow names it: PNG, WEBP, GIF, BMP, TIFF, PDF, ..."""
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def wall(width: int = 640, height: int = 480) -> bytes:
    """No face: a plain wall in soft light from one side."""
    shade = Image.linear_gradient("L").rotate(90).resize((width, height))
    return jpeg(ImageOps.colorize(shade, "#8d8577", "#cfc8ba"))


def blurred(data: bytes, radius: float = 6) -> bytes:
    return jpeg(opened(data).filter(ImageFilter.GaussianBlur(radius)))


def dark(data: bytes, light: float = 0.18) -> bytes:
    return jpeg(ImageEnhance.Brightness(opened(data)).enhance(light))


def burnt(data: bytes, light: float = 3.2) -> bytes:
    return jpeg(ImageEnhance.Brightness(opened(data)).enhance(light))


def lit_from_one_side(data: bytes, *, darkest: float = 0.06, at: float = 0.5) -> bytes:
    """Everything left of `at` (share of the width) nearly black."""
    image = opened(data)
    edge = max(1, image.width // 20)
    light = Image.new("L", image.size, 255)
    draw = ImageDraw.Draw(light)
    draw.rectangle((0, 0, int(image.width * at), image.height), fill=int(255 * darkest))
    black = Image.new("RGB", image.size)
    return jpeg(Image.composite(image, black, light.filter(ImageFilter.GaussianBlur(edge))))


def tilted(data: bytes, degrees: float = 30) -> bytes:
    return jpeg(opened(data).rotate(degrees, Image.Resampling.BICUBIC, fillcolor="#b8b0a2"))


def far_away(data: bytes, share: float = 0.25, size: tuple[int, int] = (640, 480)) -> bytes:
    """The picture shrunk to `share` of the height, in the middle of a wall."""
    image = opened(data)
    room = opened(wall(*size))
    image.thumbnail((size[0], round(size[1] * share)))
    room.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return jpeg(room)


def turned(data: bytes, degrees: int) -> bytes:
    """By quarters, without a note that says so: as a messenger passes a photograph on."""
    return jpeg(opened(data).rotate(degrees, expand=True))


def mirrored(data: bytes) -> bytes:
    """Nobody is nearer to a face than its mirror image, except perhaps a twin."""
    return jpeg(ImageOps.mirror(opened(data)))


def twin_of(data: bytes) -> bytes:
    """A face that is hardly another one: mirrored, and pushed out of shape by up to a hundredth of the picture."""
    image = ImageOps.mirror(opened(data))
    width, height = image.size

    def seen_at(x: float, y: float) -> tuple[float, float]:
        return width * (x + 0.01 * sin(3 * pi * y)), height * (y + 0.01 * sin(2 * pi * x))

    return jpeg(_warped(image, seen_at))


def with_a_babys_proportions(data: bytes) -> bytes:
    """SYNTHETIC, no baby: the portrait of `faces.OBAMA` with a high forehead, low large eyes, round cheeks and
    a short chin. There is no photograph of a child that may be passed on with this code."""
    image = opened(data)
    eyes, chin = 215.0, 425.0  # of that portrait
    low_eyes, short_chin = 285.0, 405.0
    middle = 330.0

    def seen_at(x: float, y: float) -> tuple[float, float]:
        x, y = x * image.width, y * image.height
        if y < low_eyes:
            source = y * eyes / low_eyes
        elif y < short_chin:
            source = eyes + (y - low_eyes) * (chin - eyes) / (short_chin - low_eyes)
        else:
            source = chin + (y - short_chin) * (image.height - chin) / (image.height - short_chin)
        round_at = 1 + 0.22 * exp(-(((y - 330) / 90) ** 2))
        return (middle + (x - middle) / round_at), source

    return jpeg(_warped(image, seen_at))


def _warped(image: Image.Image, seen_at: Callable[[float, float], tuple[float, float]], cells: int = 40) -> Image.Image:
    """Every point (shares of the picture) shows what was `seen_at` in dots of the original."""
    width, height = image.size
    mesh = []
    for column, row in product(range(cells), range(cells)):
        box = tuple(
            round(share)
            for share in (
                column * width / cells,
                row * height / cells,
                (column + 1) * width / cells,
                (row + 1) * height / cells,
            )
        )
        left, top, right, bottom = (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
        corners = [seen_at(*corner) for corner in ((left, top), (left, bottom), (right, bottom), (right, top))]
        mesh.append((box, tuple(value for corner in corners for value in corner)))
    return image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def masked(data: bytes, colour: str = "#9fc5e8") -> bytes:
    """A cloth over mouth and nose of the portrait of `faces.OBAMA`."""
    image = opened(data)
    cloth = [(194, 265), (323, 250), (452, 265), (442, 384), (323, 419), (204, 384)]
    ImageDraw.Draw(image).polygon(cloth, fill=colour)
    return jpeg(image)


def with_sunglasses(data: bytes) -> bytes:
    """Before the eyes of the portrait of `faces.OBAMA`."""
    image = opened(data)
    draw = ImageDraw.Draw(image)
    for eye in (390, 284):
        draw.ellipse((eye - 60, 170, eye + 60, 265), fill="#101010")
    return jpeg(image)


def on_a_screen(data: bytes) -> bytes:
    """The photograph shown on a screen and photographed: coloured dots, a dark frame, not quite straight."""
    shown = opened(data).resize((960, 900), Image.Resampling.NEAREST)
    dots = Image.new("RGB", shown.size)
    bar = Image.new("RGB", (3, 2))
    for place, colour in enumerate(("#ff9696", "#96ff96", "#9696ff")):
        bar.paste(colour, (place, 0, place + 1, 1))
        bar.paste("#bebebe", (place, 1, place + 1, 2))
    for left in range(0, shown.width, 3):
        dots.paste(bar, (left, 0))
    strip = dots.crop((0, 0, shown.width, 2))
    for top in range(2, shown.height, 2):
        dots.paste(strip, (0, top))
    lit = ImageEnhance.Brightness(ImageChops.multiply(shown, dots)).enhance(1.5)
    room = Image.new("RGB", (1280, 1100), "#202020")
    room.paste(lit, (160, 100))
    return jpeg(room.rotate(3, Image.Resampling.BICUBIC).resize((1000, 860), Image.Resampling.BILINEAR))


def smaller(data: bytes, share: float) -> bytes:
    """Everything at `share` of its size, in the middle of a wall of the same size."""
    image = opened(data)
    room = opened(wall(*image.size))
    image.thumbnail((round(image.width * share), round(image.height * share)))
    room.paste(image, ((room.width - image.width) // 2, (room.height - image.height) // 2))
    return jpeg(room)


def grey_16_bits(data: bytes) -> bytes:
    """As a scanner writes it: one channel, 65,536 steps."""
    grey = opened(data).convert("L").convert("I").point(lambda value: value * 257)
    return encoded(grey.convert("I;16"), "PNG")


def of_many_scans(scans: int, side: int = 5000) -> bytes:
    """A progressive JPEG of one colour whose every scan says in 42 bytes: nothing changes, in all blocks."""

    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    blocks = (-(-side // 8)) ** 2
    one_code = bytes([1] + [0] * 15)
    runs = "".join(f"0{min(left, 32767) - 16384:014b}" for left in range(blocks, 16384, -32767))
    unchanged = int(runs + "1" * (-len(runs) % 8), 2).to_bytes(-(-len(runs) // 8), "big").replace(b"\xff", b"\xff\0")
    head = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64)
    head += segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
    head += segment(0xC4, b"\0" + one_code + b"\0") + segment(0xC4, b"\x10" + one_code + b"\xe0")
    first = segment(0xDA, b"\1\1\0\0\0\0") + bytes(-(-blocks // 8))
    return head + first + (segment(0xDA, b"\1\1\0\1\x3f\0") + unchanged) * (scans - 1) + b"\xff\xd9"


def moving(kind: str, data: bytes | None = None) -> bytes:
    """The picture, then two black ones: GIF, WEBP or PNG (APNG)."""
    image = opened(data or wall())
    out = io.BytesIO()
    image.save(out, kind, save_all=True, append_images=[Image.new("RGB", image.size)] * 2, duration=100)
    return out.getvalue()


def side_by_side(left: bytes, right: bytes, height: int = 480) -> bytes:
    """Two people in one picture."""
    images = [ImageOps.contain(opened(data), (10_000, height)) for data in (left, right)]
    both = Image.new("RGB", (images[0].width + images[1].width, height))
    both.paste(images[0], (0, 0))
    both.paste(images[1], (images[0].width, 0))
    return jpeg(both)


def with_exif(data: bytes, *, orientation: int = 1, gps: bool = False) -> bytes:
    """Pixels as the sensor saw them plus the note that turns them upright; with a position if asked."""
    image = opened(data)
    turn = AS_SENSOR[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[CAMERA_MODEL] = "Telepon Uji"
    if gps:  # a rice field near Genteng, Banyuwangi
        exif.get_ifd(GPS_IFD).update({1: "S", 2: (8.0, 22.0, 0.0), 3: "E", 4: (114.0, 9.0, 0.0)})
    return jpeg(image.transpose(turn) if turn is not None else image, exif=exif)


def with_megapixels(megapixels: int) -> bytes:
    """A plain JPEG of that many megapixels, 4:3."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5 / 8) * 8
    return jpeg(Image.new("RGB", (width, round(megapixels * 1e6 / width)), "#b8b0a2"))


def truncated(data: bytes, keep: float = 0.6) -> bytes:
    """An upload that broke off."""
    return data[: int(len(data) * keep)]


@cache
def bomb_png(side: int = 13_000) -> bytes:
    """169 megapixels of black in a few kilobytes, one bit each, written without ever holding them."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + -(-side // 8))
    packed = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def text_bomb_png(megabytes: int = 64) -> bytes:
    """A tiny picture with a compressed comment that unpacks to `megabytes`."""
    small = encoded(Image.new("RGB", (64, 64)), "PNG")
    note = b"Comment\0\0" + zlib.compress(bytes(megabytes * 2**20), 9)
    after_header = 8 + 25
    return small[:after_header] + _chunk(b"zTXt", note) + small[after_header:]


def pdf() -> bytes:
    """A document with one picture; tests send it under the name `selfie.jpg`."""
    return encoded(Image.new("RGB", (64, 64), "white"), "PDF")


def heic() -> bytes:
    """The first bytes of an iPhone photograph: enough for anyone who looks at the type."""
    return struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(64)


def polyglot(data: bytes) -> bytes:
    """A good photograph with a web page behind its last byte."""
    return data + b"<html><script>alert(document.cookie)</script></html>"


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
