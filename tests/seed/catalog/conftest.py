"""A folder of its own for the pictures of each test, and short ways to load something."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.fetch import Fetcher
from seed.catalog.loading import Options, Report, find_items, load
from seed.catalog.sources import Opened

Load = Callable[..., Report]


@pytest.fixture
def media(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pictures are kept."""
    folder = tmp_path / "media"
    monkeypatch.setitem(app.config, "MEDIA_PATH", str(folder))
    return folder


@pytest.fixture
def loads(app: Flask, media: Path) -> Load:
    """Loads a value as a list in JSON, or text as it is, without a box, and commits."""

    def run(
        value: Any,
        *,
        by: Account | None = None,
        url: str = "https://shop.example/list",
        folder: Path | None = None,
        fetcher: Fetcher | None = None,
        with_pictures: bool = True,
        **options: Any,
    ) -> Report:
        content = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        opened = Opened(content, "shop.example", url="" if folder else url, folder=folder)
        wanted = Options(**options)
        items = find_items(opened, wanted, trusted=True)
        reads = fetcher or Fetcher(resolver=lambda *_: [])
        *_, report = load(opened, items, wanted, by=by, media=media if with_pictures else None, fetcher=reads)
        db.session.commit()
        return report

    return run
