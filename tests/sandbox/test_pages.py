import re
import subprocess
import sys

import httpx
import pytest

from tests.support.sandbox_process import ROOT, Sandbox

TINY_PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82"
)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture
def trainer(sandbox: Sandbox) -> httpx.Client:
    return httpx.Client(base_url=sandbox.base_url, timeout=20, follow_redirects=True)


def submit(trainer: httpx.Client, page: str, data: dict[str, str], **more: object) -> httpx.Response:
    token = TOKEN.search(trainer.get(page).text)
    assert token is not None
    return trainer.post(page, data={"csrfmiddlewaretoken": token[1], **data}, **more)  # type: ignore[arg-type]  # the test client's own arguments


def test_start_page_lists_everything_and_says_it_is_a_sandbox(sandbox: Sandbox, trainer: httpx.Client) -> None:
    text = trainer.get("/").text
    assert "RUANG LATIHAN (SANDBOX)" in text
    assert "Semua orang dan data di sini rekaan" in text
    for who in sandbox.residents.values():
        assert who.nik in text.replace(" ", "")
        assert who.pin in text
    for service in ("Dukcapil", "DTSEN", "PLN", "Samsat", "BPN", "BPJS", "BKN", "Dapodik", "IKD"):
        assert service in text


@pytest.mark.parametrize("page", ["/", "/switches/", "/switches/pln/", "/residents/new/", "/residents/1/photo/"])
def test_pages_are_strict_about_scripts_and_styles(trainer: httpx.Client, page: str) -> None:
    response = trainer.get(page)
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "<style" not in response.text
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=", response.text)


def test_cookies_do_not_collide_with_the_portal(trainer: httpx.Client) -> None:
    trainer.get("/switches/")
    assert set(trainer.cookies) == {"sandbox_csrf"}


def test_only_local_names_are_served(trainer: httpx.Client) -> None:
    assert trainer.get("/", headers={"Host": "perlinsos.example.go.id"}).status_code == 400


@pytest.mark.parametrize(
    "page",
    ["/switches/pln/", "/switches/pln/turn/", "/switches/preset/normal/", "/residents/new/", "/residents/1/photo/"],
)
def test_forms_refuse_a_foreign_page(trainer: httpx.Client, page: str) -> None:
    assert trainer.post(page, data={"down": "on"}).status_code == 403


NEW_FAMILY = {
    "kk_number": "",
    "address": "Dusun Contoh 1",
    "rt": "001",
    "rw": "002",
    "village_code": "35.10.16.1014",
    "story": "Keluarga tambahan",
    "decile": "3",
    "power_va": "900",
    "monthly_wage": "",
    "employment": "",
    "anggota-TOTAL_FORMS": "2",
    "anggota-INITIAL_FORMS": "1",
    "anggota-0-name": "Wahyudi Contoh",
    "anggota-0-nik": "",
    "anggota-0-sex": "L",
    "anggota-0-birth_place": "Banyuwangi",
    "anggota-0-birth_date": "1990-05-06",
    "anggota-0-relation": "kepala",
    "anggota-0-marital_status": "kawin",
    "anggota-0-pin": "654321",
    "anggota-0-level": "",
    "anggota-1-name": "Anak Contoh",
    "anggota-1-nik": "",
    "anggota-1-sex": "P",
    "anggota-1-birth_place": "Banyuwangi",
    "anggota-1-birth_date": "2017-01-02",
    "anggota-1-relation": "anak",
    "anggota-1-marital_status": "belum_kawin",
    "anggota-1-pin": "",
    "anggota-1-level": "sd",
}


def test_trainer_adds_a_family_with_a_photograph(sandbox: Sandbox, trainer: httpx.Client) -> None:
    page = submit(trainer, "/residents/new/", NEW_FAMILY)
    assert page.status_code == 200
    assert "Foto acuan Wahyudi Contoh" in page.text
    nik = re.sub(r"\D", "", re.search(r'NIK <span class="number">([\d ]+)', page.text)[1])  # type: ignore[index]  # it is on the page
    assert nik == "3510160605909500"
    card = sandbox.ask("dukcapil/v1/family-card", {"nik": nik}).json()["family_card"]
    assert [member["name"] for member in card["members"]] == ["Wahyudi Contoh", "Anak Contoh"]
    assert card["members"][1]["nik"] == "3510164201179500"
    assert sandbox.ask("dtsen/v1/family", {"kk_number": card["kk_number"]}).json()["decile"] == 3
    child = {"niks": [card["members"][1]["nik"]]}
    assert sandbox.ask("dapodik/v1/pupils", child).json()["records"][0]["level"] == "sd"
    assert sandbox.ask("dukcapil/v1/reference-photo", {"nik": nik}).json()["status"] == "not_found"

    stored = submit(trainer, page.url.path, {}, files={"photograph": ("wajah.png", TINY_PNG, "image/png")})
    assert "Ganti foto" in stored.text
    assert trainer.get(page.url.path.replace("photo/", "picture")).content == TINY_PNG
    sandbox.manage("seed_residents")
    assert sandbox.ask("dukcapil/v1/reference-photo", {"nik": nik}).json()["content_type"] == "image/png"


def test_mistakes_in_a_new_family_are_shown_and_nothing_is_lost(trainer: httpx.Client) -> None:
    wrong = {**NEW_FAMILY, "rt": "x", "anggota-0-birth_date": "1990-02-31", "anggota-1-nik": "123"}
    page = submit(trainer, "/residents/new/", wrong)
    assert page.status_code == 422
    assert "Harus 3 angka" in page.text
    assert "Harus 16 angka" in page.text
    assert "Wahyudi Contoh" in page.text
    taken = {**NEW_FAMILY, "anggota-0-nik": "3510161204889001"}
    assert submit(trainer, "/residents/new/", taken).status_code == 422


@pytest.mark.parametrize("content", [b"%PDF-1.7 not a photograph", b"\xff\xd8\xff" + b"0" * (3 * 1024 * 1024), b""])
def test_photograph_must_be_a_small_picture(trainer: httpx.Client, content: bytes) -> None:
    refused = submit(trainer, "/residents/1/photo/", {}, files={"photograph": ("a.jpg", content, "image/jpeg")})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"DJANGO_SETTINGS_MODULE": "perlinsos.settings.production"}, "never starts in production"),
        ({"PORTAL_ENV": "production"}, "never starts in production"),
        ({"SANDBOX_BASE_URL": "https://ikd.example.go.id"}, "must be on this machine"),
        ({"SOURCES_TOKEN": ""}, "SOURCES_TOKEN is required"),
    ],
)
def test_sandbox_refuses_to_start(sandbox: Sandbox, variables: dict[str, str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sandbox.wsgi"],
        env={**sandbox.environment, **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert said in done.stderr


def test_portal_settings_in_the_environment_are_replaced(sandbox: Sandbox) -> None:
    code = "import os, sandbox.wsgi; print(os.environ['DJANGO_SETTINGS_MODULE'])"
    environment = {**sandbox.environment, "DJANGO_SETTINGS_MODULE": "perlinsos.settings.dev"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "sandbox.settings"


def test_no_migration_is_missing(sandbox: Sandbox) -> None:
    own = ["residents", "switches", "sources", "identity"]
    assert "No changes detected" in sandbox.manage("makemigrations", "--check", "--dry-run", *own)
