"""Message catalogues without GNU gettext: English msgids in the code, Bahasa Indonesia in django.po.

Each package keeps its own catalogue, so people who work on different apps do not collide.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.contrib import admin
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

from perlinsos.core.admin import unnamed_fields

LANGUAGE = "id"
SOURCES = {
    "perlinsos": ["perlinsos", "templates/*.html", "templates/components", "templates/account", "templates/mfa",
                  "templates/socialaccount", "templates/admin", "templates/messages", "templates/allauth"],
    "enrollment": ["enrollment", "templates/enrollment"],
    "verification": ["verification", "templates/verification"],
    "eligibility": ["eligibility", "templates/eligibility"],
    "appeals": ["appeals", "templates/appeals"],
    "agents": ["agents", "templates/agents"],
}  # fmt: skip
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


class Command(BaseCommand):
    help = "Collect new messages into the catalogues and compile them; --check fails on gaps."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compile", action="store_true", help="only compile what is there")
        parser.add_argument("--check", action="store_true", help="change nothing, fail on gaps")

    def handle(self, *args: Any, **options: Any) -> None:
        gaps: list[str] = []
        for package in SOURCES:
            path = settings.BASE_DIR / package / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
            if options["compile"]:
                _compile(path)
                continue
            catalogue = _updated(path, package)
            gaps += _gaps(catalogue, package)
            if not options["check"]:
                _write(catalogue, path)
                _compile(path)
        for gap in gaps:
            self.stderr.write(gap)
        if options["check"] and gaps:
            raise CommandError(
                f"{len(gaps)} messages lack a translation: run `./portal manage catalogues` and fill them"
            )


def _updated(path: Path, package: str) -> Catalog:
    template = Catalog(locale=LANGUAGE, fuzzy=False)
    for file in _files(package):
        for _line, message, comments, context in _messages(file):
            template.add(message, locations=[(str(file.relative_to(settings.BASE_DIR)), 0)],
                         auto_comments=comments, context=context)  # fmt: skip
    for name in _field_names(package):
        template.add(name)
    catalogue = read_po(BytesIO(path.read_bytes()), locale=LANGUAGE) if path.exists() else template
    if path.exists():
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
    catalogue.fuzzy = False
    return catalogue


def _field_names(package: str) -> Iterator[str]:
    """Names the administration shows for fields of this package that have none of their own."""
    for model in admin.site._registry:
        if model.__module__.partition(".")[0] == package:
            yield from (field.name.replace("_", " ") for field in unnamed_fields(model))


def _files(package: str) -> Iterator[Path]:
    for pattern in SOURCES[package]:
        root: Path = settings.BASE_DIR / pattern
        found = settings.BASE_DIR.glob(pattern) if "*" in pattern else [*root.rglob("*.py"), *root.rglob("*.html")]
        yield from sorted(file for file in found if "migrations" not in file.parts)


def _messages(file: Path) -> Iterator[tuple[Any, ...]]:
    text = file.read_text()
    if file.suffix == ".html":
        # templatize blanks everything but messages; left-aligned it is acceptable Python tokens
        text = "\n".join(line.strip() for line in templatize(text, origin=str(file)).splitlines())
    return extract("python", BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=["Translators:"])


def _gaps(catalogue: Catalog, package: str) -> list[str]:
    gaps = []
    for message in catalogue:
        strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        if message.id and (message.fuzzy or not all(strings)):
            gaps.append(f"{package}: {message.id!r}")
    return gaps


def _write(catalogue: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalogue, sort_output=True, omit_header=False, no_location=True, width=110)


def _compile(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(source, locale=LANGUAGE))
