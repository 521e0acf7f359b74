"""`flask files sweep`, for cron: `30 4 * * * flask files sweep`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from marketplace.catalog.queries import named_digests
from marketplace.catalog.services import forget_picture
from marketplace.core import pictures
from marketplace.core.db import db
from marketplace.core.files import older
from marketplace.core.pictures import THUMB_SUFFIX
from marketplace.threads.queries import kept_files
from marketplace.threads.services import file_folder, remove_file

DAY = 24 * 3600
"""What is younger may belong to somebody who has not committed yet."""

AT_ONCE = 500


@click.group()
def files() -> None:
    """Looks after the files on the disk."""


@files.command()
@with_appcontext
def sweep() -> None:
    """Takes files away that nothing names and that are older than a day: a process was killed before it could."""
    media = current_app.config["MEDIA_PATH"]
    photos, papers = pictures.folder(media), file_folder(media)
    halves = sum(_drop_halves(folder) for folder in (photos, papers))
    loads = sum(_drop(path) for _name, path in older(Path(media) / "loads", DAY))
    of_products = sum(_forget(photos, digest) for digest in _orphans(photos, named_digests))
    of_threads = 0
    for name in _orphans(papers, kept_files):
        remove_file(papers, name)
        of_threads += 1
    counts = f"pictures {of_products}, attachments {of_threads}, files of the loader {loads}, halves {halves}"
    click.echo(f"removed: {counts}")


def _orphans(folder: Path, known: Callable[[list[str]], set[str]]) -> Iterator[str]:
    """The names of old files that are not `known`; each once, whether or not it has a thumbnail."""
    names = sorted({name.removesuffix(THUMB_SUFFIX) for name, _path in older(folder, DAY)})
    for start in range(0, len(names), AT_ONCE):
        batch = names[start : start + AT_ONCE]
        yield from sorted(set(batch) - known(batch))


def _forget(folder: Path, digest: str) -> bool:
    # Asked again under its lock: somebody may just be adding it to a product.
    is_gone = forget_picture(folder, digest)
    db.session.commit()
    return is_gone


def _drop_halves(folder: Path) -> int:
    return sum(_drop(path) for _name, path in older(folder, DAY) if path.name.startswith("."))


def _drop(path: Path) -> bool:
    path.unlink(missing_ok=True)
    return True
