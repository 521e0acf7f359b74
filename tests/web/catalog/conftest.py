"""A folder of its own for the pictures of each test, and a manager at the desk."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from tests.catalog.shelf import keeper
from tests.client import Browser
from tests.people import People


@pytest.fixture
def media(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pictures are kept."""
    monkeypatch.setitem(app.config, "MEDIA_PATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def desk(people: People, client: Browser, media: Path) -> Browser:
    """The browser in which a manager has signed in."""
    return client.sign_in(keeper(people))


def upload(name: str, content: bytes) -> FileStorage:
    """A file as a browser sends it."""
    return FileStorage(BytesIO(content), filename=name)
