"""Writing orders: posting them, for oneself or for a customer, and editing them while nobody has them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from marketplace.accounts.errors import NoSuchAccount
from marketplace.accounts.models import Account
from marketplace.accounts.queries import get_account
from marketplace.accounts.states import Role
from marketplace.api.orders.showing import order_after, shown_order
from marketplace.api.protocol.errors import FieldsRefused
from marketplace.api.protocol.operations import operation, require_match
from marketplace.api.protocol.renaming import renamed
from marketplace.api.schemas.lines import LineIn
from marketplace.api.schemas.orders import LineKept, OrderIn, OrderOut, OrderPatch
from marketplace.core.errors import N_, Invalid, NotAllowed
from marketplace.orders import policies, services
from marketplace.orders.errors import IllegalStep, LineGivenTwice, NotACustomer
from marketplace.orders.models import Order
from marketplace.orders.services import LineInput
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.services.posting import check_deadline
from marketplace.orders.states import Act, Status
from marketplace.web.errors import explain
from marketplace.web.language import today
from marketplace.web.viewer import account


@operation("POST", "/orders", tag="orders", body=OrderIn, answer=OrderOut, status=201, errors=(403,), is_tagged=True)
def post_order(body: OrderIn) -> OrderOut:
    """Post an order.

    On the board at once. Customers post for themselves. Managers and admins write orders down for a customer, whom they
    name, and look after them from then on.
    """
    by = account()
    if body.deadline is not None:
        check_deadline(body.deadline, today=today())
    with renamed(category="category_id"):
        order = services.post_order(
            title=body.title,
            description=body.description,
            category_id=body.category_id,
            pricing=body.pricing,
            price=body.price,
            deadline=body.deadline,
            lines=[line_input(line) for line in body.lines],
            customer=_customer(body.customer_id, by),
            by=by,
        )
    return order_after(order.id)


@operation(
    "PATCH",
    "/orders/<id:order_id>",
    tag="orders",
    body=OrderPatch,
    answer=OrderOut,
    errors=(403, 404, 409, 412),
    is_tagged=True,
)
def edit_order(order_id: int, body: OrderPatch) -> OrderOut:
    """Edit an order.

    For its customer and for the desk, as long as nobody has it and nobody has sent an offer. What is left out stays as
    it is.
    """
    by = account()
    order = locked_for(Act.EDIT, order_id, by)
    require_match(shown_order(order_id))
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    _check_change(order, sent)
    lines = sent.pop("lines", None)
    present = {name: getattr(order, name) for name in ("title", "description", "category_id", "price", "deadline")}
    with renamed(category="category_id"):
        services.edit_order(order_id, **{**present, **sent}, lines=None if lines is None else _kept_lines(lines), by=by)
    return order_after(order_id)


def _customer(customer_id: int | None, by: Account) -> Account | None:
    """Whom the order is for; None for whoever posts it."""
    if not policies.may_post_for_others(by):
        if not policies.may_post(by):
            raise NotAllowed(N_("Only customers and managers write orders."))
        if customer_id not in (None, by.id):
            raise NotAllowed(N_("Only managers write orders for others."))
        return None
    if customer_id is None:
        raise Invalid(N_("Name the customer."), field="customer_id")
    with suppress(NoSuchAccount):
        customer = get_account(customer_id)
        if customer.role is Role.CUSTOMER and customer.active:
            return customer
    raise NotACustomer(N_("There is no such active customer."), field="customer_id")


def _check_change(order: Order, sent: dict[str, Any]) -> None:
    deadline: date | None = sent.get("deadline")
    if deadline is not None and deadline != order.deadline:
        check_deadline(deadline, today=today())
    # Whoever waits for offers already has asked for them.
    if order.status is not Status.NEW and sent.get("pricing", order.pricing) is not order.pricing:
        raise IllegalStep(order.status)


def _kept_lines(lines: Sequence[LineKept]) -> list[LineInput]:
    wrong = {
        f"lines.{place}.product_id": [explain(Invalid(N_("A line that is there keeps its product.")))]
        for place, line in enumerate(lines)
        if line.id is not None and line.product_id is not None
    }
    seen: set[int] = set()
    for place, line in enumerate(lines):
        if line.id in seen:
            wrong[f"lines.{place}.id"] = [explain(LineGivenTwice())]
        elif line.id is not None:
            seen.add(line.id)
    if wrong:
        raise FieldsRefused(wrong)
    return [line_input(line, line.id) for line in lines]


def line_input(line: LineIn, line_id: int | None = None) -> LineInput:
    """The line as the services take it."""
    return LineInput(line.quantity, line_id, line.product_id, line.name or "", line.unit_price)
