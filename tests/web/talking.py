"""Comments and files of orders for tests of pages, and forms that carry files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.services import talking
from marketplace.threads import services
from marketplace.threads.models import Attachment, Comment, Thread
from tests.client import Browser
from tests.threads import specimens


@pytest.fixture
def media(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for this test's files."""
    monkeypatch.setitem(app.config, "MEDIA_PATH", str(tmp_path))
    return tmp_path


def on_disk(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def rows() -> list[int]:
    return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Thread, Comment, Attachment)]


def send(browser: Browser, path: str, *files: tuple[str, bytes], **fields: str) -> TestResponse:
    """Posts a form with files."""
    data: dict[str, Any] = {**fields, "csrf_token": browser.csrf_token()}
    data["files"] = [(BytesIO(content), name) for name, content in files] or (BytesIO(b""), "")
    return browser.post(path, data=data, content_type="multipart/form-data")


def comment_on(order: Order, by: Account, text: str = "How is it going?") -> Comment:
    comment = talking.comment_on_order(order.id, text=text, by=by)
    db.session.commit()
    return comment


def file_on(order: Order, by: Account, media: Path, name: str = "a.pdf", content: bytes = specimens.PDF) -> Attachment:
    with services.stored([specimens.upload(name, content)], services.file_folder(str(media))) as kept:
        talking.attach_to_order(order.id, kept, by=by)
        db.session.commit()
    return last_file()


def last_file() -> Attachment:
    found = db.session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()
    assert found is not None
    return found


def last_comment() -> Comment:
    found = db.session.scalars(select(Comment).order_by(Comment.id.desc())).first()
    assert found is not None
    return found


def raw(browser: Browser, path: str, text: bytes, file: bytes, length: int | None = None) -> TestResponse:
    """Posts a large form byte for byte; `length` is what it says of itself, when that is not true."""
    head = b'--limit\r\nContent-Disposition: form-data; name="'
    parts = {b'csrf_token"': browser.csrf_token().encode(), b'text"': text}
    body = b"".join(head + name + b"\r\n\r\n" + value + b"\r\n" for name, value in parts.items())
    body += head + b'files"; filename="log.txt"\r\nContent-Type: text/html\r\n\r\n' + file + b"\r\n--limit--\r\n"
    declared = {} if length is None else {"CONTENT_LENGTH": str(length)}
    kind = "multipart/form-data; boundary=limit"
    return browser.post(path, data=body, content_type=kind, environ_overrides=declared)
