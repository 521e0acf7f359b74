"""Idempotency-Key: a request that is sent again has no second effect and gets the first answer.

As draft-ietf-httpapi-idempotency-key-header has it: another request under the same key is a 422, one that comes while
the first is at work a 409. A request that was refused left nothing, so it may be sent again under its key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable

from flask import Response, current_app, request

from marketplace.api.protocol.errors import KeyRefused, KeyReused, StillAtWork
from marketplace.core import repeats
from marketplace.core.db import db
from marketplace.web.limits import caller as address
from marketplace.web.programs import REPLAYED
from marketplace.web.viewer import viewer

HEADER = "Idempotency-Key"
KEY = re.compile(rf"[\x21-\x7e]{{1,{repeats.KEY_LENGTH}}}")
PART = 64 * 1024
KEPT_HEADERS = ("Location", "ETag")


def once(answer: Callable[[], Response]) -> Response:
    """`answer`, which must not commit, or what it was the first time; its effect and its keeping are committed here."""
    key = sent_key()
    if key is None:
        made = answer()
        db.session.commit()
        return made
    # Both before the view: it may read the files, and change who asks.
    by, asked = caller(), digest()
    kept = _found(by, key, asked)
    if kept is not None:
        headers = {**kept.headers, REPLAYED: "true"}
        return Response(kept.body, kept.status, headers, content_type=kept.headers.get("Content-Type"))
    made = answer()
    headers = {name: made.headers[name] for name in (*KEPT_HEADERS, "Content-Type") if name in made.headers}
    repeats.keep_answer(
        by, key, request=asked, status=made.status_code, headers=headers, body=made.get_data(as_text=True)
    )
    db.session.commit()
    return made


def sent_key() -> str | None:
    """The name that the caller gave to this request, if any."""
    key = request.headers.get(HEADER)
    if key is not None and not KEY.fullmatch(key):
        raise KeyRefused(limit=repeats.KEY_LENGTH)
    return key


def recalled(key: str) -> str | None:
    """For operations whose answer must not be kept: what they told to `remember` the first time; None before that."""
    kept = _found(caller(), key, digest())
    return None if kept is None else kept.body


def remember(key: str, text: str) -> None:
    """Keeps `text`, from which the answer can be made again, with what the request has done."""
    repeats.keep_answer(caller(), key, request=digest(), status=200, headers={}, body=text)


def _found(by: str, key: str, asked: str) -> repeats.KeptAnswer | None:
    if not repeats.is_turn_of(by, key):
        raise StillAtWork
    kept = repeats.find_answer(by, key)
    if kept is not None and kept.request != asked:
        raise KeyReused
    return kept


def caller() -> str:
    """Whose key it is: that of a person, or of an address where nobody has signed in."""
    person = viewer()
    return f"account {person.id}" if person is not None else f"address {address()}"


def digest() -> str:
    """A digest of all that was asked for; keyed, because passwords are among it."""
    asked = hmac.new(current_app.config["SECRET_KEY"].encode(), digestmod=hashlib.sha256)

    def add(*pieces: str) -> None:
        for piece in pieces:
            content = piece.encode("utf-8", "surrogatepass")
            # With its length: two pieces are not the one that reads like both of them.
            asked.update(b"%d " % len(content) + content)

    add(request.method, request.full_path, request.mimetype)
    if request.mimetype == "multipart/form-data":
        for name, text in request.form.items(multi=True):
            add(name, text)
        for name, file in request.files.items(multi=True):
            content = hashlib.sha256()
            while part := file.stream.read(PART):
                content.update(part)
            file.stream.seek(0)
            add(name, file.filename or "", content.hexdigest())
    else:
        asked.update(request.get_data())
    return asked.hexdigest()
