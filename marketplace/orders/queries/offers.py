"""Reading offers: one by its id, side by side for whoever decides, somebody's own, and those whose time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, case, exists, func, or_, select, tuple_, type_coerce
from sqlalchemy.orm import aliased, joinedload, selectinload

from marketplace.accounts.models import Account
from marketplace.catalog.models import Product
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, bounded_number, decode_cursor, make_page
from marketplace.orders.errors import NoSuchOffer
from marketplace.orders.models import Offer, OfferLine, Order, OrderEvent, PerformerCounters
from marketplace.orders.states import EventKind, OfferStatus

PAGE_SIZE = 25
SIDE_BY_SIDE = 12
SETTLED_SHOWN = 50


class OfferSort(StrEnum):
    """How offers stand side by side, the best first."""

    PRICE = "price"
    DAYS = "days"
    RATING = "rating"
    NEWEST = "newest"


# Whole numbers that grow from the best to the worst, so that one kind of cursor serves all.
SORT_KEYS: dict[OfferSort, ColumnElement[int]] = {
    OfferSort.PRICE: type_coerce(Offer.price, BigInteger),
    OfferSort.DAYS: type_coerce(Offer.days, BigInteger),
    OfferSort.RATING: -PerformerCounters.rating_x100,
    OfferSort.NEWEST: -Offer.id,
}

OWN_STATES = (
    OfferStatus.SENT,
    OfferStatus.ACCEPTED,
    OfferStatus.DECLINED,
    OfferStatus.WITHDRAWN,
    OfferStatus.EXPIRED,
)
"""What becomes of offers; an older version is told with the newest one."""


@dataclass(frozen=True)
class Summary:
    """The live offers for one order, in three figures; without any, the prices and days are None."""

    count: int
    lowest: Decimal | None
    highest: Decimal | None
    quickest: int | None


def get_offer(offer_id: int) -> Offer:
    """The offer with its order, people and lines; raises NoSuchOffer."""
    offer = db.session.scalar(select(Offer).where(Offer.id == offer_id).options(*_whole()))
    if offer is None:
        raise NoSuchOffer
    return offer


def locked_live(order_id: int) -> Sequence[Offer]:
    """The order's offers that nobody has decided on, in the order of their ids, locked and read afresh."""
    return db.session.scalars(
        select(Offer)
        .where(Offer.order_id == order_id, Offer.status == OfferStatus.SENT)
        .order_by(Offer.id)
        .with_for_update(of=Offer)
        .execution_options(populate_existing=True)
    ).all()


def locked_offer(offer_id: int) -> Offer:
    """The offer, its row locked and read afresh; raises NoSuchOffer."""
    offer = db.session.scalar(
        select(Offer).where(Offer.id == offer_id).with_for_update(of=Offer).execution_options(populate_existing=True)
    )
    if offer is None:
        raise NoSuchOffer
    return offer


def versions(order_id: int, performer_id: int) -> Sequence[Offer]:
    """Every version of the performer's offer for the order, the newest first."""
    return db.session.scalars(
        select(Offer)
        .where(Offer.order_id == order_id, Offer.performer_id == performer_id)
        .options(*_whole())
        .order_by(Offer.version.desc())
    ).all()


def last_accepted(order_id: int) -> Offer | None:
    """The offer on whose terms the order was last given away, whatever became of it."""
    accepted = (
        select(OrderEvent.subject_id)
        .where(
            OrderEvent.order_id == order_id,
            OrderEvent.kind == EventKind.OFFER,
            OrderEvent.detail == OfferStatus.ACCEPTED.value,
        )
        .order_by(OrderEvent.id.desc())
        .limit(1)
    )
    offer_id = db.session.scalar(accepted)
    return None if offer_id is None else locked_offer(offer_id)


def accepted(order: Order) -> Offer | None:
    """The offer on whose terms somebody has the order."""
    return db.session.scalar(
        select(Offer)
        .where(Offer.order_id == order.id, Offer.status == OfferStatus.ACCEPTED)
        .options(joinedload(Offer.performer))
    )


