"""The site on a port, as programs of others meet it, with one category and nobody in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.people import People
from tests.races.conftest import application_on
from tests.races.site import running


@contextmanager
def living_site(url: str, folder: Path) -> Iterator[str]:
    """The address of the site on the empty database `url`; requests are counted as everywhere."""
    with application_on(url) as app:
        People(app).category()
    with running(url, folder / "site.log", RATELIMIT_ENABLED="1") as site:
        yield f"http://127.0.0.1:{site.port}"
