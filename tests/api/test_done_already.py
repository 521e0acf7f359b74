"""Moderation that is done already: a 200 with what there is, and nothing that says it was done again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Account, AuditEntry
from marketplace.api.protocol.operations import OPERATIONS
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import OrderEvent
from marketplace.orders.services import talking
from tests.api.program import Program
from tests.people import People

Make = Callable[[Account | None], Program]

ACTS = {
    "hide_order": ("/orders/{order}/show", "/orders/{order}/hide"),
    "show_order": ("/orders/{order}/hide", "/orders/{order}/show"),
    "hide_review": ("/orders/{order}/review/show", "/orders/{order}/review/hide"),
    "show_review": ("/orders/{order}/review/hide", "/orders/{order}/review/show"),
    "hide_comment": ("/orders/{order}/comments/{comment}/show", "/orders/{order}/comments/{comment}/hide"),
    "show_comment": ("/orders/{order}/comments/{comment}/hide", "/orders/{order}/comments/{comment}/show"),
    "unblock_user": ("/users/{user}/unblock", "/users/{user}/unblock"),
}
"""For each operation: what undoes it, and its own address."""


def written() -> tuple[int, int]:
    """How many lines there are in the histories of orders and in the audit trail."""
    counts = (db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (OrderEvent, AuditEntry))
    lines, entries = counts
    return lines, entries


@pytest.mark.parametrize("name", ACTS)
def test_what_is_done_already_is_answered_and_changes_nothing(name: str, people: People, program: Make) -> None:
    order, admin = people.completed(), people.admin()
    services.rate_order(order.id, rating=9, text="", by=order.customer)
    comment = talking.comment_on_order(order.id, text="Well", by=order.customer)
    db.session.commit()
    moderator, ids = program(admin), {"order": order.id, "comment": comment.id, "user": order.customer_id}
    undo, path = (address.format(**ids) for address in ACTS[name])
    moderator.post(undo)
    done, before = moderator.post(path), written()
    assert moderator.post(path) == done
    assert written() == before


@pytest.mark.parametrize("name", ACTS)
def test_the_description_says_so(name: str) -> None:
    assert "200" in OPERATIONS[name].description
