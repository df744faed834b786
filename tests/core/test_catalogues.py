"""Message catalogues: nothing is left in English, and a gap is named."""

from io import StringIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django import Settings

from perlinsos.core.management.commands import catalogues


def run(*flags: str) -> str:
    said = StringIO()
    call_command("catalogues", *flags, stdout=said, stderr=said)
    return said.getvalue()


def test_everything_is_said_in_bahasa() -> None:
    said = StringIO()
    try:
        call_command("catalogues", "--check", stderr=said)
    except CommandError as error:
        pytest.fail(f"{error}\n{said.getvalue()}")


@pytest.fixture
def small(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one package with one page."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "templates").mkdir()
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(catalogues, "SOURCES", {"shop": ["shop", "templates"]})
    (tmp_path / "shop" / "views.py").write_text('from x import gettext as _\nTITLE = _("Good morning")\n')
    (tmp_path / "templates" / "page.html").write_text(
        "{% blocktranslate trimmed count n=n %}\n  {{ n }} person\n{% plural %}\n  {{ n }} people\n"
        '{% endblocktranslate %}{% translate "Next" context "button" %}'
    )
    return tmp_path


def po(folder: Path) -> Path:
    return folder / "shop" / "locale" / "id" / "LC_MESSAGES" / "django.po"


def test_messages_of_code_and_pages_are_collected(small: Path) -> None:
    run()
    with po(small).open("rb") as file:
        found = {(message.id, message.context) for message in read_po(file) if message.id}
    assert found == {("Good morning", None), (("%(n)s person", "%(n)s people"), None), ("Next", "button")}


def test_a_gap_fails_the_check_and_is_named(small: Path) -> None:
    run()
    said = StringIO()
    with pytest.raises(CommandError, match="3 messages lack a translation"):
        call_command("catalogues", "--check", stderr=said)
    assert "Good morning" in said.getvalue()


def test_translations_survive_a_new_collection_and_compile(small: Path) -> None:
    run()
    text = (
        po(small).read_text().replace('msgid "Good morning"\nmsgstr ""', 'msgid "Good morning"\nmsgstr "Selamat pagi"')
    )
    po(small).write_text(text)
    run()
    assert "Selamat pagi" in po(small).read_text()
    assert b"Selamat pagi" in po(small).with_suffix(".mo").read_bytes()


def test_a_message_that_is_gone_leaves_the_catalogue(small: Path) -> None:
    run()
    (small / "shop" / "views.py").write_text("")
    run()
    assert "Good morning" not in po(small).read_text()


def test_a_check_writes_nothing(small: Path) -> None:
    with pytest.raises(CommandError):
        run("--check")
    assert not po(small).exists()


def test_the_default_language_is_bahasa() -> None:
    assert settings.LANGUAGE_CODE == "id"
