"""Comments that come with files, by program: all of it is there, or nothing, and nothing stays on the disk then."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace.accounts.models import Account
from marketplace.api.description.document import described
from marketplace.orders.models import Order
from marketplace.threads.models import TEXT_LENGTH
from marketplace.web.programs import API
from tests.api.program import Program, told
from tests.api.sending import failing_commit, unread
from tests.people import People
from tests.threads import specimens
from tests.web.talking import media, on_disk, rows

__all__ = ["media"]

Make = Callable[[Account | None], Program]
KEY = {"Idempotency-Key": "once"}
PLAN, NOTES = ("plan.pdf", specimens.PDF), ("notes.txt", b"as agreed")
NOTHING = [0, 0, 0]


def address(order: Order) -> str:
    return f"/orders/{order.id}/comments"


def say(asker: Program, order: Order, *files: tuple[str, bytes], words: Any = "Look", **kwargs: Any) -> TestResponse:
    """Posts a comment with files; `words` None leaves the text out, a dict are all the parts beside the files."""
    said = words if isinstance(words, dict) else {} if words is None else {"text": words}
    parts = {**said, "files": [FileStorage(BytesIO(content), name) for name, content in files]}
    boundary, data = encode_multipart(parts)
    kind = f"multipart/form-data; boundary={boundary}"
    return asker.ask("POST", address(order), data=data, content_type=kind, **kwargs)


def test_a_comment_brings_its_files_which_it_names(people: People, program: Make, media: Path) -> None:
    order = people.taken()
    asker, reader = program(order.performer), program(order.customer)
    answer = say(asker, order, PLAN, NOTES, words="  Look 👀\r\n")
    made = told(answer, 201)
    assert answer.headers["Location"] == made["links"]["self"] == f"{API}{address(order)}/{made['id']}"
    assert made["text"] == "Look 👀"
    assert [(file["name"], file["size"], file["comment_id"]) for file in made["attachments"]] == [
        ("plan.pdf", len(specimens.PDF), made["id"]),
        ("notes.txt", len(b"as agreed"), made["id"]),
    ]
    assert made["attachments"][0]["links"]["comment"] == made["links"]["self"]
    (listed,) = reader.get(address(order))["items"]
    assert [file["id"] for file in listed["attachments"]] == [file["id"] for file in made["attachments"]]
    link = listed["attachments"][0]["links"]["content"].removeprefix(API)
    assert reader.ask("GET", link).data == specimens.PDF
    assert (rows(), len(on_disk(media))) == ([1, 1, 2], 2)


@pytest.mark.parametrize("words", [None, "", " \n", "x" * (TEXT_LENGTH + 1), {"text": ["a", "b"]}], ids=str)
def test_files_say_nothing_by_themselves_as_on_the_page(words: Any, people: People, program: Make, media: Path) -> None:
    order = people.order()
    problem = told(say(program(order.customer), order, PLAN, words=words), 422)
    assert list(problem["errors"]) == ["text"]
    assert (rows(), on_disk(media)) == (NOTHING, [])


def test_what_is_not_as_documented_is_refused_by_its_part(people: People, program: Make, media: Path) -> None:
    order = people.order()
    asker = program(order.customer)
    assert list(told(say(asker, order), 422)["errors"]) == ["files"]
    assert list(told(say(asker, order, PLAN, words={"text": "x", "author": "1"}), 422)["errors"]) == ["author"]
    assert list(told(say(asker, order, words={"text": "x", "files": "x"}), 422)["errors"]) == ["files"]
    many = [(f"{number}.txt", b"x") for number in range(11)]
    assert list(told(say(asker, order, *many), 422)["errors"]) == ["files"]
    problem = told(say(asker, order, PLAN, ("program.pdf", specimens.EXECUTABLE)), 422)
    assert "“program.pdf”" in problem["errors"]["files"][0]
    assert (rows(), on_disk(media)) == (NOTHING, [])


def test_who_may_not_write_is_refused_before_a_byte_is_read(people: People, program: Make) -> None:
    order, taken = people.order(), people.taken()
    refused = [(None, order, 401), (people.observer(), order, 403), (people.performer(), order, 403)]
    for asker, row, status in [*refused, (people.performer(), taken, 404)]:
        told(program(asker).ask("POST", address(row), **unread(5000)), status)
    told(program(order.customer).ask("POST", f"/orders/{2**62}/comments", **unread(5000)), 404)
    assert rows() == NOTHING


def test_a_comment_with_files_sent_twice_under_one_key_is_said_once(people: People, program: Make, media: Path) -> None:
    order = people.order()
    asker = program(order.customer)
    first = told(say(asker, order, PLAN, NOTES, headers=KEY), 201)
    again = say(asker, order, PLAN, NOTES, headers=KEY)
    assert (told(again, 201), again.headers["Idempotent-Replayed"]) == (first, "true")
    other = ("plan.pdf", specimens.PDF + b"%")
    for files, words in (((PLAN, NOTES), "Look here"), ((other, NOTES), "Look"), ((PLAN,), "Look")):
        problem = told(say(asker, order, *files, words=words, headers=KEY), 422)
        assert problem["type"] == "urn:podryad:problem:key-reused"
    assert asker.post(address(order), {"text": "Look"}, 422, headers=KEY)["type"].endswith(":key-reused")
    assert (rows(), len(on_disk(media))) == ([1, 1, 2], 2)


def test_a_comment_that_is_not_committed_leaves_no_file(
    app: Flask, people: People, program: Make, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = people.order()
    asker = program(order.customer)
    with failing_commit(app, monkeypatch):
        assert say(asker, order, PLAN).status_code == 500
    assert (rows(), on_disk(media)) == (NOTHING, [])


def test_both_ways_are_described(app: Flask) -> None:
    post = described()["paths"][f"{API}/orders/{{order_id}}/comments"]["post"]
    content = post["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
    parts = content["multipart/form-data"]["schema"]
    assert sorted(parts["required"]) == ["files", "text"]
    assert parts["properties"]["text"]["maxLength"] == TEXT_LENGTH
    assert "415" in post["responses"]
