"""One order with all that is shown of it at once, in one statement that is built once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects.postgresql import array

from marketplace.accounts.models import Account, Profile
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Order, PerformerCounters

PROFILES = cast(Table, Profile.__table__)


class WholeOrder(NamedTuple):
    """An order, what its category and its people are called, and how its performer is rated."""

    order: Order
    category: tuple[str, str, str]
    """Its slug, and its names in Russian and in English."""

    rated: tuple[int, int] | None
    """The sum and the number of the performer's ratings."""

    customer: str
    author: str
    manager: str | None
    performer: str | None

    @property
    def rating(self) -> Decimal | None:
        """The performer's average, as `PerformerCounters.rating` has it."""
        return Decimal(self.rated[0]) / self.rated[1] if self.rated and self.rated[1] else None


def whole_order(order_id: int) -> WholeOrder:
    """The order as it is now, whatever the session has read of it before; raises NoSuchOrder."""
    row = db.session.execute(WHOLE, {"id": order_id}).first()
    if row is None:
        raise NoSuchOrder
    return WholeOrder(*row)


def people_of(order: Order) -> tuple[Account, Account | None]:
    """The customer and the performer with all that they say of themselves."""
    rows = db.session.scalars(select(Account).where(Account.id.in_((order.customer_id, order.performer_id))))
    people = {person.id: person for person in rows}
    return people[order.customer_id], people.get(order.performer_id or 0)


# Planning takes PostgreSQL longer than reading here, and a subquery takes it less than a join.
def _name_of(column: Any) -> Any:
    return select(PROFILES.c.name).where(PROFILES.c.account_id == column).scalar_subquery()


def _row_of(*columns: Any, key: Any, column: Any) -> Any:
    return select(array(columns)).where(key == column).scalar_subquery()


# Read into the session: the policies, and the states, ask objects.
WHOLE = (
    select(
        Order,
        _row_of(Category.slug, Category.name_ru, Category.name_en, key=Category.id, column=Order.category_id),
        _row_of(
            PerformerCounters.rating_sum,
            PerformerCounters.rating_count,
            key=PerformerCounters.account_id,
            column=Order.performer_id,
        ),
        _name_of(Order.customer_id),
        _name_of(Order.author_id),
        _name_of(Order.manager_id),
        _name_of(Order.performer_id),
    )
    .where(Order.id == bindparam("id"))
    .execution_options(populate_existing=True)
)
