"""Files over HTTP: what is taken and what is not, what browsers are sent, and what stays on the disk."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import pytest
from PIL import Image

from marketplace.accounts.models import Account
from marketplace.accounts.services import block_account
from marketplace.core.db import db
from marketplace.orders.services import talking
from marketplace.threads import services
from marketplace.web.attachments import POST_LIMIT
from tests.client import Browser
from tests.people import People
from tests.threads import specimens
from tests.web.talking import comment_on, file_on, last_comment, last_file, media, on_disk, raw, rows, send

__all__ = ["media"]


def test_a_refused_file_brings_the_words_back_and_is_named(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    client.sign_in(order.customer)
    files = [("good.pdf", specimens.PDF), ("<b>drawing.png", specimens.SVG)]
    answer = send(client, f"/orders/{order.id}/comments", *files, text="Words that I typed")
    assert answer.status_code == 422
    assert "Words that I typed" in answer.text
    assert "“&lt;b&gt;drawing.png”" in answer.text
    answer = send(client, f"/orders/{order.id}/attachments", ("program.pdf", specimens.EXECUTABLE))
    assert answer.status_code == 422
    assert "“program.pdf”" in answer.text
    assert rows() == [0, 0, 0]
    assert on_disk(media) == []


def test_eleven_files_are_too_many(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    client.sign_in(order.customer)
    files = [(f"{number}.txt", b"x") for number in range(11)]
    assert send(client, f"/orders/{order.id}/attachments", *files).status_code == 422
    assert send(client, f"/orders/{order.id}/comments", *files, text="x").status_code == 422
    assert send(client, f"/orders/{order.id}/attachments").status_code == 422
    assert on_disk(media) == []
    assert send(client, f"/orders/{order.id}/attachments", *files[:10]).status_code == 302
    assert len(on_disk(media)) == 10


def test_large_files_are_taken_and_large_texts_and_posts_are_not(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    path = f"/orders/{order.id}/comments"
    client.sign_in(order.customer)
    assert raw(client, path, b"x" * 1024 * 1024, b"x").status_code == 413
    assert raw(client, path, b"x", b"x", POST_LIMIT + 1).status_code == 413
    too_large = raw(client, path, b"Typed", b"x" * (services.MAX_BYTES + 1))
    assert too_large.status_code == 422
    assert "“log.txt” is larger than 20 MB" in too_large.text
    assert rows() == [0, 0, 0]
    assert on_disk(media) == []
    assert raw(client, path, b"x", b"x" * services.MAX_BYTES).status_code == 302
    assert (last_file().size, last_file().media_type) == (services.MAX_BYTES, "text/plain")


def test_a_file_where_words_belong_is_no_comment(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    client.sign_in(order.customer)
    data = {"text": (BytesIO(b"x"), "x.txt"), "files": "words", "csrf_token": client.csrf_token()}
    answer = client.post(f"/orders/{order.id}/comments", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert rows() == [0, 0, 0]


def test_only_forms_that_take_files_take_files(people: People, client: Browser) -> None:
    order = people.order()
    comment = comment_on(order, order.customer)
    client.sign_in(order.customer)
    for path in ("edit", f"comments/{comment.id}/edit", f"comments/{comment.id}/delete"):
        assert send(client, f"/orders/{order.id}/{path}", ("a.pdf", specimens.PDF), text="x").status_code == 415
    assert comment.text == "How is it going?"


def test_without_a_token_nothing_is_said_and_nothing_is_kept(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    client.sign_in(order.customer)
    data = {"text": "x", "files": (BytesIO(specimens.PDF), "a.pdf")}
    for path in ("comments", "attachments"):
        answer = client.post(f"/orders/{order.id}/{path}", data=data.copy(), content_type="multipart/form-data")
        assert answer.status_code == 400
        data["files"] = (BytesIO(specimens.PDF), "a.pdf")
    assert rows() == [0, 0, 0]
    assert on_disk(media) == []


def test_a_failure_at_the_last_moment_leaves_neither_row_nor_file(
    people: People, client: Browser, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = people.order()
    client.sign_in(order.customer)
    token = client.csrf_token()

    def fail() -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("marketplace.web.orders.talk.db.session.commit", fail)
    monkeypatch.setitem(people.app.config, "PROPAGATE_EXCEPTIONS", False)
    data = {"text": "x", "files": (BytesIO(specimens.picture()), "a.png"), "csrf_token": token}
    try:
        answer = client.post(f"/orders/{order.id}/comments", data=data, content_type="multipart/form-data")
        assert answer.status_code == 500
    finally:
        monkeypatch.undo()
    assert rows() == [0, 0, 0]
    assert on_disk(media) == []


def test_a_file_is_sent_to_be_saved_under_its_own_name(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    name = 'Смета "итог" 100%; v2.txt'
    content = "Привет".encode("cp1251")
    attachment = file_on(order, order.customer, media, name, content)
    answer = client.sign_in(order.customer).get(f"/attachments/{attachment.id}")
    assert answer.data == content
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="_ _ 100_ v2.txt"; '
        "filename*=UTF-8''%D0%A1%D0%BC%D0%B5%D1%82%D0%B0%20%22%D0%B8%D1%82%D0%BE%D0%B3%22%20100%25%3B%20v2.txt"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    part = client.get(f"/attachments/{attachment.id}", headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.data) == (206, content[:3])


def test_no_name_leads_out_of_the_folder(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    client.sign_in(order.customer)
    for name in (
        "../../../../tmp/evil.pdf",
        "..\\..\\evil.pdf",
        "/etc/cron.d/evil.pdf",
        "....pdf",
    ):
        assert send(client, f"/orders/{order.id}/attachments", (name, specimens.PDF)).status_code == 302
        assert last_file().name in ("evil.pdf", "pdf.pdf")
    assert all(len(name) == 64 for name in on_disk(media))
    assert len(on_disk(media)) == 4


def test_a_thumbnail_is_drawn_anew_and_shown_in_the_page(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    attachment = file_on(order, order.customer, media, "photo.jpg", specimens.photo_with_place())
    client.sign_in(order.customer)
    answer = client.get(f"/attachments/{attachment.id}/thumbnail")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Content-Disposition" not in answer.headers or "inline" in answer.headers["Content-Disposition"]
    assert b"SECRET-PLACE" not in answer.data
    with Image.open(BytesIO(answer.data)) as image:
        assert image.format == "JPEG"
    plain = file_on(order, order.customer, media)
    assert client.get(f"/attachments/{plain.id}/thumbnail").status_code == 404


def test_a_deleted_file_is_gone_from_the_disk_and_leaves_a_trace(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    attachment = file_on(order, order.customer, media, "photo.png", specimens.picture())
    client.sign_in(order.customer)
    address = f"/orders/{order.id}/attachments/{attachment.id}/delete"
    assert "photo.png" in client.page(address).get_text()
    assert len(on_disk(media)) == 2
    assert client.send(address).location == f"/orders/{order.id}#files"
    assert on_disk(media) == []
    assert client.get(f"/attachments/{attachment.id}").status_code == 404
    assert client.get(f"/attachments/{attachment.id}/thumbnail").status_code == 404
    assert client.send(address).status_code == 409
    page = client.page(f"/orders/{order.id}")
    assert page.select_one(".file.file-gone") is not None
    assert page.select_one(f"a[href='/attachments/{attachment.id}']") is None


def test_a_disk_that_refuses_does_not_undo_what_is_committed(
    people: People,
    client: Browser,
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    order = people.order()
    attachment = file_on(order, order.customer, media)
    client.sign_in(order.customer)

    def refuse(_folder: Path, _name: str) -> NoReturn:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr("marketplace.core.files.remove", refuse)
        answer = client.send(f"/orders/{order.id}/attachments/{attachment.id}/delete")
    assert answer.location == f"/orders/{order.id}#files"
    assert client.get(f"/attachments/{attachment.id}").status_code == 404
    assert "a file is left on the disk" in caplog.text


def test_a_file_follows_its_comment_out_of_sight(people: People, client: Browser, media: Path) -> None:
    order, admin = people.taken(), people.admin()
    assert order.performer is not None
    client.sign_in(order.customer)
    send(client, f"/orders/{order.id}/comments", ("a.png", specimens.picture()), text="x")
    comment, attachment = last_comment(), last_file()
    addresses = [f"/attachments/{attachment.id}", f"/attachments/{attachment.id}/thumbnail"]

    def answers(user: Account) -> set[int]:
        browser = Browser.of(people.app).sign_in(user)
        return {browser.get(address).status_code for address in addresses}

    talking.hide_comment(order.id, comment.id, by=admin)
    db.session.commit()
    readers = (order.customer, order.performer, people.manager(), admin)
    assert [answers(user) for user in readers] == [{404}, {404}, {200}, {200}]
    assert "/attachments/" not in client.get(f"/orders/{order.id}").text
    talking.show_comment(order.id, comment.id, by=admin)
    talking.delete_comment(order.id, comment.id, by=order.customer)
    db.session.commit()
    assert [answers(user) for user in readers] == [{404}, {404}, {404}, {200}]


def test_a_file_that_is_missing_on_the_disk_is_a_page_that_says_so(
    people: People, client: Browser, media: Path
) -> None:
    order = people.order()
    attachment = file_on(order, order.customer, media, "photo.png", specimens.picture())
    shutil.rmtree(media / "attachments")
    client.sign_in(order.customer)
    assert client.get(f"/attachments/{attachment.id}").status_code == 404
    assert client.get(f"/attachments/{attachment.id}/thumbnail").status_code == 404


def test_whoever_is_blocked_reads_no_file_any_more(people: People, client: Browser, media: Path) -> None:
    order = people.order()
    attachment = file_on(order, order.customer, media)
    client.sign_in(order.customer)
    assert client.get(f"/attachments/{attachment.id}").status_code == 200
    block_account(order.customer_id, reason="Spam", by=people.admin())
    db.session.commit()
    assert client.get(f"/attachments/{attachment.id}").status_code == 302
    assert send(client, f"/orders/{order.id}/comments", text="x").status_code in (400, 401)
