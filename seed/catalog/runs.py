"""Whole runs of the loader: from the command line, from the desk with its progress kept, and for the demo."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.catalog import services
from marketplace.catalog.errors import SourceRefused
from marketplace.catalog.models import Category
from marketplace.core import files
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.fetch import Fetcher
from marketplace.core.urls import BadUrl
from seed.catalog.loading import Options, Report, find_items, load
from seed.catalog.sources import NoSuchFile, Opened, is_address, open_source

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SAMPLES_OF_THE_DEMO = {"electronics.json": 0.4, "tools-json-ld.html": 0.36, "stationery-windows-1251.htm": 1.0}
"""Those whose prices are in roubles, and which part of the demo's goods comes from each."""

COMMIT_SECONDS = 1.0
OLDEST_UPLOAD = 24 * 3600

Progress = Callable[[Report], None]


class NoSuchCategory(DomainError):
    """Said at the command line only, so nobody translates it."""

    message = "There is no active category %(slug)s. There are: %(known)s"


def category_of(slug: str) -> int:
    """The id of the active category; raises NoSuchCategory with the slugs that there are."""
    active = db.session.scalars(select(Category).where(Category.is_active))
    known: dict[str, int] = {category.slug: category.id for category in active}
    if slug not in known:
        raise NoSuchCategory(slug=slug, known=", ".join(sorted(known)) or "none")
    return known[slug]


def load_source(
    text: str,
    options: Options,
    *,
    fetcher: Fetcher | None = None,
    by: Account | None = None,
    dry_run: bool = False,
    progress: Progress = lambda report: None,
) -> Report:
    """Loads from an address or a file and commits, at the latest with the last item; with `dry_run` it changes nothing.

    Raises DomainError when the source cannot be read at all.
    """
    reads = fetcher or Fetcher()
    opened = open_source(text, reads)
    return _keep(opened, options, reads, by=by, dry_run=dry_run, note=progress)


def _keep(
    opened: Opened, options: Options, fetcher: Fetcher, *, by: Account | None, dry_run: bool, note: Progress
) -> Report:
    """Makes products of the content, and commits whole ones about every second."""
    items = find_items(opened, options)
    media = None if dry_run else Path(current_app.config["MEDIA_PATH"])
    report, committed = Report(), 0.0

    def keep(force: bool = False) -> None:
        nonlocal committed
        if not dry_run and (force or time.monotonic() - committed > COMMIT_SECONDS):
            note(report)
            db.session.commit()
            committed = time.monotonic()

    for report in load(opened, items, options, by=by, media=media, fetcher=fetcher, alive=keep):  # noqa: B007 - kept
        keep()
    if dry_run:
        note(report)
        db.session.rollback()
    keep(force=True)
    return report


def run_load(load_id: int, *, fetcher: Fetcher | None = None) -> None:
    """Does what the desk asked for with this row, and says on the row how it went. Raises Conflict, NoSuchLoad.

    Addresses only: what the desk sends is never the name of a file on this machine. A file that it sent is in the
    media folder under a name of ours, and is removed in the end.
    """
    row = services.begin_load(load_id)
    by, source, asked = row.account, row.source, dict(row.options)
    db.session.commit()
    uploads = uploads_folder()
    name = asked.get("file")
    try:
        reads = fetcher or Fetcher()
        opened = Opened(_uploaded(uploads, name, source), source) if name else _fetched(source, reads)
        _keep(opened, options_of(asked), reads, by=by, dry_run=False, note=lambda report: _note(load_id, report))
        services.finish_load(load_id)
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        services.fail_load(load_id, error)
        db.session.commit()
    except BaseException:  # Whatever it was, the desk must not wait for this run any more.
        db.session.rollback()
        services.fail_load(load_id, SourceRefused())
        db.session.commit()
        raise
    finally:
        if name:
            files.remove(uploads, name)
        _forget_old(uploads)


def options_of(asked: dict[str, Any]) -> Options:
    """The options as the desk wrote them down."""
    prices = asked.get("random_price")
    return Options(
        format=asked["format"],
        limit=asked["limit"],
        category_id=asked.get("category_id"),
        random_price=(prices[0], prices[1]) if prices else None,
    )


def uploads_folder() -> Path:
    """Where files wait that were sent to the desk for loading."""
    return Path(current_app.config["MEDIA_PATH"]) / "loads"


def _uploaded(uploads: Path, name: str, source: str) -> bytes:
    try:
        return files.place(uploads, name).read_bytes()
    except OSError:
        raise NoSuchFile(name=source) from None


def _fetched(source: str, fetcher: Fetcher) -> Opened:
    if not is_address(source):
        raise BadUrl(url=source[:200])
    return open_source(source, fetcher)


def _note(load_id: int, report: Report) -> None:
    services.note_progress(
        load_id,
        total=report.total,
        done=report.done,
        added=report.added,
        updated=report.updated,
        skipped=[asdict(reason) for reason in report.reasons],
    )


def _forget_old(uploads: Path) -> None:
    """Removes what runs left that were killed before they could."""
    for path in uploads.glob("*/*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > OLDEST_UPLOAD:
                path.unlink()


def load_samples(limit: int = 50, by: Account | None = None, progress: Progress = lambda report: None) -> int:
    """Loads `limit` products with pictures from our own saved pages, the same ones each time; how many there are now.

    It only flushes: the caller commits. `by` None is whoever holds the machine.
    """
    media, left = Path(current_app.config["MEDIA_PATH"]), limit
    for number, (name, share) in enumerate(SAMPLES_OF_THE_DEMO.items(), start=1):
        is_last = number == len(SAMPLES_OF_THE_DEMO)
        wanted = left if is_last else min(left, round(limit * share))
        opened = open_source(str(SAMPLES / name), Fetcher())
        items = find_items(opened, Options(), trusted=True)
        for report in load(opened, items, Options(limit=len(items)), by=by, media=media, fetcher=Fetcher()):
            progress(report)
            if report.added + report.updated + report.same >= wanted:
                break
        left -= report.added + report.updated + report.same
    return limit - left
