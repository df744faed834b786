"""What a visitor pays in bytes. A phone on a hill gets the page in the first TCP window."""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.test import Client

STATIC: Path = settings.BASE_DIR / "static"
KB = 1024


def compressed(*files: str) -> int:
    """Bytes on the wire: each file is compressed and sent by itself."""
    return sum(len(brotli.compress((STATIC / file).read_bytes(), quality=11)) for file in files)


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        (("css/portal.css",), 5 * KB),
        (("css/portal.css", "css/desk.css"), 7 * KB),
        (("js/portal.js",), 3 * KB),
        (("js/camera.js",), 12 * KB),
        (("js/recording.js",), 12 * KB),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_static_files_stay_within_their_budget(files: tuple[str, ...], limit: int) -> None:
    assert compressed(*files) <= limit


@pytest.mark.urls("tests.ui.urls")
def test_a_page_with_every_kind_of_field_stays_within_twenty_kilobytes(client: Client) -> None:
    page = len(brotli.compress(client.get("/form/").content, quality=5))  # what a server does on the fly
    assert page <= 6 * KB
    assert page + compressed("css/portal.css", "js/portal.js") <= 20 * KB


@pytest.mark.parametrize("script", sorted(STATIC.glob("js/*.js")), ids=lambda path: path.name)
def test_a_script_is_short_enough_to_read(script: Path) -> None:
    assert len(script.read_text().splitlines()) <= 100


def test_scripts_hang_on_data_attributes_only() -> None:
    """Classes are for looks and may change; `data-ps-*` is what scripts hold on to."""
    for script in STATIC.glob("js/*.js"):
        selectors = re.findall(r"(?:querySelector(?:All)?|closest|matches)\(\s*[\"'`]([^\"'`]+)", script.read_text())
        assert [selector for selector in selectors if re.search(r"(^|[\s>])\.[a-z]", selector)] == []


PAIRS = [
    ("ink", "paper", 7), ("ink", "wash", 7), ("ink", "warning-tint", 7), ("ink-2", "paper", 7), ("ink-2", "wash", 7),
    ("link", "paper", 7), ("link", "wash", 7), ("link", "info-tint", 7), ("visited", "paper", 7),
    ("paper", "header", 7), ("paper", "action", 7), ("paper", "action-2", 7), ("danger", "paper", 7),
    ("paper", "danger", 7), ("danger-2", "danger-tint", 7), ("warning", "warning-tint", 7),
    ("success", "success-tint", 7), ("neutral", "neutral-tint", 7), ("border", "paper", 3), ("ink", "focus", 7),
]  # fmt: skip


def luminance(colour: str) -> float:
    full = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    parts = [int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("more", [False, True], ids=["plain", "more"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_are_far_enough_apart(front: str, back: str, least: float, more: bool) -> None:
    """WCAG 2.2, 1.4.6 (7:1) for text and 1.4.11 (3:1) for the edges of controls."""
    text = (STATIC / "css" / "portal.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    tokens = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", "".join(blocks if more else blocks[:1])))
    light, dark = sorted((luminance(tokens[front]), luminance(tokens[back])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least
