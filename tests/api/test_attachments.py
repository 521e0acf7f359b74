"""Files by program: what is taken and what is not, what is read back, and what stays on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import Path
from typing import Any, NoReturn

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace.accounts.models import Account
from marketplace.api.describing import described
from marketplace.core import files
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.services import talking
from marketplace.threads import services
from marketplace.threads.models import FILE_NAME_LENGTH
from marketplace.threads.services import MAX_BYTES, StoredFile
from marketplace.web.attachments import POST_LIMIT
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.people import People
from tests.threads import specimens
from tests.web.talking import file_on, media, on_disk, rows

__all__ = ["media"]

Make = Callable[[Account | None], Program]
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
def failing_commit(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Meanwhile nothing can be committed."""

    def fail() -> NoReturn:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr("marketplace.api.operations.db.session.commit", fail)
        patched.setitem(people.app.config, "PROPAGATE_EXCEPTIONS", False)
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


def test_files_are_added_read_and_listed_the_latest_first(people: People, program: Make, media: Path) -> None:
    order = people.taken()
    assert order.performer is not None
    asker, reader = program(order.performer), program(order.customer)
    picture = specimens.picture(side=640)
    answer = send(asker, order, ("План.pdf", specimens.PDF), ("../photo.png", picture))
    made = told(answer, 201)
    assert answer.headers["Location"] == f"{API}{address(order)}"
    plan, photo = made["items"]
    assert [(file["name"], file["media_type"], file["size"]) for file in made["items"]] == [
        ("План.pdf", "application/pdf", len(specimens.PDF)),
        ("photo.png", "image/png", len(picture)),
    ]
    assert (plan["uploader"]["id"], plan["comment_id"], plan["actions"]) == (order.performer_id, None, ["delete"])
    assert [file["id"] for file in reader.get(address(order))["items"]] == [photo["id"], plan["id"]]
    shown = reader.get(address(order, plan["id"]))
    assert shown == {**plan, "actions": []}
    assert set(plan["links"]) == {"self", "order", "content"}
    content = reader.browser.get(plan["links"]["content"], headers={"Authorization": f"Bearer {reader.token}"})
    assert (content.status_code, content.data) == (200, specimens.PDF)
    assert content.headers["Content-Type"] == "application/pdf"
    assert content.headers["Content-Disposition"].startswith('attachment; filename="_.pdf"; filename*=UTF-8')
    assert content.headers["Cache-Control"] == "private, no-store"
    small = reader.ask("GET", address(order, photo["id"], "/thumbnail"))
    assert (small.status_code, small.mimetype) == (200, "image/jpeg")
    assert len(small.data) < len(picture) * 10
    reader.get(address(order, plan["id"], "/thumbnail"), 404)


def test_a_file_comes_whole_whatever_is_asked_for(people: People, program: Make, media: Path) -> None:
    order = people.order()
    file = file_on(order, order.customer, media)
    for header in ({"Range": "bytes=0-2"}, {"Range": "bytes=99999-"}, {"If-None-Match": "*"}):
        answer = program(order.customer).ask("GET", address(order, file.id, "/content"), headers=header)
        assert (answer.status_code, answer.data) == (200, specimens.PDF)


def test_who_reads_who_adds_and_who_deletes(people: People, program: Make, media: Path) -> None:
    order = people.taken()
    assert order.performer is not None
    file = file_on(order, order.performer, media)
    manager, observer = people.manager(), people.observer()
    for reader in (order.customer, order.performer, manager, observer, people.admin()):
        for part in ("", "/content"):
            assert program(reader).ask("GET", address(order, file.id, part)).status_code == 200
        assert len(program(reader).get(address(order))["items"]) == 1
    for stranger in (people.customer(), people.performer()):
        for path in (address(order), address(order, file.id), address(order, file.id, "/content")):
            program(stranger).get(path, 404)
        told(send(program(stranger), order, ("a.pdf", specimens.PDF)), 404)
        program(stranger).delete(address(order, file.id), 404)
    for path in (address(order), address(order, file.id), address(order, file.id, "/content")):
        program(None).get(path, 401)
    told(send(program(None), order, ("a.pdf", specimens.PDF)), 401)
    told(send(program(observer), order, ("a.pdf", specimens.PDF)), 403)
    for other in (order.customer, manager, observer):
        program(other).delete(address(order, file.id), 403)
    assert (rows(), len(on_disk(media))) == ([1, 0, 1], 1)
    told(send(program(manager), order, ("a.pdf", specimens.PDF)), 201)


