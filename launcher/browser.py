"""The browser that the journeys are driven with."""

import os
import shutil
import subprocess

from launcher import console

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
APT_TIME_LIMIT = 240


def find() -> str | None:
    """The path of a Chromium: PORTAL_CHROMIUM, PATH, or macOS's usual place."""
    for path in (os.environ.get("PORTAL_CHROMIUM"), *map(shutil.which, NAMES), MAC):
        if path and os.access(path, os.X_OK):
            return path
    return None


def why_not() -> str:
    return "no Chromium: apt-get install chromium, or set PORTAL_CHROMIUM to a Chromium or Chrome"


def find_or_install() -> str | None:
    """As root on a Debian-like system the distribution's Chromium is installed when there is none."""
    if (path := find()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return path
    console.say("Installing Chromium from the distribution …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=60"]
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        try:
            done = subprocess.run(
                ["apt-get", *wait, *arguments],
                capture_output=True,
                text=True,
                check=False,
                env=environment,
                timeout=APT_TIME_LIMIT,
            )
        except subprocess.TimeoutExpired:
            console.warn(f"apt-get {arguments[0]} took longer than {APT_TIME_LIMIT} s and was stopped.")
            return None
        if done.returncode:
            console.warn(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-500:]}")
    return find()