def summary(order: Order) -> Summary:
    """How many offers the customer can choose from, and between what."""
    row = db.session.execute(
        select(func.count(), func.min(Offer.price), func.max(Offer.price), func.min(Offer.days)).where(
            Offer.order_id == order.id, is_live()
        )
    ).one()
    return Summary(*row)


def side_by_side(order: Order, sort: OfferSort, after: str | None = None) -> Page[Row[Offer, PerformerCounters, int]]:
    """One page of the live offers, each as (Offer, PerformerCounters, key), the best first."""
    asked, key = ("offers side by side", order.id, sort), SORT_KEYS[sort]
    query = (
        select(Offer, PerformerCounters, key.label("key"))
        .join(PerformerCounters, PerformerCounters.account_id == Offer.performer_id)
        .where(Offer.order_id == order.id, is_live())
        .options(*_whole())
        .order_by(key, Offer.id)
        .limit(SIDE_BY_SIDE + 1)
    )
    if after:
        value, row_id = decode_cursor(after, asked, bounded_number, bounded_id)
        query = query.where(tuple_(key, Offer.id) > tuple_(value, row_id))
    rows = db.session.execute(query).all()
    return make_page(rows, SIDE_BY_SIDE, after, asked, lambda row: (row.key, row.Offer.id))


def settled(order: Order) -> Sequence[Offer]:
    """The last offers of those performers who have none that is live, the latest first."""
    newer = aliased(Offer)
    has_newer = exists().where(
        newer.order_id == Offer.order_id, newer.performer_id == Offer.performer_id, newer.version > Offer.version
    )
    return db.session.scalars(
        select(Offer)
        .where(Offer.order_id == order.id, ~is_live(), ~has_newer)
        .options(joinedload(Offer.performer))
        .order_by(func.coalesce(Offer.decided_at, Offer.expires_at).desc(), Offer.id.desc())
        .limit(SETTLED_SHOWN)
    ).all()


def own_counts(performer: Account) -> dict[OfferStatus, int]:
    """How many offers of the performer are in each of OWN_STATES."""
    state = stands()
    rows = db.session.execute(select(state, func.count()).where(Offer.performer_id == performer.id).group_by(state))
    counted = {row[0]: row[1] for row in rows}
    return {status: counted.get(status, 0) for status in OWN_STATES}


def own_offers(performer: Account, state: OfferStatus, after: str | None = None) -> Page[Offer]:
    """One page of the performer's offers in `state`, newest first."""
    asked = ("own offers", performer.id, state)
    query = (
        select(Offer)
        .where(Offer.performer_id == performer.id, stands() == state)
        .options(joinedload(Offer.order).joinedload(Order.customer))
        .order_by(Offer.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after:
        (row_id,) = decode_cursor(after, asked, bounded_id)
        query = query.where(Offer.id < row_id)
    return make_page(db.session.scalars(query).all(), PAGE_SIZE, after, asked, lambda offer: (offer.id,))


def orders_with_overdue_offers(moment: datetime, limit: int) -> Sequence[int]:
    """The ids, in their order, of up to `limit` orders that have offers whose time was over at `moment`."""
    return db.session.scalars(
        select(Offer.order_id)
        .where(Offer.status == OfferStatus.SENT, Offer.expires_at <= moment)
        .distinct()
        .order_by(Offer.order_id)
        .limit(limit)
    ).all()


def is_overdue() -> ColumnElement[bool]:
    """SQL of `Offer.is_overdue` among the sent ones."""
    return (Offer.status == OfferStatus.SENT) & (Offer.expires_at <= clock.now())


def is_live() -> ColumnElement[bool]:
    """SQL of `Offer.is_live`."""
    return (Offer.status == OfferStatus.SENT) & or_(Offer.expires_at.is_(None), Offer.expires_at > clock.now())


def stands() -> ColumnElement[OfferStatus]:
    """SQL of `Offer.stands`."""
    return type_coerce(case((is_overdue(), OfferStatus.EXPIRED.value), else_=Offer.status), Offer.status.type)


def _whole() -> tuple[Any, ...]:
    return (
        joinedload(Offer.order).options(joinedload(Order.customer), joinedload(Order.category)),
        joinedload(Offer.performer),
        joinedload(Offer.author),
        selectinload(Offer.lines).joinedload(OfferLine.product).selectinload(Product.pictures),
    )
