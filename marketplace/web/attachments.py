"""Files of orders on their way in and out: what was sent, where they are, the answers that carry them, their end."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from flask import Response, current_app, send_file
from werkzeug.datastructures import FileStorage

from marketplace.core import file_types, files
from marketplace.threads import services
from marketplace.threads.errors import NoSuchFile
from marketplace.threads.models import Attachment
from marketplace.web.disposition import attachment_header
from marketplace.web.requestlog import request_id

log = logging.getLogger("marketplace.attachments")

POST_LIMIT = services.MAX_FILES_AT_ONCE * services.MAX_BYTES + 1024 * 1024
"""Bytes of one request with files: these, the words, and what holds them together."""


def uploads_of(sent: Iterable[FileStorage]) -> list[services.Upload]:
    """What was sent, as the domain takes it."""
    return [services.Upload(file.filename or "", file.stream) for file in sent]


def folder() -> Path:
    """Where the files are."""
    return services.file_folder(current_app.config["MEDIA_PATH"])


def forget(stored_name: str) -> None:
    """After the commit, because a row that is still there needs its file: takes the file from the disk.

    What was committed is done, whatever the disk says now: that is noted for whoever runs the site, and `flask files
    sweep` takes away what is left.
    """
    try:
        services.remove_file(folder(), stored_name)
    except OSError as failure:
        log.error("a file is left on the disk", extra={"fields": {"request_id": request_id()}}, exc_info=failure)


def sent_file(attachment: Attachment, *, in_parts: bool = True) -> Response:
    """The file, to be saved and not opened by a browser; raises NoSuchFile when it is gone from the disk.

    Whoever calls it has asked who may have the file. `in_parts` lets the request ask for a range of it.
    """
    answer = _sent(files.place(folder(), attachment.stored_name), in_parts)
    # Not by way of Flask, which would add a character set that the text may not be in.
    answer.headers["Content-Type"] = attachment.media_type
    answer.headers["Content-Disposition"] = attachment_header(attachment.name)
    return answer


def sent_thumbnail(attachment: Attachment, *, in_parts: bool = True) -> Response:
    """A small copy of a picture, which we have drawn ourselves; raises NoSuchFile for what is no picture."""
    if not attachment.is_picture:
        raise NoSuchFile
    path = files.place(folder(), services.thumbnail_name(attachment.stored_name))
    answer = _sent(path, in_parts)
    with path.open("rb") as file:
        kind = file_types.recognise(file.read(16))
    answer.headers["Content-Type"] = kind.media_type if kind else "application/octet-stream"
    return answer


def _sent(path: Path, in_parts: bool) -> Response:
    """The file as it is on the disk; whoever wants it again asks us, every time."""
    try:
        answer = send_file(path, mimetype="application/octet-stream", conditional=in_parts, etag=in_parts)
    except FileNotFoundError:
        raise NoSuchFile from None
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
