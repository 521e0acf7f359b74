"""What admins mend on an order: hide it, give it to another performer, hide its review; all but the second goes back.

The services are those of the admin pages, so each act leaves the same line in the audit trail.
"""

from __future__ import annotations

from marketplace.accounts.errors import NoSuchAccount
from marketplace.api.orders.showing import order_after
from marketplace.api.protocol.operations import operation
from marketplace.api.protocol.renaming import renamed
from marketplace.api.schemas.orders import OrderOut, Reassign
from marketplace.orders import services
from marketplace.orders.errors import NotAPerformer
from marketplace.orders.queries import orders as queries
from marketplace.web.guards import ADMINS
from marketplace.web.viewer import account

ONE = "/orders/<id:order_id>"


@operation("POST", f"{ONE}/hide", tag="acts", answer=OrderOut, gate=ADMINS, errors=(403, 404), is_tagged=True)
def hide_order(order_id: int) -> OrderOut:
    """Hide an order.

    For admins. It leaves the board, and to strangers it does not exist any more; its people and staff go on seeing it.
    Hiding what is hidden changes nothing and is a 200.
    """
    services.hide_order(order_id, by=account())
    return order_after(order_id)


@operation("POST", f"{ONE}/show", tag="acts", answer=OrderOut, gate=ADMINS, errors=(403, 404), is_tagged=True)
def show_order(order_id: int) -> OrderOut:
    """Show a hidden order again.

    For admins. It is back where it was: on the board, if nobody has it. Showing what is not hidden changes nothing
    and is a 200.
    """
    services.show_order(order_id, by=account())
    return order_after(order_id)


@operation(
    "POST",
    f"{ONE}/reassign",
    tag="acts",
    body=Reassign,
    answer=OrderOut,
    gate=ADMINS,
    errors=(403, 404, 409),
    is_tagged=True,
)
def reassign_order(order_id: int, body: Reassign) -> OrderOut:
    """Give an order in progress to another performer.

    For admins. The history shows that it went back and was taken again, with the reason; nobody is blamed for it. An
    offer that won the order is withdrawn, the agreed price stands. Whoever is no active performer, or is the customer,
    is a 422; an order that nobody works on, or that this performer has already, a 409.
    """
    queries.get_order(order_id)
    with renamed(performer="performer_id"):
        try:
            services.reassign_order(order_id, performer_id=body.performer_id, reason=body.reason, by=account())
        except NoSuchAccount:
            raise NotAPerformer(field="performer") from None
    return order_after(order_id)


@operation(
    "POST", f"{ONE}/review/hide", tag="acts", answer=OrderOut, gate=ADMINS, errors=(403, 404, 409), is_tagged=True
)
def hide_review(order_id: int) -> OrderOut:
    """Hide a review.

    For admins. Only staff read it then, its rating leaves the performer's average, and it cannot be answered. An order
    that nobody has rated is a 409. Hiding what is hidden changes nothing and is a 200.
    """
    services.hide_review(order_id, by=account())
    return order_after(order_id)


@operation(
    "POST", f"{ONE}/review/show", tag="acts", answer=OrderOut, gate=ADMINS, errors=(403, 404, 409), is_tagged=True
)
def show_review(order_id: int) -> OrderOut:
    """Show a hidden review again.

    For admins. Its rating counts again. An order that nobody has rated is a 409. Showing what is not hidden changes
    nothing and is a 200.
    """
    services.show_review(order_id, by=account())
    return order_after(order_id)
