"""Requests that carry files, as programs send them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any, NoReturn

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace.core.db import db
from marketplace.orders.models import Order
from tests.api.program import Program

MULTIPART = "multipart/form-data; boundary=limit"


def address(order: Order, attachment_id: int | None = None, part: str = "") -> str:
    one = "" if attachment_id is None else f"/{attachment_id}"
    return f"/orders/{order.id}/attachments{one}{part}"


def send(asker: Program, order: Order, *sent: tuple[str, bytes], **kwargs: Any) -> TestResponse:
    """Posts files."""
    # In memory: the client itself would leave a temporary file open.
    parts = {"files": [FileStorage(BytesIO(content), name) for name, content in sent]}
    boundary, data = encode_multipart(parts)
    kind = f"multipart/form-data; boundary={boundary}"
    return asker.ask("POST", address(order), data=data, content_type=kind, **kwargs)


@contextmanager
def failing_commit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Meanwhile nothing can be committed."""

    def fail() -> NoReturn:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr("marketplace.api.protocol.operations.db.session.commit", fail)
        patched.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        yield
    db.session.rollback()


class Unread(RawIOBase):
    """A body that nobody may touch."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> NoReturn:
        raise AssertionError("the body was read")


def unread(length: int) -> dict[str, Any]:
    """What sends a body that says to be so long."""
    environ = {"CONTENT_LENGTH": str(length), "wsgi.input": BufferedReader(Unread())}
    return {"content_type": MULTIPART, "environ_overrides": environ}
