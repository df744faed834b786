import subprocess

import pytest

from launcher import install
from launcher.errors import LauncherError
from launcher.state import ROOT

LINES = """\
amqp==5.4.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
face-recognition-models==0.3.0 \\
    --hash=sha256:cc
zlib==1
"""


def test_only_the_source_package_is_built(tmp_path):
    file = tmp_path / "run.txt"
    file.write_text(LINES)
    wheels, sources = install.split(file)
    assert [entry.split("==")[0] for entry in wheels] == ["amqp", "zlib"]
    assert sources == ["face-recognition-models==0.3.0 \\\n    --hash=sha256:cc"]


@pytest.fixture
def stamped(tmp_path, monkeypatch):
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    for name in ("prod", "run", "dev"):
        (requirements / f"{name}.txt").write_text(f"{name}==1\n")
    monkeypatch.setattr(install, "REQUIREMENTS", requirements)
    monkeypatch.setattr(install, "STAMP", tmp_path / "stamp")
    return requirements


def test_the_full_set_serves_the_smaller_one(stamped):
    install.STAMP.write_text(install.digest("dev"))
    assert install._is_installed("run")
    install.STAMP.write_text(install.digest("run"))
    assert not install._is_installed("dev")


def test_changed_requirements_are_installed_again(stamped):
    install.STAMP.write_text(install.digest("run"))
    (stamped / "run.txt").write_text("run==2\n")
    assert not install._is_installed("run")


def test_a_missing_venv_module_is_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(install, "VENV", tmp_path / "venv")
    monkeypatch.setattr(install.sys, "executable", "/bin/false")
    with pytest.raises(LauncherError, match="apt install python3-venv"):
        install._make_environment(None)


def test_an_old_python_says_what_is_needed():
    """As text: the file must even be readable by a Python that is too old."""
    code = (ROOT / "portal").read_text()
    assert "f'" not in code
    assert 'f"' not in code
    said = subprocess.run(["sh", "-c", f"{ROOT}/portal nonsense"], capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "no command 'nonsense'" in said.stderr
