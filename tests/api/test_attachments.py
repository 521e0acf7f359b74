"""Files by program: what is taken and what is not, what is read back, and what stays on the disk."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from marketplace.accounts.models import Account
from marketplace.api.description.document import described
from marketplace.core import files
from marketplace.core.db import db
from marketplace.orders.services import talking
from marketplace.threads import services
from marketplace.threads.models import FILE_NAME_LENGTH
from marketplace.threads.services import MAX_BYTES, StoredFile
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.api.sending import MULTIPART, address, send
from tests.people import People
from tests.threads import specimens
from tests.web.talking import file_on, media, on_disk, rows

__all__ = ["media"]

Make = Callable[[Account | None], Program]


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
    # Of whatever type it is; some generators of clients read bytes only where they are called so.
    assert set(fetched["content"]) == {"application/octet-stream", "*/*"}
    assert all(one["schema"] == {"type": "string", "format": "binary"} for one in fetched["content"].values())
