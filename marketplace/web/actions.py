"""What a person may do with an order now, and why not the rest: the same questions that the services ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.accounts.models import Account
from marketplace.orders import policies
from marketplace.orders.models import Order
from marketplace.orders.states import MONEY_TRANSITIONS, Act, MoneyState, Status
from marketplace.web.errors import explain


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
    Act.OFFER: (_l("Send an offer"), "orders.offer_new", "primary"),
    Act.DECIDE: (_l("Compare the offers"), "orders.offer_list", "primary"),
    Act.EDIT: (_l("Edit"), "orders.order_edit", "outline-secondary"),
    Act.REQUEST_QUOTE: (_l("Ask for offers"), "orders.order_request_quote", "outline-secondary"),
    Act.ASSIGN: (_l("Assign a manager"), "orders.order_assign", "outline-secondary"),
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
    if words is not None:
        return _(words)
    obstacle = order.obstacle(act)
    return None if obstacle is None else explain(obstacle)


def money_steps(order: Order, user: Account | None) -> list[MoneyState]:
    """The states of the money that `user` may note now, the steps on before the steps back."""
    if policies.refusal(Act.SET_MONEY, user, order) is not None or not order.can(Act.SET_MONEY):
        return []
    return sorted(MONEY_TRANSITIONS[order.money_state], key=list(MoneyState).index, reverse=True)


STATUS_STEPS: dict[Status, Act] = {
    Status.QUOTING: Act.REQUEST_QUOTE,
    Status.COMPLETED: Act.COMPLETE,
    Status.CANCELLED: Act.CANCEL,
}
"""The states that somebody chooses by name, with the act that leads there; the others come with other acts."""


class Targets(NamedTuple):
    """The states that an order, and its money, can be given now."""

    statuses: list[Status]
    money_states: list[MoneyState]


def possible_targets(order: Order, user: Account | None) -> Targets:
    """What `user` could choose now and would not be refused."""
    statuses = [
        status
        for status, act in STATUS_STEPS.items()
        if order.can_become(status) and order.can(act) and policies.may(act, user, order)
    ]
    return Targets(statuses, money_steps(order, user))
