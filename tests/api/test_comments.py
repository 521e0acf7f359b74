"""Comments by program: written, read by those whom they concern, mended, taken back, hidden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account, AuditEntry
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.services import talking
from marketplace.orders.states import EventKind
from marketplace.threads import services
from marketplace.threads.models import EDITABLE_FOR, TEXT_LENGTH, Comment
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.people import People
from tests.threads import specimens
from tests.web.talking import comment_on, media, rows

__all__ = ["media"]

Make = Callable[[Account | None], Program]


def address(order: Order, comment: Comment | None = None, act: str = "") -> str:
    one = "" if comment is None else f"/{comment.id}"
    return f"/orders/{order.id}/comments{one}{act}"


def told_events(order: Order) -> list[str]:
    found = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.kind == EventKind.COMMENT)
    return [event.detail for event in db.session.scalars(found.order_by(OrderEvent.id))]


def test_both_sides_talk_and_the_latest_comes_first(people: People, program: Make) -> None:
    order = people.taken()
    assert order.performer is not None
    customer, performer = program(order.customer), program(order.performer)
    first = customer.ask("POST", address(order), {"text": "  When will it be ready?\r\n"})
    question = told(first, 201)
    assert (question["text"], question["author"]["id"]) == ("When will it be ready?", order.customer_id)
    assert question["actions"] == ["edit", "delete"]
    assert first.headers["Location"] == question["links"]["self"] == f"{API}{address(order)}/{question['id']}"
    answer = performer.post(address(order), {"text": "On Monday 👍"}, 201)
    page = customer.get(address(order))
    assert [item["id"] for item in page["items"]] == [answer["id"], question["id"]]
    assert [item["actions"] for item in page["items"]] == [[], ["edit", "delete"]]
    assert page["next_cursor"] is None
    assert customer.get(f"{address(order)}/{answer['id']}")["text"] == "On Monday 👍"


def test_who_reads_and_who_writes(people: People, program: Make) -> None:
    order = people.taken()
    assert order.performer is not None
    comment = comment_on(order, order.customer)
    observer = people.observer()
    for reader in (order.customer, order.performer, people.manager(), observer, people.admin()):
        assert program(reader).get(address(order))["items"][0]["text"] == "How is it going?"
        assert program(reader).get(address(order, comment))["text"] == "How is it going?"
    for stranger in (people.customer(), people.performer()):
        for path in (address(order), address(order, comment)):
            program(stranger).get(path, 404)
        program(stranger).post(address(order), {"text": "Hello"}, 404)
        program(stranger).patch(address(order, comment), {"text": "Hello"}, 404)
        program(stranger).delete(address(order, comment), 404)
        program(stranger).post(address(order, comment, "/hide"), status=404)
    for path in (address(order), address(order, comment)):
        program(None).get(path, 401)
    program(None).post(address(order), {"text": "Hello"}, 401)
    program(observer).post(address(order), {"text": "Hello"}, 403)
    assert rows() == [1, 1, 0]


def test_the_talk_about_an_order_on_the_board_is_no_business_of_strangers(people: People, program: Make) -> None:
    order = people.order()
    comment = comment_on(order, order.customer)
    stranger = program(people.performer())
    stranger.get(address(order), 403)
    stranger.get(address(order, comment), 403)
    stranger.post(address(order), {"text": "Hello"}, 403)
    assert rows() == [1, 1, 0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": " \n\t"},
        {"text": "\u200b\u2060"},
        {"text": "x" * (TEXT_LENGTH + 1)},
        {"text": 1},
        {"text": None},
        {"text": "a\u0000"},
        {"text": "Hello", "files": []},
    ],
    ids=lambda body: repr(body)[:30],
)
def test_what_is_no_comment_is_refused_and_leaves_nothing(body: Any, people: People, program: Make) -> None:
    order = people.order()
    problem = program(order.customer).post(address(order), body, 422)
    assert set(problem["errors"]) <= {"text", "files"}
    assert rows() == [0, 0, 0]
    assert told_events(order) == []


def test_a_comment_sent_twice_under_one_key_is_said_once(people: People, program: Make) -> None:
    order = people.order()
    key = {"Idempotency-Key": "once"}
    first, again = (
        program(order.customer).post(address(order), {"text": "Hello"}, 201, headers=key) for _time in range(2)
    )
    assert first == again
    assert rows() == [1, 1, 0]


def test_its_author_mends_it_and_the_page_says_when(people: People, program: Make) -> None:
    order = people.order()
    comment = comment_on(order, order.customer)
    asker = program(order.customer)
    seen = asker.ask("GET", address(order, comment))
    shown = asker.patch(address(order, comment), {"text": "How is it?"}, headers={"If-Match": seen.headers["ETag"]})
    assert (shown["text"], shown["edited_at"] is None) == ("How is it?", False)
    assert asker.get(address(order, comment)) == shown
    problem = asker.patch(address(order, comment), {"text": "Else"}, 412, headers={"If-Match": seen.headers["ETag"]})
    assert problem["status"] == 412
    assert db.session.get_one(Comment, comment.id).text == "How is it?"
    assert told_events(order) == ["added", "edited"]


def test_a_patch_that_changes_nothing_leaves_no_trace(people: People, program: Make) -> None:
    order = people.order()
    comment = comment_on(order, order.customer)
    asker = program(order.customer)
    for same in ({}, {"text": "How is it going?"}):
        assert asker.patch(address(order, comment), same)["edited_at"] is None
    for wrong in ({"text": None}, {"text": " "}, {"text": "x", "author": 1}):
        asker.patch(address(order, comment), wrong, 422)
    assert told_events(order) == ["added"]


def test_only_its_author_mends_and_takes_back_and_only_in_time(people: People, program: Make) -> None:
    order = people.taken()
    assert order.performer is not None
    comment = comment_on(order, order.customer)
    for other in (order.performer, people.manager(), people.admin()):
        program(other).patch(address(order, comment), {"text": "Mine"}, 403)
        program(other).patch(address(order, comment), {}, 403)
        program(other).delete(address(order, comment), 403)
    asker = program(order.customer)
    assert asker.get(address(order, comment))["actions"] == ["edit", "delete"]
    comment.created_at -= EDITABLE_FOR
    db.session.commit()
    assert asker.get(address(order, comment))["actions"] == ["delete"]
    for body in ({"text": "Mine"}, {}):
        asker.patch(address(order, comment), body, 409)
    assert db.session.get_one(Comment, comment.id).text == "How is it going?"
    assert told_events(order) == ["added"]


def test_of_what_was_taken_back_a_trace_is_left_and_the_text_for_admins(people: People, program: Make) -> None:
    order = people.taken()
    assert order.performer is not None
    comment = comment_on(order, order.customer)
    asker = program(order.customer)
    asker.delete(address(order, comment))
    asker.delete(address(order, comment), 409)
    asker.patch(address(order, comment), {"text": "Back"}, 409)
    for reader in (order.customer, order.performer, people.manager(), people.observer()):
        shown = program(reader).get(address(order, comment))
        assert (shown["text"], shown["deleted_at"] is None, shown["actions"]) == (None, False, [])
        assert program(reader).get(address(order))["items"] == [shown]
    admin = program(people.admin())
    assert admin.get(address(order, comment))["text"] == "How is it going?"
    admin.post(address(order, comment, "/hide"), status=409)
    assert told_events(order) == ["added", "deleted"]


def test_an_admin_hides_a_comment_with_its_files_and_shows_it_again(people: People, program: Make, media: Path) -> None:
    order = people.taken()
    assert order.performer is not None
    with services.stored([specimens.upload("a.pdf", specimens.PDF)], services.file_folder(str(media))) as kept:
        comment = talking.comment_on_order(order.id, text="Look", files=kept, by=order.customer)
        db.session.commit()
    reader, admin = program(order.performer), program(people.admin())
    (file,) = reader.get(address(order, comment))["attachments"]
    assert (file["name"], file["comment_id"]) == ("a.pdf", comment.id)
    for other in (order.customer, order.performer, people.manager(), people.observer()):
        program(other).post(address(order, comment, "/hide"), status=403)
    assert admin.get(address(order, comment))["actions"] == ["hide"]
    hidden = admin.post(address(order, comment, "/hide"))
    assert (hidden["text"], hidden["hidden_at"] is None, hidden["actions"]) == ("Look", False, ["show"])
    trace = reader.get(address(order, comment))
    assert (trace["text"], trace["attachments"], trace["hidden_at"]) == (None, [], hidden["hidden_at"])
    for part in ("", "/content"):
        reader.get(f"/orders/{order.id}/attachments/{file['id']}{part}", 404)
        watched = program(people.observer()).ask("GET", f"/orders/{order.id}/attachments/{file['id']}{part}")
        assert watched.status_code == 200
    program(order.customer).patch(address(order, comment), {"text": "x"}, 409)
    assert admin.post(address(order, comment, "/show"))["hidden_at"] is None
    assert reader.get(address(order, comment))["text"] == "Look"
    assert told_events(order) == ["added", "hidden", "shown"]
    audited = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "Comment")).all()
    assert sorted(audited) == ["hide", "show"]


def test_a_comment_is_found_at_its_own_order_only(people: People, program: Make) -> None:
    customer = people.customer()
    one, other = people.order(customer), people.order(customer)
    comment = comment_on(one, customer)
    asker = program(customer)
    for path in (address(other, comment), address(people.order(customer), comment)):
        asker.get(path, 404)
        asker.patch(path, {"text": "x"}, 404)
        asker.delete(path, 404)
        program(people.admin()).post(f"{path}/hide", status=404)
    assert rows() == [1, 1, 0]


def test_pages_follow_each_other_without_a_gap(people: People, program: Make) -> None:
    order = people.order()
    made = [comment_on(order, order.customer, f"Number {number}").id for number in range(7)]
    asker = program(order.customer)
    first = asker.get(f"{address(order)}?limit=3")
    comment_on(order, order.customer, "Meanwhile")
    found = [item["id"] for item in first["items"]]
    cursor = first["next_cursor"]
    while cursor:
        page = asker.get(f"{address(order)}?limit=3&cursor={cursor}")
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == made[::-1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=WzBd", "before=1", "limit=1&limit=2"]
)
def test_a_damaged_query_is_refused_with_and_without_comments(query: str, people: People, program: Make) -> None:
    order = people.order()
    program(order.customer).get(f"{address(order)}?{query}", 422)
    comment_on(order, order.customer)
    program(order.customer).get(f"{address(order)}?{query}", 422)


def test_what_has_not_changed_is_not_sent_again(people: People, program: Make) -> None:
    order = people.order()
    comment = comment_on(order, order.customer)
    asker = program(order.customer)
    tag = asker.ask("GET", address(order, comment)).headers["ETag"]
    assert asker.ask("GET", address(order, comment), headers={"If-None-Match": tag}).status_code == 304


def test_twenty_comments_of_many_cost_as_many_questions_as_three(people: People, program: Make, media: Path) -> None:
    order = people.order()
    desk = [people.manager() for _number in range(5)]
    for number in range(20):
        with services.stored([specimens.upload("a.pdf", specimens.PDF)], services.file_folder(str(media))) as kept:
            talking.comment_on_order(order.id, text=f"Number {number}", files=kept, by=desk[number % 5])
            db.session.commit()
    asker, path, costs = program(order.customer), address(order), []
    for limit in (3, 20):
        with selects() as asked:
            assert len(asker.get(f"{path}?limit={limit}")["items"]) == limit
        costs.append(len(asked))
    # Who asks, the order, the comments, their files.
    assert costs == [4, 4]


def test_talk_goes_on_when_an_order_is_off_the_board(people: People, program: Make) -> None:
    order = people.taken()
    assert order.performer is not None
    orders.hide_order(order.id, by=people.admin())
    db.session.commit()
    program(order.customer).post(address(order), {"text": "Why?"}, 201)
    assert len(program(order.performer).get(address(order))["items"]) == 1
