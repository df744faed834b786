"""`manage.py import_areas`: what is taken over, what is refused and where, and how long a nation takes."""

import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from perlinsos.regions import area_files
from perlinsos.regions.models import Area, Level

pytestmark = pytest.mark.django_db
NATION = Path(__file__).resolve().parents[3] / "shared" / "data" / "areas"


def run(path: Path, *flags: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_areas", str(path), *flags, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def one_file(folder: Path, *lines: str, header: str = "code,name") -> Path:
    file = folder / "areas.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


CHAIN = ("35,Jawa Timur", "35.10,Banyuwangi", "35.10.22,Siliragung", "35.10.22.2003,Kesilir")


def test_a_file_of_all_levels_is_taken_over(tmp_path: Path) -> None:
    said, refused = run(one_file(tmp_path, *CHAIN))
    kesilir = Area.objects.get(code="35.10.22.2003")
    assert (kesilir.level, kesilir.name, kesilir.parent_id) == (Level.VILLAGE, "Kesilir", "35.10.22")
    assert "village        1 new" in said
    assert refused == ""


def test_importing_again_changes_only_what_changed(tmp_path: Path) -> None:
    run(one_file(tmp_path, *CHAIN))
    said, _refused = run(one_file(tmp_path, *CHAIN[:3], "35.10.22.2003,Kesilir Baru"))
    assert "village        0 new      1 changed      0 unchanged" in said
    assert "district       0 new      0 changed      1 unchanged" in said
    assert Area.objects.get(code="35.10.22.2003").name == "Kesilir Baru"


def test_orphans_are_refused_with_their_lines_and_all_below_them(tmp_path: Path) -> None:
    _said, refused = run(one_file(tmp_path, *CHAIN, "51.02.08,Penebel", "51.02.08.2013,Jatiluwih"))
    assert "areas.csv:6: 51.02.08 has no parent 51.02" in refused
    assert "areas.csv:7: 51.02.08.2013 has no parent 51.02.08" in refused
    assert not Area.objects.filter(code__startswith="51").exists()
    assert Area.objects.filter(code="35.10.22.2003").exists()


def test_strict_takes_over_nothing_when_a_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing was taken over"):
        run(one_file(tmp_path, *CHAIN, "51.02,Tabanan"), "--strict")
    assert not Area.objects.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("3510222003,Kesilir", "not an official code"),
        ("35.10.22.2003.1,Kesilir", "not an official code"),
        (",Kesilir", "not an official code"),
        ("35.10.22.2004,", "no usable name"),
        (f"35.10.22.2004,{'a' * 101}", "no usable name"),
        ("35.10.22.2003,Kesilir", "already on areas.csv:5"),
    ],
)
def test_a_line_that_is_no_area_is_refused(tmp_path: Path, line: str, reason: str) -> None:
    _said, refused = run(one_file(tmp_path, *CHAIN, line))
    assert "areas.csv:6" in refused
    assert reason in refused


def test_a_parent_that_contradicts_the_code_is_refused(tmp_path: Path) -> None:
    header = "code,district_code,name"
    _said, refused = run(one_file(tmp_path, "35.10.22.2003,35.10.21,Kesilir", header=header))
    assert "areas.csv:2: 35.10.22.2003 does not lie in 35.10.21" in refused


@pytest.mark.parametrize(
    "content", [b"", b"kode,nama\n35,Jawa Timur\n", b"\xff\xfe\x00\x00", b"\x89PNG\r\n\x1a\n\x00\x00"]
)
def test_a_file_that_holds_no_areas_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "areas.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=r"areas\.csv"):
        run(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="neither a CSV file nor a folder"):
        run(tmp_path / "none.csv")


def test_a_name_with_a_comma_and_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text('code,name\n12,"Sumatera  Utara, contoh"\n', encoding="utf-8-sig")
    run(file)
    assert Area.objects.get(code="12").name == "Sumatera Utara, contoh"


@pytest.mark.parametrize(
    ("code", "zone"),
    [("11", "Asia/Jakarta"), ("35.10", "Asia/Jakarta"), ("61", "Asia/Jakarta"), ("51.02.08.2013", "Asia/Makassar"),
     ("64", "Asia/Makassar"), ("81", "Asia/Jayapura"), ("96", "Asia/Jayapura")],
)  # fmt: skip
def test_each_province_keeps_its_time(code: str, zone: str) -> None:
    assert area_files.timezone_of(code) == zone


@pytest.mark.skipif(not NATION.is_dir(), reason="the files of the whole nation are not beside the checkout")
def test_the_nation_fits_in_a_minute() -> None:
    start = time.monotonic()
    said, refused = run(NATION)
    assert time.monotonic() - start < 60
    assert refused == ""
    counts = [Area.objects.filter(level=level).count() for level in Level]
    assert counts == [38, 514, 7285, 83_762], said