def test_the_files_of_an_order_on_the_board_are_no_business_of_strangers(
    people: People, program: Make, media: Path
) -> None:
    order = people.order()
    file = file_on(order, order.customer, media)
    for path in (address(order), address(order, file.id), address(order, file.id, "/content")):
        program(people.performer()).get(path, 403)


def test_files_are_found_at_their_own_order_only(people: People, program: Make, media: Path) -> None:
    customer = people.customer()
    one, other = people.order(customer), people.order(customer)
    file = file_on(one, customer, media)
    file_on(other, customer, media)
    for part in ("", "/content", "/thumbnail"):
        program(customer).get(address(other, file.id, part), 404)
    program(customer).delete(address(other, file.id), 404)
    assert len(on_disk(media)) == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "“empty.txt” is empty"),
        ("", b"", "“?” is empty"),
        ("program.pdf", specimens.EXECUTABLE, "“program.pdf” is of a kind that is not accepted"),
        ("drawing.svg", specimens.SVG, "“drawing.svg” is of a kind"),
        ("page.txt", specimens.PAGE, "“page.txt” is of a kind"),
        ("picture.exe", specimens.PDF, "does not fit what is in it"),
        ("damaged.png", specimens.picture()[:40], "“damaged.png” is damaged"),
        ("large.txt", b"x" * (MAX_BYTES + 1), "“large.txt” is larger than 20 MB"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_file_that_is_not_kept_is_named_and_takes_the_others_with_it(
    name: str, content: bytes, words: str, people: People, program: Make, media: Path
) -> None:
    order = people.order()
    problem = told(send(program(order.customer), order, ("good.pdf", specimens.PDF), (name, content)), 422)
    assert words in problem["errors"]["files"][0]
    assert (rows(), on_disk(media)) == ([0, 0, 0], [])


def test_ten_files_are_taken_and_eleven_are_not(people: People, program: Make, media: Path) -> None:
    order = people.order()
    many = [(f"{number}.txt", b"x") for number in range(11)]
    problem = told(send(program(order.customer), order, *many), 422)
    assert problem["errors"] == {"files": ["At most 10 files at a time."]}
    assert (rows(), on_disk(media)) == ([0, 0, 0], [])
    made = told(send(program(order.customer), order, *many[:10]), 201)
    assert [file["name"] for file in made["items"]] == [name for name, _content in many[:10]]
    assert len(on_disk(media)) == 10


def test_what_is_no_form_with_files_is_refused(people: People, program: Make, media: Path) -> None:
    order = people.order()
    asker, path = program(order.customer), address(order)
    told(asker.ask("POST", path), 415)
    asker.post(path, {"files": []}, 415)
    told(asker.ask("POST", path, data=b"%PDF", content_type="application/pdf"), 415)
    told(asker.ask("POST", path, data={"files": "x"}), 415)
    for body in (b"", b"x", b"--limit--", b"--limit\r\n\r\n"):
        told(asker.ask("POST", path, data=body, content_type=MULTIPART), 422)
        told(asker.ask("POST", path, data=body, content_type="multipart/form-data"), 422)
    for data, field in (
        ({"files": "words"}, "files"),
        ({"file": (BytesIO(specimens.PDF), "a.pdf")}, "file"),
        ({"files": (BytesIO(specimens.PDF), "a.pdf"), "comment": "words"}, "comment"),
    ):
        answer = asker.ask("POST", path, data=data, content_type="multipart/form-data")
        assert field in told(answer, 422)["errors"]
    told(asker.ask("POST", f"{path}?comment=1", data=b"--limit--", content_type=MULTIPART), 422)
    assert (rows(), on_disk(media)) == ([0, 0, 0], [])


def test_a_request_that_is_too_large_is_not_read(people: People, program: Make, media: Path) -> None:
    order = people.order()
    told(program(order.customer).ask("POST", address(order), **unread(POST_LIMIT + 1)), 413)
    assert rows() == [0, 0, 0]


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "a"}])
def test_nobody_who_may_not_add_files_makes_us_read_them(
    headers: dict[str, str], people: People, program: Make, media: Path
) -> None:
    order, board = people.taken(), people.order()
    for account, at, status in (
        (None, order, 401),
        (people.customer(), order, 404),
        (people.performer(), board, 403),
        (people.observer(), order, 403),
    ):
        told(program(account).ask("POST", address(at), headers=headers, **unread(5000)), status)


