"""Ids decided before the rows exist, so that the demo has the same ids whichever process inserts a row first."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from sqlalchemy import event, text

from marketplace.accounts.models import Account
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent

NUMBERED = (
    "accounts",
    "categories",
    "products",
    "orders",
    "order_events",
    "offers",
    "threads",
    "comments",
)
"""Tables whose ids come from a sequence."""


def first_free() -> dict[str, int]:
    """The id after the greatest one of each numbered table."""
    return {
        table: int(db.session.scalar(text(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")) or 1) for table in NUMBERED
    }


def advance_sequences(following: Mapping[str, int]) -> None:
    """From now on the sequences go on with these ids."""
    for table, row_id in following.items():
        db.session.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :row_id, false)"),
            {"table": table, "row_id": row_id},
        )


class GivenIds:
    """While it is entered, rows that services insert get the ids set here instead of the next of their sequence.

    With an `event_id` of 0 lines of the history take the next of theirs.
    """

    def __init__(self, accounts: Mapping[str, int], categories: Mapping[str, int]) -> None:
        self.order_id = 0
        self.event_id = 0
        self._accounts = accounts
        self._categories = categories
        self._listeners = (
            (Account, self._number_account),
            (Category, self._number_category),
            (Order, self._number_order),
            (OrderEvent, self._number_event),
        )

    def __enter__(self) -> GivenIds:
        for model, listener in self._listeners:
            event.listen(model, "before_insert", listener)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for model, listener in self._listeners:
            event.remove(model, "before_insert", listener)

    def _number_account(self, mapper: Any, connection: Any, account: Account) -> None:
        account.id = self._accounts[account.email]

    def _number_category(self, mapper: Any, connection: Any, category: Category) -> None:
        category.id = self._categories[category.slug]

    def _number_order(self, mapper: Any, connection: Any, order: Order) -> None:
        order.id = self.order_id

    def _number_event(self, mapper: Any, connection: Any, row: OrderEvent) -> None:
        if self.event_id:
            row.id = self.event_id
