"""What a person may do with an order now, and why not the rest: the same questions that the services ask."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.accounts.models import Account
from marketplace.orders import policies
from marketplace.orders.errors import WHAT_HAPPENED, AlreadyAnswered, AlreadyRated, NotRatedYet, ReviewHidden
from marketplace.orders.models import Order
from marketplace.orders.states import Act, Status


@dataclass(frozen=True)
class Action:
    """A button, or the reason why there is none."""

    act: Act
    label: str
    url: str
    style: str
    refusal: str | None


LOOKS = {
    Act.TAKE: (_l("Take the order"), "orders.order_take", "primary"),
    Act.COMPLETE: (_l("Mark as completed"), "orders.order_complete", "primary"),
    Act.RATE: (_l("Rate the work"), "orders.order_rate", "primary"),
    Act.ANSWER: (_l("Answer the review"), "orders.review_answer", "primary"),
    Act.EDIT: (_l("Edit"), "orders.order_edit", "outline-secondary"),
    Act.WITHDRAW: (_l("Withdraw"), "orders.order_withdraw", "outline-secondary"),
    Act.CANCEL: (_l("Cancel the order"), "orders.order_cancel", "outline-danger"),
}
"""For each act: its label, its page and the style of its button, the main ones first."""


def actions_for(order: Order, user: Account | None) -> list[Action]:
    """All acts in the order of LOOKS, each possible one with refusal None."""
    return [
        Action(act, str(label), url_for(endpoint, order_id=order.id), style, refusal_of(act, order, user))
        for act, (label, endpoint, style) in LOOKS.items()
    ]


def allowed_actions(order: Order, user: Account | None) -> list[Action]:
    """The acts that would succeed now."""
    return [action for action in actions_for(order, user) if action.refusal is None]


def refusal_of(act: Act, order: Order, user: Account | None) -> str | None:
    """Why `user` cannot do `act` now, in their language; None when they can."""
    words = policies.refusal(act, user, order)
    if words is None:
        words = _too_early_or_late(act, order)
    return None if words is None else _(words)


def _too_early_or_late(act: Act, order: Order) -> str | None:
    if not order.can(act):
        return WHAT_HAPPENED[Status(order.status)]
    if act is Act.RATE and order.review is not None:
        return AlreadyRated.message
    if act is Act.ANSWER:
        if order.review is None:
            return NotRatedYet.message
        if order.review.hidden_at is not None:
            return ReviewHidden.message
        if order.review.answer is not None:
            return AlreadyAnswered.message
    return None
