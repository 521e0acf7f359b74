"""Files of programs on the disk: kept once, gone when nothing came of it, there until the commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from marketplace.accounts.models import Account
from marketplace.core import files
from marketplace.core.db import db
from marketplace.threads import services
from marketplace.web.attachments import POST_LIMIT
from tests.api.program import Program, told
from tests.api.sending import address, failing_commit, send, unread
from tests.people import People
from tests.threads import specimens
from tests.web.talking import file_on, media, on_disk, rows

__all__ = ["media"]

Make = Callable[[Account | None], Program]


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

    def test_two_files_are_not_the_one_that_reads_like_both(self, people: People, program: Make, media: Path) -> None:
        order = people.order()
        told(send(program(order.customer), order, ("a.txt", b"1files\nb.txt\n2"), headers=self.KEY), 201)
        told(send(program(order.customer), order, ("a.txt", b"1"), ("b.txt", b"2"), headers=self.KEY), 422)

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
    with failing_commit(people.app, monkeypatch):
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
    with failing_commit(people.app, monkeypatch):
        told(asker.ask("DELETE", path), 500)
    assert on_disk(media) == kept
    assert asker.get(path)["deleted_at"] is None
    commit, seen = db.session.commit, []

    def look_and_commit() -> None:
        seen.append(on_disk(media))
        commit()

    with monkeypatch.context() as patched:
        patched.setattr("marketplace.api.protocol.operations.db.session.commit", look_and_commit)
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
    assert "a file is left on the disk" in caplog.text


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
