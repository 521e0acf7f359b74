"""The discussion on an order's page and the files of it: who sees what, who may do what, and what browsers are sent."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.accounts.models import Account
from marketplace.accounts.services import block_account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.services import talking, withdraw_order
from marketplace.threads import services
from marketplace.threads.models import EDITABLE_FOR, TEXT_LENGTH, Attachment, Comment, Thread
from marketplace.web.orders.talk import POST_LIMIT
from tests.client import Browser
from tests.people import People
from tests.threads import specimens

MOMENT = datetime(2030, 1, 31, 12, 0, tzinfo=UTC)


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


def test_a_comment_with_files_is_on_everybodys_page(people: People, client: Browser, media: Path) -> None:
    order = people.taken()
    client.sign_in(order.customer)
    answer = send(
        client,
        f"/orders/{order.id}/comments",
        ("Смета.pdf", specimens.PDF),
        ("photo.jpg", specimens.photo_with_place()),
        text="First line\r\nsee https://a.example/x",
    )
    comment = last_comment()
    assert (answer.status_code, answer.location) == (302, f"/orders/{order.id}#comment-{comment.id}")
    assert comment.text == "First line\nsee https://a.example/x"
    assert len(on_disk(media)) == 3
    for reader in (order.customer, order.performer, people.manager(), people.observer(), people.admin()):
        assert reader is not None
        page = client.sign_in(reader).page(f"/orders/{order.id}")
        said = page.select_one(f"#comment-{comment.id}")
        assert said is not None
        assert said.select_one("a[rel~=ugc]")["href"] == "https://a.example/x"  # type: ignore[index]
        assert [link.get_text() for link in said.select("a.file-name")] == ["Смета.pdf", "photo.jpg"]
        assert len(said.select("img.file-thumb")) == 1
        for element in said.select("a.file-name, img.file-thumb"):
            assert client.get(str(element.get("href") or element.get("src"))).status_code == 200


def test_strangers_see_no_talk_and_no_files(people: People, client: Browser, media: Path) -> None:
    performer = people.performer()
    order = people.taken(performer)
    comment_on(order, performer, "SECRET words")
    attachment = file_on(order, performer, media, "SECRET.png", specimens.picture())
    withdraw_order(order.id, reason="Ill", by=performer)
    db.session.commit()
    addresses = [f"/attachments/{attachment.id}", f"/attachments/{attachment.id}/thumbnail"]
    for stranger in (people.customer(), people.performer(), performer):
        page = client.sign_in(stranger).page(f"/orders/{order.id}")
        assert "SECRET" not in page.get_text()
        assert page.select_one("#order-talk") is None
        assert [client.get(address).status_code for address in addresses] == [404, 404]
    anonymous = Browser.of(people.app)
    assert "SECRET" not in anonymous.get(f"/orders/{order.id}").text
    assert all("/login" in str(anonymous.get(address).location) for address in addresses)
    assert client.get("/attachments/999999999").status_code == 404


def test_observers_read_and_do_not_write(people: People, client: Browser, media: Path) -> None:
    order = people.taken()
    comment = comment_on(order, order.customer, "Readable")
    client.sign_in(people.observer())
    page = client.page(f"/orders/{order.id}")
    assert "Readable" in page.get_text()
    assert page.select("#talk form, #files form, .said-acts") == []
    before = rows()
    assert send(client, f"/orders/{order.id}/comments", text="x").status_code == 403
    assert send(client, f"/orders/{order.id}/attachments", ("a.pdf", specimens.PDF)).status_code == 403
    assert client.send(f"/orders/{order.id}/comments/{comment.id}/hide").status_code == 403
    assert rows() == before
    assert on_disk(media) == []


@pytest.mark.parametrize("text", ["", "   \n ", "x" * (TEXT_LENGTH + 1)])
def test_a_comment_that_cannot_be_comes_back_with_all_that_was_typed(
    people: People, client: Browser, media: Path, text: str
) -> None:
    order = people.order()
    client.sign_in(order.customer)
    answer = send(client, f"/orders/{order.id}/comments", ("a.pdf", specimens.PDF), text=text)
    assert answer.status_code == 422
    field = BeautifulSoup(answer.text, "html.parser").select_one("textarea[name=text]")
    assert field is not None
    assert field.get_text().strip() == text.strip()
    assert "invalid-feedback" in answer.text
    assert rows() == [0, 0, 0]
    assert on_disk(media) == []


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


def raw(browser: Browser, path: str, text: bytes, file: bytes, length: int | None = None) -> TestResponse:
    """Posts a large form byte for byte; `length` is what it says of itself, when that is not true."""
    head = b'--limit\r\nContent-Disposition: form-data; name="'
    parts = {b'csrf_token"': browser.csrf_token().encode(), b'text"': text}
    body = b"".join(head + name + b"\r\n\r\n" + value + b"\r\n" for name, value in parts.items())
    body += head + b'files"; filename="log.txt"\r\nContent-Type: text/html\r\n\r\n' + file + b"\r\n--limit--\r\n"
    declared = {} if length is None else {"CONTENT_LENGTH": str(length)}
    kind = "multipart/form-data; boundary=limit"
    return browser.post(path, data=body, content_type=kind, environ_overrides=declared)


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


def test_its_author_edits_a_comment_in_time_and_the_page_says_so(people: People, client: Browser) -> None:
    order = people.taken()
    with clock.fixed(MOMENT):
        comment = comment_on(order, order.customer, "Tomorow")
        client.sign_in(order.customer)
        address = f"/orders/{order.id}/comments/{comment.id}/edit"
        assert client.page(address).select_one("textarea").get_text().strip() == "Tomorow"  # type: ignore[union-attr]
        assert client.send(address, text=" ").status_code == 422
        assert client.send(address, text="Tomorrow").location == f"/orders/{order.id}#comment-{comment.id}"
        said = client.page(f"/orders/{order.id}").select_one(f"#comment-{comment.id}")
        assert said is not None
        assert "edited" in said.get_text()
        assert said.select_one("a[href$=edit]") is not None
    with clock.fixed(MOMENT + EDITABLE_FOR + timedelta(seconds=1)):
        client.sign_in(order.customer)
        assert client.page(f"/orders/{order.id}").select_one("a[href$='/edit'][href*=comments]") is None
        assert client.get(address).status_code == 409
        late = client.send(address, text="Never")
        assert late.status_code == 409
        assert "15 minutes" in late.text
    assert comment.text == "Tomorrow"


def test_nobody_else_is_asked_whether_to_edit_or_delete(people: People, client: Browser, media: Path) -> None:
    order = people.taken()
    comment, attachment = comment_on(order, order.customer), file_on(order, order.customer, media)
    paths = [f"comments/{comment.id}/edit", f"comments/{comment.id}/delete"]
    own_file = f"attachments/{attachment.id}/delete"
    people_and_answers = [
        (order.performer, [403, 403, 403]),
        (people.manager(), [403, 403, 403]),
        (people.observer(), [403, 403, 403]),
        (people.admin(), [403, 403, 200]),
        (people.customer(), [404, 404, 404]),
    ]
    for user, answers in people_and_answers:
        assert user is not None
        client.sign_in(user)
        assert [client.get(f"/orders/{order.id}/{path}").status_code for path in (*paths, own_file)] == answers
        assert [client.send(f"/orders/{order.id}/{path}", text="x").status_code for path in paths] == answers[:2]
        if answers[2] != 200:
            assert client.send(f"/orders/{order.id}/{own_file}").status_code == answers[2]
    assert comment.text == "How is it going?"
    assert attachment.deleted_at is None


def test_a_deleted_comment_is_a_trace_and_admins_unfold_it(people: People, client: Browser) -> None:
    order = people.taken()
    comment = comment_on(order, order.customer, "SAID in anger")
    client.sign_in(order.customer)
    assert "SAID in anger" in client.page(f"/orders/{order.id}/comments/{comment.id}/delete").get_text()
    assert client.send(f"/orders/{order.id}/comments/{comment.id}/delete").location == f"/orders/{order.id}#talk"
    for reader in (order.customer, order.performer, people.manager(), people.observer()):
        assert reader is not None
        page = client.sign_in(reader).page(f"/orders/{order.id}").get_text()
        assert "Deleted by the author" in page
        assert "SAID" not in page
    said = client.sign_in(people.admin()).page(f"/orders/{order.id}").select_one(f"#comment-{comment.id} details")
    assert said is not None
    assert "SAID in anger" in said.get_text()
    assert not said.has_attr("open")


def test_a_hidden_comment_is_a_trace_and_staff_unfold_it(people: People, client: Browser) -> None:
    order, admin = people.taken(), people.admin()
    comment = comment_on(order, order.customer, "SAID in anger")
    client.sign_in(admin)
    page = client.page(f"/orders/{order.id}")
    assert page.select_one(f"form[action='/orders/{order.id}/comments/{comment.id}/hide']") is not None
    assert client.send(f"/orders/{order.id}/comments/{comment.id}/hide").status_code == 302
    for reader, reads in ((order.customer, False), (order.performer, False), (people.manager(), True), (admin, True)):
        assert reader is not None
        text = client.sign_in(reader).page(f"/orders/{order.id}").get_text()
        assert "Hidden by a moderator" in text
        assert ("SAID" in text) is reads
    assert client.send(f"/orders/{order.id}/comments/{comment.id}/show").status_code == 302
    assert "SAID" in client.sign_in(order.customer).page(f"/orders/{order.id}").get_text()


def test_what_only_posts_answers_405_to_looking(people: People, client: Browser) -> None:
    order = people.order()
    comment = comment_on(order, order.customer)
    client.sign_in(order.customer)
    for path in ("comments", "attachments", f"comments/{comment.id}/hide", f"comments/{comment.id}/show"):
        assert client.get(f"/orders/{order.id}/{path}").status_code == 405


def test_ids_under_another_order_do_not_exist(people: People, client: Browser, media: Path) -> None:
    customer = people.customer()
    one, other = people.order(customer), people.order(customer)
    comment, attachment = comment_on(one, customer), file_on(one, customer, media)
    comment_on(other, customer)
    client.sign_in(customer)
    for path in (f"comments/{comment.id}/edit", f"comments/{comment.id}/delete", f"attachments/{attachment.id}/delete"):
        assert client.get(f"/orders/{other.id}/{path}").status_code == 404
        assert client.send(f"/orders/{other.id}/{path}", text="x").status_code == 404
    client.sign_in(people.admin())
    assert client.send(f"/orders/{other.id}/comments/{comment.id}/hide").status_code == 404
    assert (comment.text, comment.hidden_at, attachment.deleted_at) == ("How is it going?", None, None)


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


CANARIES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><b id=canary>",
    "[x](javascript:alert(1))",
    "javascript:alert(1)",
    "https://a.example/\"onmouseover='alert(1)'",
    "{{1331*1331}} {% raw %} %(x)s %s",
    "@<b id=canary>",
    "</textarea><b id=canary>",
)


def test_no_word_and_no_name_becomes_more_than_text(people: People, client: Browser, media: Path) -> None:
    customer, admin = people.customer(name="<b id=canary>'\""), people.admin()
    order = people.taken(customer=customer)
    comments = [comment_on(order, customer, text) for text in CANARIES]
    file_on(order, customer, media, "<b id=canary>'\".pdf")
    talking.hide_comment(order.id, comments[0].id, by=admin)
    talking.delete_comment(order.id, comments[1].id, by=customer)
    db.session.commit()
    for reader in (customer, order.performer, admin):
        assert reader is not None
        browser = Browser.of(people.app).sign_in(reader)
        addresses = [f"/orders/{order.id}"]
        if reader is customer:
            addresses += [
                f"/orders/{order.id}/comments/{row.id}/{act}" for row in comments[2:] for act in ("edit", "delete")
            ]
            addresses.append(f"/orders/{order.id}/attachments/{last_file().id}/delete")
        for address in addresses:
            page = browser.page(address)
            assert page.select("#canary, #talk script, #content script, #content img[onerror]") == []
            assert [link for link in page.select("[href]") if str(link["href"]).lower().startswith("javascript")] == []
            assert not any(name.startswith("on") for element in page.find_all(True) for name in element.attrs)
            assert "1771561" not in page.get_text()
    refused = send(client.sign_in(customer), f"/orders/{order.id}/comments", ("x.exe", b"MZ\x00"), text=CANARIES[-1])
    assert refused.status_code == 422
    assert BeautifulSoup(refused.text, "html.parser").select("#canary") == []


def test_people_of_the_order_are_called_by_name(people: People, client: Browser) -> None:
    customer, performer = people.customer(name="Anna Smith"), people.performer(name="Ivan")
    order = people.taken(performer, customer)
    comment_on(order, customer, "@Ivan @Somebody")
    marked = client.sign_in(performer).page(f"/orders/{order.id}").select(".said .mention")
    assert [element.get_text() for element in marked] == ["@Ivan"]


def test_the_page_shows_the_last_comments_and_the_way_to_earlier_ones(people: People, client: Browser) -> None:
    order = people.order()
    for number in range(53):
        comment_on(order, order.customer, f"word-{number}.")
    client.sign_in(order.customer)
    page = client.page(f"/orders/{order.id}")
    assert [said.get_text() for said in page.select(".said-text")] == [f"word-{number}." for number in range(3, 53)]
    earlier = page.find("a", string="Earlier comments")
    assert earlier is not None
    page = client.page(str(earlier["href"]))  # type: ignore[index]
    assert [said.get_text() for said in page.select(".said-text")] == ["word-0.", "word-1.", "word-2."]
    assert page.find("a", string="Earlier comments") is None
    assert page.find("a", string="To the latest comments") is not None
    assert client.get(f"/orders/{order.id}?talk=x").status_code == 422


def test_a_silent_order_says_so_and_asks_few_questions(people: People, client: Browser) -> None:
    order = people.order()
    page = client.sign_in(order.customer).page(f"/orders/{order.id}")
    assert "Nobody has written yet" in page.get_text()
    assert rows() == [0, 0, 0]
