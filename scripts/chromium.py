"""Finds a Chromium for the browser tests, or installs one: the system's, then apt-get's, then Playwright's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


class NoChromium(Exception):
    """One line that says how to get a Chromium."""


def find() -> str | None:
    """The program of a Chromium that starts: CHROMIUM when set, one on the PATH, or Playwright's own."""
    named = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else NAMES
    candidates = [path for name in named if (path := shutil.which(name))]
    return next((path for path in [*candidates, *_downloaded()] if _starts(path)), None)


def ensure() -> str:
    """The program of a Chromium, installed if need be; raises NoChromium."""
    for install in (None, _from_apt, _from_playwright):
        if install is not None:
            install()
        if found := find():
            return found
    raise NoChromium(
        "The browser tests need a Chromium and none could be installed: install one (apt-get install chromium), "
        "or set CHROMIUM to its path."
    )


def _downloaded() -> list[str]:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    programs = ["chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"]
    return [str(path) for pattern in programs for path in sorted(folder.glob(pattern), reverse=True)]


def _starts(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _from_apt() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("No Chromium found, installing one with apt-get")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def _from_playwright() -> None:
    print("No Chromium found, downloading Playwright's")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    try:
        ensure()
    except NoChromium as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
