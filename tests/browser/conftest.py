"""The whole system as a stranger starts it, and browsers that look at every page twice.

`PORTAL_UNDER_TEST=<state directory>` drives a portal that already runs instead of starting one;
`PORTAL_SCREENSHOTS=<directory>` keeps a picture of every page of the journeys.
"""

import base64
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.support import camera, faces, moving

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 240
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


WIDER_THAN_THE_SCREEN = """() => {
    const page = document.documentElement
    if (page.scrollWidth <= page.clientWidth) return []
    const out = [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > page.clientWidth)
    return out.slice(-5).map(e => e.outerHTML.slice(0, 120))
}"""


SOMEBODY_WHO_OBEYS = """
const pictures = PICTURES
const opened = {}
const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
const open = async move => opened[move] ??= await createImageBitmap(new Blob([bytes(pictures[move])]))
const usual = navigator.mediaDevices?.getUserMedia?.bind(navigator.mediaDevices)
if (usual) navigator.mediaDevices.getUserMedia = async wish => {
    const root = document.querySelector("[data-ps-recording]")
    if (!root) return usual(wish)
    for (const move of Object.keys(pictures)) await open(move)
    const sheet = Object.assign(document.createElement("canvas"), { width: 640, height: 480 })
    const brush = sheet.getContext("2d")
    const draw = () => {
        const now = performance.now()
        brush.drawImage(opened[root.dataset.psMove ?? "straight"], 4 * Math.sin(now / 330), 4 * Math.cos(now / 470))
    }
    draw()
    setInterval(draw, 40)
    return sheet.captureStream(25)
}
"""


@dataclass(frozen=True)
class RunningPortal:
    """`./portal run`, up and answering."""

    url: str
    sandbox_url: str
    state: Path

    def second_factor(self, email: str) -> str:
        """The six digits an authenticator app would show now."""
        return self.manage("demo", "--code", email).strip()

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(ROOT / "portal"), "manage", *arguments],
            capture_output=True,
            text=True,
            check=True,
            env={**outside_environment(), "PORTAL_STATE": str(self.state)},
        )
        return done.stdout

    def switch(self, service: str, **state: Any) -> None:
        """Make a ministry service slow, wrong or absent."""
        httpx.post(f"{self.sandbox_url}/switches/api/{service}", json=state, timeout=10).raise_for_status()


@pytest.fixture(scope="session")
def portal() -> Iterator[RunningPortal]:
    faces.folder()  # the reference photographs of the residents
    if given := os.environ.get("PORTAL_UNDER_TEST"):
        yield _running(Path(given))
        return
    with tempfile.TemporaryDirectory(prefix="portal-journey-") as state:
        log = Path(state) / "said.log"
        with log.open("w") as said:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "portal"), "run", "--port", str(_free_port())],
                env={**outside_environment(), "PORTAL_STATE": state, "PYTHONUNBUFFERED": "1"},
                stdout=said,  # a file: a pipe nobody reads fills up, and then the supervisor waits for us
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_ready(process, log)
            yield _running(Path(state))
        finally:
            process.terminate()
            process.wait(timeout=30)


