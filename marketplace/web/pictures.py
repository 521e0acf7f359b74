"""Pictures of products on their way in: read out of what was sent, kept with their rows, forgotten with the last."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage

from marketplace.catalog.errors import TooManyPictures
from marketplace.catalog.models import MAX_PICTURES
from marketplace.catalog.services import forget_picture
from marketplace.core import pictures
from marketplace.core.db import db
from marketplace.core.errors import N_, Invalid
from marketplace.core.pictures import MAX_BYTES, Picture
from marketplace.core.text import one_line
from marketplace.web.errors import explain
from marketplace.web.requestlog import request_id

log = logging.getLogger("marketplace.pictures")

UPLOAD_LIMIT = 64 * 1024 * 1024
"""Bytes of one request with pictures: these, and what holds them together."""

SHOWN_NAME = 60


class PicturesRefused(Invalid):
    """Some of the files are no pictures that we keep; `reasons` name each of them, for the person."""

    message = N_("Not every file is a picture that can be kept.")

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(field="pictures")
        self.reasons = list(reasons)
        self.errors = {"pictures": self.reasons}


def folder() -> Path:
    """Where the files are."""
    return pictures.folder(current_app.config["MEDIA_PATH"])


def read_pictures(files: Sequence[FileStorage]) -> list[Picture]:
    """The pictures in `files`, read one after the other: all of them, or PicturesRefused."""
    if len(files) > MAX_PICTURES:
        # Reading takes time and memory, and there is no room for them anyway.
        raise TooManyPictures(limit=MAX_PICTURES, field="pictures")
    found: list[Picture] = []
    reasons: list[str] = []
    for file in files:
        try:
            found.append(pictures.read_picture(file.stream.read(MAX_BYTES + 1)))
        except Invalid as error:
            name = one_line(file.filename)[:SHOWN_NAME] or "?"
            reasons.append(_("%(file)s: %(problem)s", file=name, problem=explain(error)))
    if reasons:
        raise PicturesRefused(reasons)
    return found


@contextmanager
def kept(found: Sequence[Picture]) -> Iterator[None]:
    """Stores the files of rows that are flushed; an error that leaves the block takes away what no row names then.

    The block ends with the commit.
    """
    with ExitStack() as undo:
        undo.callback(forget, [one.digest for one in found])
        undo.callback(db.session.rollback)
        for one in found:
            pictures.store(folder(), one)
        yield
        undo.pop_all()


def forget(digests: Iterable[str]) -> None:
    """After the commit: takes from the disk what no row names any more.

    What was committed is done, whatever the disk or the database say now: that is noted for whoever runs the site, and
    `flask files sweep` takes away what is left.
    """
    try:
        for digest in digests:
            forget_picture(folder(), digest)
            db.session.commit()
    except (OSError, SQLAlchemyError) as failure:
        db.session.rollback()
        log.error("a picture is left on the disk", extra={"fields": {"request_id": request_id()}}, exc_info=failure)
