"""Rating completed work, once, and answering, once."""

from __future__ import annotations

from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import N_, Invalid
from marketplace.core.text import tidy
from marketplace.orders.errors import NotRatedYet
from marketplace.orders.models import Review
from marketplace.orders.queries import orders as queries
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.states import MAX_RATING, MIN_RATING, Act, EventKind


def rate_order(order_id: int, *, rating: int, text: str, by: Account) -> Review:
    """The customer's review of completed work, from 1 to 10; the lock on the order makes it the only one."""
    order = locked_for(Act.RATE, order_id, by)
    if not MIN_RATING <= rating <= MAX_RATING:
        raise Invalid(N_("Rate from 1 to 10."), field="rating")
    review = Review(
        order_id=order.id,
        customer_id=order.customer_id,
        performer_id=order.performer_id,
        rating=rating,
        text=tidy(text),
    )
    db.session.add(review)
    order.record(EventKind.REVIEW, by=by, performer_id=order.performer_id, detail="rated")
    db.session.flush()
    return review


def answer_review(order_id: int, *, answer: str, by: Account) -> Review:
    """The performer's one answer to the review."""
    order = locked_for(Act.ANSWER, order_id, by)
    review = queries.locked_review(order.id)
    if review is None:
        raise NotRatedYet
    review.answer = tidy(answer)
    review.answered_at = clock.now()
    order.record(EventKind.REVIEW, by=by, performer_id=order.performer_id, detail="answered")
    db.session.flush()
    return review