def _free_port() -> int:
    """Nobody else's: a developer may well have a portal on the usual port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def outside_environment() -> dict[str, str]:
    """What a stranger's shell has: nothing of the servers this test run started for itself."""
    ours = re.compile(
        "DATABASE_URL|REDIS_URL|DJANGO_|PORTAL_STATE|FILES_ROOT|SECRET_KEY|FIELD_KEYS|BLIND|BASE_URL|OIDC|SOURCES|SANDBOX|STATIC_ROOT"
    )
    return {name: value for name, value in os.environ.items() if not ours.search(name)}


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    """Read what the command prints until it says it is ready; its output explains a failure."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if any(line.startswith("Ctrl-C stops") for line in log.read_text().splitlines()):
            return
        time.sleep(0.2)  # between two looks at the condition
    pytest.fail("./portal run did not become ready:\n" + log.read_text())


def _running(state: Path) -> RunningPortal:
    variables = dict(line.partition("=")[::2] for line in (state / "env").read_text().splitlines() if "=" in line)
    clean = {name.removeprefix("export ").strip(): value.strip().strip("'\"") for name, value in variables.items()}
    return RunningPortal(clean["BASE_URL"], clean["SANDBOX_BASE_URL"], state)


@dataclass
class Visitor:
    """A browser of one person. `look` is called on every page of a journey."""

    page: Page
    portal: RunningPortal
    name: str
    has_scripts: bool = True
    seen: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.portal.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()

    def look(self, title: str) -> None:
        """The page has this heading, no axe violation, and fits 320 px with letters twice as large."""
        heading = self.page.get_by_role("heading", name=re.compile(re.escape(title), re.IGNORECASE)).first
        expect(heading).to_be_visible()
        self._keep_picture(title)
        self.seen.append(title)
        if not self.has_scripts:
            return  # axe and the ruler are scripts; the same pages are measured in the other journeys
        violations = Axe().run(self.page, options=AXE_RULES).response["violations"]
        assert violations == [], [(found["id"], found["nodes"][0]["html"]) for found in violations]
        assert self._too_wide() == [], f"{title}: wider than the screen"

    def _too_wide(self) -> list[str]:
        """What sticks out of a screen of 320 px with letters twice as large."""
        size = self.page.viewport_size
        assert size is not None
        self.page.set_viewport_size({"width": 320, "height": 640})
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        culprits: list[str] = self.page.evaluate(WIDER_THAN_THE_SCREEN)
        self.page.evaluate("document.documentElement.style.fontSize = ''")
        self.page.set_viewport_size(size)
        return culprits

    def _keep_picture(self, title: str) -> None:
        if folder := os.environ.get("PORTAL_SCREENSHOTS"):
            number = len(list(Path(folder).glob(f"{self.name}-*.png"))) + 1
            slug = re.sub(r"\W+", "-", title.lower()).strip("-")[:40]
            self.page.screenshot(path=Path(folder) / f"{self.name}-{number:02}-{slug}.png", full_page=True)


@pytest.fixture(scope="session")
def obeying() -> str:
    """A camera in front of somebody who does what the page asks: `moving.poses`, moving a little all the time."""
    pictures = {move: base64.b64encode(jpeg).decode() for move, jpeg in moving.poses(faces.OBAMA_AGAIN).items()}
    return SOMEBODY_WHO_OBEYS.replace("PICTURES", json.dumps(pictures))


@pytest.fixture
def visit(browser: Browser, portal: RunningPortal, obeying: str) -> Iterator[Any]:
    """`visit("indah", PHONE)`: a fresh browser; a script error or a refused resource fails the test."""
    contexts, complaints = [], []

    def open_browser(name: str, size: dict[str, int], **options: Any) -> Visitor:
        context = browser.new_context(viewport=size, locale="id-ID", permissions=["camera"], **options)
        context.set_default_timeout(20_000)
        context.add_init_script(obeying)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{name}: {error}"))
        page.on("console", lambda said: complaints.append(f"{name}: {said.text}") if said.type == "error" else None)
        contexts.append(context)
        return Visitor(page, portal, name, has_scripts=options.get("java_script_enabled", True))

    yield open_browser
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def camera_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fake camera of the browser sees: the person of the reference photograph, another day."""
    path = tmp_path_factory.mktemp("camera") / f"{secrets.token_hex(4)}.mjpeg"
    return camera.write_mjpeg(path, [faces.portrait(faces.OBAMA_AGAIN)])


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], camera_file: Path) -> dict[str, Any]:
    """With a camera that sees a photograph."""
    arguments = [
        *browser_type_launch_args["args"],
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera_file}",
    ]
    return {**browser_type_launch_args, "args": arguments}


@pytest.fixture(scope="session")
def browser(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """Of these tests alone: the one that pytest-playwright shares was started without the camera."""
    launched = browser_type.launch(**browser_type_launch_args)
    yield launched
    launched.close()
