"""One running site and one Chromium for all browser tests; a test fails on anything its windows complain about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from marketplace.app import create_app
from marketplace.core.db import db
from scripts import chromium
from tests.browser.cast import Cast
from tests.browser.windows import Windows
from tests.client import Browser as Client
from tests.conftest import settings_for
from tests.people import People
from tests.races.site import Site, running

FEATURES_OFF = [
    # What Playwright turns off: a second switch of this name replaces its own.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    # Pages of Chromium's own, behind an address bar that nobody sees: they cost each window a second.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    # A process for the next site, where all pages are of one.
    "SpareRendererForSitePerProcess",
]
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium that `make test` found or installed."""
    program = chromium.find()
    if program is None:
        pytest.fail("no Chromium; `make test` installs one")
    return {**browser_type_launch_args, "executable_path": program, "args": SWITCHES}


@pytest.fixture(scope="package")
def address_of_database(fresh_database: Callable[[], str]) -> str:
    """A database of the browser tests' own, with real commits."""
    return fresh_database()


@pytest.fixture(scope="package")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for pictures and files of the site."""
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="package")
def site(address_of_database: str, media: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site as production runs it; it must not have failed in any test."""
    log = tmp_path_factory.mktemp("site") / "log"
    with running(address_of_database, log, MEDIA_PATH=str(media)) as site:
        yield site
    assert log.read_text() == ""


@pytest.fixture(scope="package")
def backstage(address_of_database: str, media: Path) -> Iterator[Flask]:
    """The application on the same database, through which tests prepare and check what the site shows."""
    app = create_app(settings_for(address_of_database, MEDIA_PATH=str(media)))
    app.test_client_class = Client
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(backstage: Flask) -> Iterator[Flask]:
    """The application behind the scene, with a context pushed."""
    with backstage.app_context():
        yield backstage


@pytest.fixture(scope="package")
def cast(backstage: Flask) -> Cast:
    """Everybody and everything that the crawls look at, made once and changed by no test."""
    with backstage.app_context():
        return Cast.of(People(backstage))


@pytest.fixture
def windows(browser: Browser, app: Flask, site: Site) -> Iterator[Windows]:
    """Opens windows; afterwards nobody may have complained."""
    windows = Windows(browser, app, f"http://127.0.0.1:{site.port}")
    try:
        yield windows
    finally:
        windows.close()
    assert windows.watch.complaints() == []
