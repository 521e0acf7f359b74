"""What becomes of offers when their order goes its way: the others are declined, the one that won may be given back."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders.models import Line, Offer, OfferLine, Order
from marketplace.orders.queries import offers as queries
from marketplace.orders.queries.lines import present_lines
from marketplace.orders.services.lines import content, replace_lines
from marketplace.orders.states import OfferStatus, Pricing


def close_offers(order: Order, *, by: Account) -> None:
    """Ends the live offers of an order that nobody needs any more; the caller holds and has moved the order."""
    end_offers(queries.locked_live(order.id), by=by)
    db.session.flush()


def end_offers(live: Sequence[Offer], *, by: Account) -> None:
    """Declines them without a word, since none was about them; those past their time have expired."""
    for offer in live:
        if offer.is_overdue:
            offer.decide(OfferStatus.EXPIRED, by=None)
        else:
            offer.decide(OfferStatus.DECLINED, by=by)


def keep_replaced(offer: Offer, present: Sequence[Line]) -> None:
    """Puts the order's `present` lines away with the offer whose lines come in their place."""
    for place, line in enumerate(present, start=1):
        db.session.add(OfferLine(offer_id=offer.id, position=-place, **vars(content(line))))


def release_offer(order: Order, *, by: Account, restore: bool) -> None:
    """The offer that won the order is withdrawn; the caller holds and has moved the order.

    With `restore` the order gets its price and its lines back: what somebody offered is not for the next ones to read.
    """
    won = queries.last_accepted(order.id) if order.pricing is Pricing.QUOTE else None
    if won is None:
        return
    if won.status is OfferStatus.ACCEPTED:
        won.decide(OfferStatus.WITHDRAWN, by=by)
    if restore:
        order.price = won.replaced_price
        db.session.flush()
        if won.lines:
            replace_lines(order, present_lines(order), [content(line) for line in won.replaced_lines])
    db.session.flush()
