"""What is done with an order: each act asks the same service, and so the same policies, as its button on the page."""

from __future__ import annotations

from flask import current_app

from marketplace.api.orders.showing import MONEY_STEPS, order_after
from marketplace.api.protocol.operations import operation
from marketplace.api.protocol.renaming import renamed
from marketplace.api.schemas.orders import Assign, MoneyStep, OrderOut, Rating, Reason, ReviewAnswer, Take
from marketplace.orders import services
from marketplace.orders.errors import IllegalMoneyStep
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.states import Act, MoneyState
from marketplace.web.viewer import account

REFUSES = (403, 404, 409)


@operation(
    "POST",
    "/orders/<id:order_id>/take",
    tag="acts",
    body=Take,
    answer=OrderOut,
    errors=REFUSES,
    is_tagged=True,
)
def take_order(order_id: int, body: Take) -> OrderOut:
    """Take an order.

    The caller becomes its performer. Of several who try at once exactly one succeeds, the others get a 409; so does
    whoever has as many orders in progress as the site allows.
    """
    limit = current_app.config["MAX_ORDERS_IN_PROGRESS"]
    services.take_order(order_id, limit=limit, by=account(), terms=body.terms)
    return order_after(order_id)


@operation(
    "POST",
    "/orders/<id:order_id>/withdraw",
    tag="acts",
    body=Reason,
    answer=OrderOut,
    errors=REFUSES,
    is_tagged=True,
)
def withdraw_order(order_id: int, body: Reason) -> OrderOut:
    """Give an order back to the board.

    For its performer. The customer reads the reason.
    """
    services.withdraw_order(order_id, reason=body.reason, by=account())
    return order_after(order_id)


@operation("POST", "/orders/<id:order_id>/complete", tag="acts", answer=OrderOut, errors=REFUSES, is_tagged=True)
def complete_order(order_id: int) -> OrderOut:
    """Say that the work is done.

    For its performer, and for the desk.
    """
    services.complete_order(order_id, by=account())
    return order_after(order_id)


@operation(
    "POST",
    "/orders/<id:order_id>/cancel",
    tag="acts",
    body=Reason,
    answer=OrderOut,
    errors=REFUSES,
    is_tagged=True,
)
def cancel_order(order_id: int, body: Reason) -> OrderOut:
    """Cancel an order.

    For its customer, and for the desk, as long as the work is not completed. Offers for it are declined.
    """
    services.cancel_order(order_id, reason=body.reason, by=account())
    return order_after(order_id)


@operation(
    "POST",
    "/orders/<id:order_id>/rate",
    tag="acts",
    body=Rating,
    answer=OrderOut,
    errors=REFUSES,
    is_tagged=True,
)
def rate_order(order_id: int, body: Rating) -> OrderOut:
    """Rate completed work.

    For its customer, once.
    """
    services.rate_order(order_id, rating=body.rating, text=body.text, by=account())
    return order_after(order_id)


@operation(
    "POST",
    "/orders/<id:order_id>/answer",
    tag="acts",
    body=ReviewAnswer,
    answer=OrderOut,
    errors=REFUSES,
    is_tagged=True,
)
def answer_review(order_id: int, body: ReviewAnswer) -> OrderOut:
    """Answer a review.

    For the performer, once.
    """
    services.answer_review(order_id, answer=body.answer, by=account())
    return order_after(order_id)


@operation("POST", "/orders/<id:order_id>/request-quote", tag="acts", answer=OrderOut, errors=REFUSES, is_tagged=True)
def request_quote(order_id: int) -> OrderOut:
    """Ask performers for offers.

    For the customer and for the desk. Nobody can take the order as it is any more, and it does not become one with a
    fixed price again; a price that it has is what the customer has in mind.
    """
    services.request_quote(order_id, by=account())
    return order_after(order_id)


@operation(
    "POST",
    "/orders/<id:order_id>/assign",
    tag="acts",
    body=Assign,
    answer=OrderOut,
    errors=REFUSES,
    is_tagged=True,
)
def assign_manager(order_id: int, body: Assign) -> OrderOut:
    """Say who looks after an order.

    For the desk. Whoever is no active manager or admin is a 422.
    """
    with renamed(manager="manager_id"):
        services.assign_manager(order_id, manager_id=body.manager_id, by=account())
    return order_after(order_id)


@operation("POST", "/orders/<id:order_id>/pay", tag="acts", answer=OrderOut, errors=REFUSES, is_tagged=True)
def pay_order(order_id: int) -> OrderOut:
    """Note that an order is paid.

    For the desk.
    """
    return _step_on(order_id, MoneyState.PAID)


@operation("POST", "/orders/<id:order_id>/ready", tag="acts", answer=OrderOut, errors=REFUSES, is_tagged=True)
def ready_order(order_id: int) -> OrderOut:
    """Note that an order is ready for delivery.

    For the desk.
    """
    return _step_on(order_id, MoneyState.READY_FOR_DELIVERY)


@operation("POST", "/orders/<id:order_id>/deliver", tag="acts", answer=OrderOut, errors=REFUSES, is_tagged=True)
def deliver_order(order_id: int) -> OrderOut:
    """Note that an order was handed over.

    For the desk. What was handed over stays so.
    """
    return _step_on(order_id, MoneyState.DELIVERED)


@operation(
    "POST",
    "/orders/<id:order_id>/money",
    tag="acts",
    body=MoneyStep,
    answer=OrderOut,
    errors=REFUSES,
    is_tagged=True,
)
def set_money(order_id: int, body: MoneyStep) -> OrderOut:
    """Note a step of the money, on or back.

    For the desk. One step back mends a slip of the hand.
    """
    services.set_money(order_id, state=body.state, by=account())
    return order_after(order_id)


def _step_on(order_id: int, state: MoneyState) -> OrderOut:
    """A step on, never back: who says "paid" a second time does not mean that the goods are not ready after all."""
    order = locked_for(Act.SET_MONEY, order_id, account())
    if state not in MONEY_STEPS[order.money_state]:
        raise IllegalMoneyStep(order.money_state)
    services.set_money(order_id, state=state, by=account())
    return order_after(order_id)
