"""Talk about an order: who may say, mend, take back and hide what, and what stays behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.services import block_account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.policies import may_see_event
from marketplace.orders.services import talking, withdraw_order
from marketplace.orders.states import EventKind
from marketplace.threads import policies, services
from marketplace.threads.errors import (
    CommentDeleted,
    CommentHidden,
    FileDeleted,
    NoFiles,
    NoSuchComment,
    NoSuchFile,
    NothingSaid,
    SaidTooMuch,
    ThreadIsFull,
    TooLateToEdit,
)
from marketplace.threads.models import EDITABLE_FOR, TEXT_LENGTH, Attachment, Comment, Thread
from marketplace.threads.queries import PAGE_SIZE, latest_comments
from tests.people import People
from tests.threads import specimens

MOMENT = datetime(2030, 1, 31, 12, 0, tzinfo=UTC)


def rows() -> tuple[Any, ...]:
    """All that talk leaves in the database."""
    numbers = [
        db.session.scalar(select(func.count()).select_from(table))
        for table in (Thread, Comment, Attachment, AuditEntry)
    ]
    comments = db.session.execute(
        select(Comment.id, Comment.text, Comment.edited_at, Comment.deleted_at, Comment.hidden_at).order_by(Comment.id)
    ).all()
    files = db.session.execute(select(Attachment.id, Attachment.deleted_at).order_by(Attachment.id)).all()
    return *numbers, db.session.scalar(select(func.count()).select_from(OrderEvent)), comments, files


def refused(error: type[DomainError], act: Callable[[], Any]) -> None:
    """`act` is refused and changes nothing."""
    before = rows()
    with pytest.raises(error):
        act()
    db.session.rollback()
    assert rows() == before


def news(order: Order) -> list[tuple[Any, ...]]:
    events = db.session.scalars(
        select(OrderEvent)
        .where(OrderEvent.order_id == order.id, OrderEvent.kind.in_((EventKind.COMMENT, EventKind.FILE)))
        .order_by(OrderEvent.id)
    )
    return [(event.kind, event.detail, event.subject_id, event.actor_id) for event in events]


def say(order: Order, by: Account, text: str = "How is it going?") -> Comment:
    comment = talking.comment_on_order(order.id, text=text, by=by)
    db.session.commit()
    return comment


def add_file(order: Order, by: Account, folder: Path, *, comment: bool = False) -> Attachment:
    with services.stored([specimens.upload("a.pdf", specimens.PDF)], folder) as kept:
        if comment:
            talking.comment_on_order(order.id, text="See the file", files=kept, by=by)
        else:
            talking.attach_to_order(order.id, kept, by=by)
        db.session.commit()
    return db.session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()  # type: ignore[return-value]  # it was just added


def test_the_people_of_an_order_and_the_desk_write_and_each_word_is_news(people: People) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.taken(performer, customer)
    writers = [customer, performer, people.manager(), people.admin()]
    comments = [say(order, by, f"  From {by.name}\r\n") for by in writers]
    assert [comment.text for comment in comments] == [f"From {by.name}" for by in writers]
    assert {comment.thread_id for comment in comments} == {order.thread_id}
    assert news(order) == [
        (EventKind.COMMENT, "added", comment.id, by.id) for comment, by in zip(comments, writers, strict=True)
    ]


def test_nobody_else_says_anything(people: People) -> None:
    taken, fresh = people.taken(), people.order()
    for by in (people.customer(), people.performer()):
        refused(NoSuchOrder, partial(talking.comment_on_order, taken.id, text="x", by=by))
        refused(NotAllowed, partial(talking.comment_on_order, fresh.id, text="x", by=by))
    refused(NotAllowed, lambda: talking.comment_on_order(taken.id, text="x", by=people.observer()))
    refused(NoSuchOrder, lambda: talking.comment_on_order(10**9, text="x", by=taken.customer))


def test_a_performer_who_gave_the_order_back_is_a_stranger(people: People) -> None:
    performer = people.performer()
    order = people.taken(performer)
    comment = say(order, performer)
    withdraw_order(order.id, reason="Ill", by=performer)
    db.session.commit()
    refused(NotAllowed, lambda: talking.edit_comment(order.id, comment.id, text="x", by=performer))
    refused(NotAllowed, lambda: talking.delete_comment(order.id, comment.id, by=performer))


def test_a_blocked_person_says_and_changes_nothing(people: People, tmp_path: Path) -> None:
    order = people.taken()
    customer = order.customer
    comment = say(order, customer)
    attachment = add_file(order, customer, tmp_path)
    block_account(customer.id, reason="Spam", by=people.admin())
    db.session.commit()
    db.session.refresh(customer)
    acts: list[Callable[[], Any]] = [
        lambda: talking.comment_on_order(order.id, text="x", by=customer),
        lambda: talking.edit_comment(order.id, comment.id, text="x", by=customer),
        lambda: talking.delete_comment(order.id, comment.id, by=customer),
        lambda: talking.delete_attachment(order.id, attachment.id, by=customer),
    ]
    for act in acts:
        refused(NoSuchOrder, act)


@pytest.mark.parametrize(
    ("text", "error"),
    [("", NothingSaid), (" \n\t\u200b\u202e ", NothingSaid), ("x" * (TEXT_LENGTH + 1), SaidTooMuch)],
)
def test_a_comment_has_words_and_an_end(people: People, text: str, error: type[Invalid]) -> None:
    order = people.order()
    refused(error, lambda: talking.comment_on_order(order.id, text=text, by=order.customer))
    comment = say(order, order.customer, "x" * TEXT_LENGTH)
    refused(error, lambda: talking.edit_comment(order.id, comment.id, text=text, by=order.customer))


def test_the_first_comment_leaves_the_order_as_it_was(people: People) -> None:
    with clock.fixed(MOMENT):
        order = people.order()
    before = (order.updated_at, order.terms)
    say(order, order.customer)
    db.session.refresh(order)
    assert order.thread_id is not None
    assert (order.updated_at, order.terms) == before


def test_its_author_edits_a_comment_for_fifteen_minutes_and_no_longer(people: People) -> None:
    order = people.order()
    customer = order.customer
    with clock.fixed(MOMENT):
        comment = say(order, customer, "Tomorow")
    last = MOMENT + EDITABLE_FOR - timedelta(microseconds=1)
    with clock.fixed(last):
        talking.edit_comment(order.id, comment.id, text="Tomorow", by=customer)
        assert [what for _kind, what, *_ in news(order)] == ["added"]
        talking.edit_comment(order.id, comment.id, text="Tomorrow", by=customer)
        db.session.commit()
    assert comment.text == "Tomorrow"
    assert comment.edited_at == last
    assert [what for _kind, what, *_ in news(order)] == ["added", "edited"]
    with clock.fixed(MOMENT + EDITABLE_FOR):
        refused(TooLateToEdit, lambda: talking.edit_comment(order.id, comment.id, text="Never", by=customer))


def test_nobody_edits_or_deletes_what_somebody_else_said(people: People) -> None:
    order = people.taken()
    comment = say(order, order.customer)
    assert order.performer is not None
    for by in (order.performer, people.manager(), people.admin()):
        refused(NotAllowed, partial(talking.edit_comment, order.id, comment.id, text="x", by=by))
        refused(NotAllowed, partial(talking.delete_comment, order.id, comment.id, by=by))


def test_a_deleted_comment_keeps_its_place_and_its_text_for_admins(people: People, tmp_path: Path) -> None:
    order = people.taken()
    attachment = add_file(order, order.customer, tmp_path, comment=True)
    (comment,) = db.session.scalars(select(Comment)).all()
    talking.delete_comment(order.id, comment.id, by=order.customer)
    db.session.commit()
    assert comment.text == "See the file"
    assert order.performer is not None
    readers = [order.customer, order.performer, people.manager(), people.observer(), people.admin()]
    assert [policies.may_read(user, comment) for user in readers] == [False, False, False, False, True]
    assert [policies.may_open(user, attachment, comment) for user in readers] == [False, False, False, False, True]
    refused(CommentDeleted, lambda: talking.delete_comment(order.id, comment.id, by=order.customer))
    refused(CommentDeleted, lambda: talking.edit_comment(order.id, comment.id, text="x", by=order.customer))
    refused(CommentDeleted, lambda: talking.hide_comment(order.id, comment.id, by=readers[-1]))


def test_a_moderator_hides_and_shows_and_each_time_is_on_record_once(people: People) -> None:
    order, admin = people.taken(), people.admin()
    comment = say(order, order.customer)
    for act in (talking.hide_comment, talking.hide_comment):
        act(order.id, comment.id, by=admin)
        db.session.commit()
    assert order.performer is not None
    readers = [order.customer, order.performer, people.manager(), people.observer(), admin]
    assert [policies.may_read(user, comment) for user in readers] == [False, False, True, True, True]
    refused(CommentHidden, lambda: talking.edit_comment(order.id, comment.id, text="x", by=order.customer))
    refused(CommentHidden, lambda: talking.delete_comment(order.id, comment.id, by=order.customer))
    for act in (talking.show_comment, talking.show_comment):
        act(order.id, comment.id, by=admin)
        db.session.commit()
    assert policies.may_read(order.customer, comment)
    assert [what for _kind, what, *_ in news(order)] == ["added", "hidden", "shown"]
    trail = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_type == "Comment").order_by(AuditEntry.id)
    ).all()
    assert [(line.action, line.subject_type, line.subject_id) for line in trail] == [
        ("hide", "Comment", str(comment.id)),
        ("show", "Comment", str(comment.id)),
    ]


def test_only_moderators_hide(people: People) -> None:
    order = people.taken()
    comment = say(order, order.customer)
    assert order.performer is not None
    for by in (order.customer, order.performer, people.manager(), people.observer()):
        refused(NotAllowed, partial(talking.hide_comment, order.id, comment.id, by=by))
    refused(NoSuchOrder, lambda: talking.hide_comment(order.id, comment.id, by=people.customer()))


def test_a_comment_of_another_order_is_no_comment_of_this_one(people: People, tmp_path: Path) -> None:
    customer, admin = people.customer(), people.admin()
    one, other, silent = people.order(customer), people.order(customer), people.order(customer)
    comment, attachment = say(one, customer), add_file(one, customer, tmp_path)
    say(other, customer)
    for order in (other, silent):
        acts: list[Callable[[], Any]] = [
            partial(talking.edit_comment, order.id, comment.id, text="x", by=customer),
            partial(talking.delete_comment, order.id, comment.id, by=customer),
            partial(talking.hide_comment, order.id, comment.id, by=admin),
        ]
        for act in acts:
            refused(NoSuchComment, act)
        refused(NoSuchFile, partial(talking.delete_attachment, order.id, attachment.id, by=customer))


def test_files_on_an_order_are_news_and_go_by_those_who_sent_them(people: People, tmp_path: Path) -> None:
    order = people.taken()
    customer, performer, admin = order.customer, order.performer, people.admin()
    assert performer is not None
    attachment = add_file(order, customer, tmp_path)
    assert attachment.comment_id is None
    for by in (performer, people.manager()):
        refused(NotAllowed, partial(talking.delete_attachment, order.id, attachment.id, by=by))
    assert talking.delete_attachment(order.id, attachment.id, by=customer) == attachment.stored_name
    db.session.commit()
    assert attachment.deleted_at is not None
    refused(FileDeleted, lambda: talking.delete_attachment(order.id, attachment.id, by=customer))
    assert db.session.scalar(select(func.count()).where(AuditEntry.subject_type == "Attachment")) == 0

    other = add_file(order, performer, tmp_path)
    talking.delete_attachment(order.id, other.id, by=admin)
    db.session.commit()
    (line,) = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "Attachment")).all()
    assert (line.action, line.subject_type, line.before) == ("delete", "Attachment", {"name": "a.pdf"})
    assert news(order) == [
        (EventKind.FILE, "added", attachment.id, customer.id),
        (EventKind.FILE, "deleted", attachment.id, customer.id),
        (EventKind.FILE, "added", other.id, performer.id),
        (EventKind.FILE, "deleted", other.id, admin.id),
    ]


def test_nobody_else_adds_files_and_none_is_not_enough(people: People) -> None:
    order = people.taken()
    refused(NoFiles, lambda: talking.attach_to_order(order.id, [], by=order.customer))
    refused(NotAllowed, lambda: talking.attach_to_order(order.id, [], by=people.observer()))
    refused(NotFound, lambda: talking.attach_to_order(order.id, [], by=people.customer()))


def test_a_thread_holds_only_so_many_files(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.threads.services.attachments.MAX_FILES", 2)
    order = people.order()
    first = add_file(order, order.customer, tmp_path)
    talking.delete_attachment(order.id, first.id, by=order.customer)
    add_file(order, order.customer, tmp_path, comment=True)
    refused(ThreadIsFull, lambda: add_file(order, order.customer, tmp_path))
    refused(ThreadIsFull, lambda: add_file(order, order.customer, tmp_path, comment=True))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_hidden_comments_file_is_not_its_authors_to_delete(people: People, tmp_path: Path) -> None:
    order = people.order()
    attachment = add_file(order, order.customer, tmp_path, comment=True)
    assert attachment.comment_id is not None
    talking.hide_comment(order.id, attachment.comment_id, by=people.admin())
    db.session.commit()
    refused(NotFound, lambda: talking.delete_attachment(order.id, attachment.id, by=order.customer))


def test_news_of_talk_is_for_those_who_see_the_talk(people: People) -> None:
    order = people.taken()
    say(order, order.customer)
    (event,) = db.session.scalars(select(OrderEvent).where(OrderEvent.kind == EventKind.COMMENT)).all()
    assert may_see_event(order.performer, order, event)
    assert may_see_event(people.observer(), order, event)
    assert not any(may_see_event(user, order, event) for user in (None, people.customer(), people.performer()))


def test_pages_of_comments_neither_skip_nor_repeat(people: People) -> None:
    order = people.order()
    comments = [say(order, order.customer, f"Word {number}").id for number in range(PAGE_SIZE * 2 + 3)]
    assert order.thread_id is not None
    page = latest_comments(order.thread_id)
    seen = [comment.id for comment in page.items]
    assert seen == comments[-PAGE_SIZE:]
    assert page.is_first
    while page.next_cursor:
        say(order, order.customer, "Somebody writes meanwhile")
        page = latest_comments(order.thread_id, page.next_cursor)
        seen = [*(comment.id for comment in page.items), *seen]
    assert seen == comments


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "é", "WyItMSJd"])
def test_a_damaged_cursor_is_refused(people: People, cursor: str) -> None:
    with pytest.raises(Invalid):
        latest_comments(1, cursor)


def test_every_conflict_says_what_happened() -> None:
    for error in (CommentDeleted(), CommentHidden(), FileDeleted(), TooLateToEdit(minutes=15)):
        assert isinstance(error, Conflict)
        assert len(str(error)) > 20
