"""Pictures of products on their way in and out: files of a form, and the files that browsers keep for good."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from flask import abort, current_app, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import MultipleFileField

from marketplace.catalog.queries import find_picture
from marketplace.core import pictures
from marketplace.core.errors import Invalid
from marketplace.core.pictures import MAX_BYTES, Picture
from marketplace.core.text import one_line
from marketplace.web.catalog.blueprint import blueprint
from marketplace.web.errors import explain

UPLOAD_LIMIT = 64 * 1024 * 1024
DIGEST = re.compile(r"[0-9a-f]{64}")
YEAR = 365 * 24 * 3600
SHOWN_NAME = 60


@blueprint.get("/media/pictures/<digest>")
@blueprint.get("/media/pictures/<digest>/<any(thumb):size>")
def picture(digest: str, size: str = "") -> ResponseReturnValue:
    """A picture of a product, or its thumbnail: the content has its address for good, so browsers may keep it."""
    found = find_picture(digest) if DIGEST.fullmatch(digest) else None
    if found is None:
        abort(404)
    path = pictures.stored(pictures.folder(current_app.config["MEDIA_PATH"]), digest, thumb=bool(size))
    try:
        answer = send_file(
            path,
            mimetype=found.media_type,
            download_name=f"{digest[:12]}.{found.media_type.removeprefix('image/')}",
            etag=f"{digest}{size}",
            max_age=YEAR,
        )
    except FileNotFoundError:
        abort(404)
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer


def read_pictures(field: MultipleFileField) -> list[Picture] | None:
    """The pictures that were sent; None when one cannot be read, and then `field` says of each why."""
    found: list[Picture] = []
    refusals: list[str] = []
    for file in _sent(field.data):
        try:
            found.append(pictures.read_picture(file.stream.read(MAX_BYTES + 1)))
        except Invalid as error:
            name = one_line(file.filename)[:SHOWN_NAME]
            refusals.append(_("%(file)s: %(problem)s", file=name, problem=explain(error)))
    if refusals:
        field.errors = (*field.errors, *refusals)
        return None
    return found


def keep_pictures(found: Sequence[Picture]) -> None:
    """Stores the files; whoever shows them comes with the rows."""
    for one in found:
        pictures.store(pictures.folder(current_app.config["MEDIA_PATH"]), one)


def _sent(files: Any) -> Iterable[Any]:
    # A browser sends an empty part when nothing was chosen, and a text where it should be a file is no file.
    return [file for file in files or () if getattr(file, "filename", "")]
