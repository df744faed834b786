"""All templates of the portal: no inline script or style, nothing unescaped, no dead address, none too long."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver

ROOT: Path = settings.BASE_DIR / "templates"
TEMPLATES = sorted(str(file.relative_to(ROOT)) for file in ROOT.rglob("*.html"))
ICONS = sorted((ROOT / "components" / "icons").glob("*.svg"))
LONGEST = 120

# A strict content security policy blocks the first four silently; this says where they are.
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE),
    "unescaped output": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
    "a form without a CSRF token": re.compile(
        r"""<form[^>]*method="post"(?:(?!</form>|csrf_token|slot body).)*</form>""", re.IGNORECASE | re.DOTALL
    ),
    "a number box (type=text inputmode=numeric instead)": re.compile(r"""type=["']number"""),
}
URL = re.compile(r"""\{%\s*url\s+["']([\w:-]+)["']""")


def url_names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> set[str]:
    names: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            names |= url_names(pattern.url_patterns, space)
        elif pattern.name:
            names.add(prefix + pattern.name)
    return names


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_holds_nothing_a_browser_must_block(name: str) -> None:
    text = (ROOT / name).read_text()
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_and_is_short(name: str) -> None:
    get_template(name)
    assert len((ROOT / name).read_text().splitlines()) <= LONGEST, "split it into parts with include"


def test_every_address_in_a_template_exists() -> None:
    known = url_names(get_resolver().url_patterns)
    used = {(name, url) for name in TEMPLATES for url in URL.findall((ROOT / name).read_text())}
    assert sorted((name, url) for name, url in used if url not in known) == []


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.stem)
def test_an_icon_is_small_and_silent(icon: Path) -> None:
    text = icon.read_text()
    assert len(text.encode()) <= 1024
    assert 'aria-hidden="true"' in text
    assert 'focusable="false"' in text