class TestIdempotencyKey:
    """Files that are sent again."""

    KEY = {"Idempotency-Key": "files"}

    def test_the_same_files_are_kept_once(self, people: People, program: Make, media: Path) -> None:
        order = people.order()
        sent = (("a.pdf", specimens.PDF), ("b.txt", b"x" * 600_000))
        first = send(program(order.customer), order, *sent, headers=self.KEY)
        again = send(program(order.customer), order, *sent, headers=self.KEY)
        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.data, again.headers["Location"]) == (first.data, first.headers["Location"])
        assert again.headers["Idempotent-Replayed"] == "true"
        assert (rows(), len(on_disk(media))) == ([1, 0, 2], 2)
        for file, (_name, content) in zip(told(first, 201)["items"], sent, strict=True):
            asked = program(order.customer).ask("GET", address(order, file["id"], "/content"))
            assert asked.data == content

    def test_other_files_under_the_same_key_are_refused(self, people: People, program: Make, media: Path) -> None:
        order = people.order()
        told(send(program(order.customer), order, ("a.txt", b"one"), headers=self.KEY), 201)
        for other in (("a.txt", b"two"), ("b.txt", b"one")):
            told(send(program(order.customer), order, other, headers=self.KEY), 422)
        told(send(program(order.customer), order, ("a.txt", b"one"), ("a.txt", b"one"), headers=self.KEY), 422)
        assert (rows(), len(on_disk(media))) == ([1, 0, 1], 1)

    def test_a_refused_request_may_come_again(self, people: People, program: Make, media: Path) -> None:
        order = people.order()
        told(send(program(order.customer), order, ("a.txt", b""), headers=self.KEY), 422)
        told(send(program(order.customer), order, ("a.txt", b"one"), headers=self.KEY), 201)


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "a"}])
def test_a_commit_that_fails_leaves_neither_row_nor_file(
    headers: dict[str, str], people: People, program: Make, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = people.order()
    asker = program(order.customer)
    with failing_commit(people, monkeypatch):
        told(send(asker, order, ("a.png", specimens.picture()), headers=headers), 500)
    assert (rows(), on_disk(media)) == ([0, 0, 0], [])
    told(send(asker, order, ("a.png", specimens.picture()), headers=headers), 201)
    assert len(on_disk(media)) == 2


def test_files_that_are_refused_after_they_were_written_go_again(
    people: People, program: Make, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = people.order()
    file_on(order, order.customer, media)
    monkeypatch.setattr("marketplace.threads.services.attachments.MAX_FILES", 1)
    before = on_disk(media)
    problem = told(send(program(order.customer), order, ("a.png", specimens.picture())), 422)
    assert problem["errors"] == {"files": ["There are 1 files here, which is the limit."]}
    assert (rows(), on_disk(media)) == ([1, 0, 1], before)


def test_a_deleted_file_is_gone_once_that_is_committed_and_not_before(
    people: People, program: Make, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = people.order()
    file = file_on(order, order.customer, media, "a.png", specimens.picture())
    asker, path, kept = program(order.customer), address(order, file.id), on_disk(media)
    with failing_commit(people, monkeypatch):
        told(asker.ask("DELETE", path), 500)
    assert on_disk(media) == kept
    assert asker.get(path)["deleted_at"] is None
    commit, seen = db.session.commit, []
    with monkeypatch.context() as patched:
        patched.setattr("marketplace.api.operations.db.session.commit", lambda: (seen.append(on_disk(media)), commit()))
        asker.delete(path)
    assert (seen, on_disk(media)) == ([kept], [])
    shown = asker.get(path)
    assert (shown["name"], shown["deleted_at"] is None, shown["actions"]) == ("a.png", False, [])
    assert set(shown["links"]) == {"self", "order"}
    assert asker.get(address(order))["items"] == [shown]
    for part in ("/content", "/thumbnail"):
        asker.get(f"{path}{part}", 404)
    asker.delete(path, 409)


def test_a_disk_that_refuses_does_not_undo_what_is_committed(
    people: People, program: Make, media: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    order = people.order()
    file = file_on(order, order.customer, media)
    asker, path = program(order.customer), address(order, file.id)

    def refuse(_folder: Path, _name: str) -> NoReturn:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(files, "remove", refuse)
        asker.delete(path)
    assert asker.get(path)["deleted_at"] is not None
    assert "not done after a commit" in caplog.text


def test_whoever_sent_a_file_and_admins_delete_it(people: People, program: Make, media: Path) -> None:
    order = people.taken()
    assert order.performer is not None
    for who in (order.performer, people.admin()):
        file = file_on(order, order.performer, media)
        shown = program(who).get(address(order, file.id))
        assert shown["actions"] == ["delete"]
        program(who).delete(address(order, file.id))
    assert on_disk(media) == []


def test_a_file_that_is_gone_from_the_disk_is_not_found(people: People, program: Make, media: Path) -> None:
    order = people.order()
    file = file_on(order, order.customer, media, "a.png", specimens.picture())
    services.remove_file(services.file_folder(str(media)), file.stored_name)
    for part in ("/content", "/thumbnail"):
        program(order.customer).get(address(order, file.id, part), 404)


def test_long_and_odd_names_are_tidied(people: People, program: Make, media: Path) -> None:
    order = people.order()
    sent = ("x" * 300 + ".pdf", "a\u202egnp.pdf", "..\\..\\evil.pdf", 'q"uote\n.pdf')
    made = told(send(program(order.customer), order, *((name, specimens.PDF) for name in sent)), 201)
    names = [file["name"] for file in made["items"]]
    assert len(names[0]) == FILE_NAME_LENGTH
    assert names[1:3] == ["agnp.pdf", "evil.pdf"]
    assert all("\n" not in name and "\u202e" not in name for name in names)


def test_pages_follow_and_files_of_comments_stand_with_their_comments(
    people: People, program: Make, media: Path
) -> None:
    order = people.order()
    made = [file_on(order, order.customer, media).id for _number in range(5)]
    with services.stored([specimens.upload("c.pdf", specimens.PDF)], services.file_folder(str(media))) as kept:
        comment = talking.comment_on_order(order.id, text="Look", files=kept, by=order.customer)
        db.session.commit()
    asker = program(order.customer)
    first = asker.get(f"{address(order)}?limit=3")
    second = asker.get(f"{address(order)}?limit=3&cursor={first['next_cursor']}")
    assert [file["id"] for file in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None
    (file,) = asker.get(f"/orders/{order.id}/comments/{comment.id}")["attachments"]
    assert asker.get(address(order, file["id"])) == file
    assert file["links"]["comment"] == f"{API}/orders/{order.id}/comments/{comment.id}"
    asker.get(f"{address(order)}?cursor=x", 422)
    asker.get(f"/orders/{people.order(order.customer).id}/attachments?cursor=x", 422)


def test_twenty_files_of_many_cost_as_many_questions_as_three(people: People, program: Make) -> None:
    order = people.order()
    desk = [people.manager() for _number in range(5)]
    for number in range(20):
        stored = StoredFile("a.txt", files.random_name(), "text/plain", 1)
        talking.attach_to_order(order.id, [stored], by=desk[number % 5])
    db.session.commit()
    asker, path, costs = program(order.customer), address(order), []
    for limit in (3, 20):
        with selects() as asked:
            assert len(asker.get(f"{path}?limit={limit}")["items"]) == limit
        costs.append(len(asked))
    # Who asks, the order, the files with those who sent them.
    assert costs == [3, 3]


def test_one_file_costs_few_questions(people: People, program: Make, media: Path) -> None:
    order = people.taken()
    assert order.performer is not None
    file = file_on(order, order.performer, media)
    asker, path = program(order.customer), address(order, file.id)
    with selects() as asked:
        asker.get(path)
    assert len(asked) == 3


def test_the_description_says_how_files_are_sent_and_fetched(people: People) -> None:
    paths = described()["paths"]
    body = paths[f"{API}/orders/{{order_id}}/attachments"]["post"]["requestBody"]
    files_of = body["content"]["multipart/form-data"]["schema"]["properties"]["files"]
    assert body["required"]
    assert (files_of["items"], files_of["minItems"], files_of["maxItems"]) == (
        {"type": "string", "format": "binary"},
        1,
        services.MAX_FILES_AT_ONCE,
    )
    fetched = paths[f"{API}/orders/{{order_id}}/attachments/{{attachment_id}}/content"]["get"]["responses"]["200"]
    assert fetched["content"] == {"*/*": {"schema": {"type": "string", "format": "binary"}}}
