"""The parts of deals acted out through the services: desk, money, offers and talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from marketplace.accounts.models import Account
from marketplace.orders import services as orders
from marketplace.orders.services import LineInput, OfferInput
from marketplace.orders.services.talking import comment_on_order
from marketplace.orders.states import OfferStatus
from seed.acts import Act, Decision
from seed.calendar import moment, waking
from seed.deals import Assignment, Bid, Item, Payment, Remark
from seed.shelf import Good, picked


class Trade:
    """Does what people of one town do in deals, with the goods that are on the shelf."""

    def __init__(self, people: Mapping[int, Account], goods: Sequence[Good], limit: int) -> None:
        self._people = people
        self._limit = limit
        self._goods = goods
        self._offers: dict[int, int] = {}

    def act(self, act: Act) -> None:
        """Does the part of a deal that the act is; anything else is none of its business."""
        match act.part:
            case Assignment(_, manager, actor):
                orders.assign_manager(act.order_id, manager_id=self._people[manager].id, by=self._people[actor])
            case Payment(_, state, actor):
                orders.set_money(act.order_id, state=state, by=self._people[actor])
            case Bid() as bid:
                wanted = OfferInput(
                    days=bid.days,
                    price=Decimal(bid.price),
                    message=bid.message,
                    expires_at=_moment(bid.expires),
                    lines=self.lines(bid.items),
                )
                offer = orders.send_offer(act.order_id, wanted, by=self._people[bid.performer])
                self._offers[id(bid)] = offer.id
            case Decision(bid):
                self._decide(bid)
            case Remark(_, author, text):
                comment_on_order(act.order_id, text=text, by=self._people[author])

    def accept(self, act: Act) -> None:
        """The customer of the order accepts the offer that wins it."""
        bid = next(bid for bid in act.story.deal.bids if bid.outcome is OfferStatus.ACCEPTED)
        orders.accept_offer(self._offers[id(bid)], limit=self._limit, by=self._people[act.story.customer])

    def lines(self, items: Sequence[Item]) -> list[LineInput]:
        """The lines as the composer of orders asks for them."""
        return [
            LineInput(item.quantity, name=item.name, unit_price=Decimal(item.price))
            if item.pick is None
            else LineInput(item.quantity, product_id=picked(self._goods, item.pick).id)
            for item in items
        ]

    def _decide(self, bid: Bid) -> None:
        if bid.decider is None:
            # Whatever else is over by now was so when the house looked the last time.
            orders.expire_offers()
            return
        end = orders.decline_offer if bid.outcome is OfferStatus.DECLINED else orders.withdraw_offer
        end(self._offers[id(bid)], reason=bid.reason, by=self._people[bid.decider])


def _moment(planned: int | None) -> datetime | None:
    return None if planned is None else moment(waking(planned))
