"""Runs of the catalogue loader, as everybody asks for them and is told of them.

A run takes longer than a request may, and there is no queue of jobs yet: until there is one, a run is a process of its
own, begun after the commit, which says on its row how far it is. The site itself never reads the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from marketplace.catalog import queries, services
from marketplace.catalog.models import CatalogLoad
from marketplace.catalog.states import LoadStatus
from marketplace.core import files
from marketplace.core.db import db
from marketplace.core.errors import N_, DomainError, Invalid
from marketplace.core.fetch import MOST_BYTES, Fetcher
from marketplace.core.text import one_line
from marketplace.web.errors import explain
from marketplace.web.starting import start_process

UPLOAD_LIMIT = MOST_BYTES + 256 * 1024
"""Bytes of one request with a file: it, the choices, and what holds them together."""

LONGEST_NAME = 200
SHOWN_REASONS = 200
MOST_ITEMS = 2000
USUAL_ITEMS = 50
DEAREST = 1_000_000_000

DEAD = "died"
WORDS = {
    LoadStatus.WAITING: _l("Is about to start"),
    LoadStatus.RUNNING: _l("Loading"),
    LoadStatus.DONE: _l("Done"),
    LoadStatus.FAILED: _l("Failed"),
    DEAD: _l("Broken off"),
}


@dataclass(frozen=True)
class Reason:
    """Why an item was left out, or a picture of one, in the reader's language."""

    what: str
    is_picture: bool
    why: str


@dataclass(frozen=True)
class Run:
    """A run as it is shown: its state, `died` included, and the reasons in the reader's language."""

    load: CatalogLoad
    state: str
    words: str
    is_open: bool
    error: str
    reasons: list[Reason]

    @property
    def skipped(self) -> int:
        """Items that were left out; a picture that could not be read leaves its item in."""
        return sum(1 for reason in self.load.skipped if reason["kind"] == "item")

    @property
    def same(self) -> int:
        """Items that are in the catalogue already, just as the source has them."""
        return unchanged(self.load, self.skipped)


def shown(load: CatalogLoad) -> Run:
    """The run as it is shown."""
    state = state_of(load)
    return Run(
        load=load,
        state=state,
        words=str(WORDS[state]),
        is_open=state in queries.OPEN_LOADS,
        error=translated(load.error, load.options.get("error") or {}) if load.error else "",
        reasons=[
            Reason(reason["what"], reason["kind"] == "picture", translated(reason["message"], reason["values"]))
            for reason in load.skipped[:SHOWN_REASONS]
        ],
    )


def state_of(load: CatalogLoad) -> str:
    """How far the run is, or `died`."""
    return DEAD if queries.has_died(load) else str(load.status)


def unchanged(load: CatalogLoad, skipped: int) -> int:
    """How many items were in the catalogue just as the source has them, when `skipped` were left out."""
    return max(0, load.done - load.added - load.updated - skipped)


def translated(message: str, values: dict[str, Any]) -> str:
    """A stored text in the reader's language; as it stands there when another release wrote it with other values."""
    try:
        return explain(DomainError(message, **values))
    except (KeyError, TypeError, ValueError):
        return message


def options_of(
    *, format: str, limit: int, category_id: int | None, price_from: int | None, price_to: int | None
) -> dict[str, Any]:
    """The choices as the loader takes them; one end of a range of prices is both."""
    prices = [price for price in (price_from, price_to) if price is not None]
    return {
        "format": format,
        "limit": limit,
        "category_id": category_id,
        "random_price": [min(prices), max(prices)] if prices else None,
    }


def check_address(url: str) -> None:
    """Refuses what the run would refuse before it connects: it asks again, this is for whoever waits for an answer."""
    try:
        Fetcher().check(url)
    except Invalid as error:
        error.field = "url"
        raise


def read_upload(file: FileStorage) -> tuple[str, bytes]:
    """The name and the content of a file that is to be loaded; raises Invalid for the field `file`."""
    content = file.stream.read(MOST_BYTES + 1)
    if not content:
        raise Invalid(N_("The file is empty."), field="file")
    if len(content) > MOST_BYTES:
        raise Invalid(N_("The file is larger than %(size)s MB."), field="file", size=MOST_BYTES // 1024**2)
    return one_line(file.filename)[:LONGEST_NAME] or "?", content


@contextmanager
def kept(name: str | None, content: bytes) -> Iterator[None]:
    """Stores the file of a run that may begin; an error that leaves the block takes it away again."""
    with ExitStack() as undo:
        if name:
            folder = Path(current_app.config["MEDIA_PATH"]) / "loads"
            undo.callback(files.remove, folder, name)
            files.write(folder, name, content)
        yield
        undo.pop_all()


def begin(load_id: int) -> None:
    """Starts the process of a committed run; when there can be none, the run says so."""
    try:
        start_process(load_id)
    except OSError:
        services.fail_load(load_id, DomainError())
        db.session.commit()
