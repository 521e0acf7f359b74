"""Lists of offers for programs: all for one order, one performer's versions, a performer's own, one offer whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Row, Select, case, cast, exists, func, select, tuple_
from sqlalchemy.orm import aliased, joinedload, selectinload

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.paging import Asked, Page, bounded_id, bounded_number, decode_cursor, make_page
from marketplace.orders.errors import NoSuchOffer
from marketplace.orders.models import Offer, OfferLine, Order, PerformerCounters
from marketplace.orders.queries.offers import OWN_STATES, SORT_KEYS, OfferSort, is_live, stands
from marketplace.orders.states import OfferStatus

MICROSECONDS = 1_000_000


class WholeOffer(NamedTuple):
    """An offer with its order, people and lines, and the numbers of its performer."""

    offer: Offer
    counters: PerformerCounters


def offers_for_order(
    order: Order, sort: OfferSort, state: OfferStatus | None, after: str | None, size: int
) -> Page[WholeOffer]:
    """One page of the newest version of every performer: the live ones as `sort` says, then the last decided first."""
    asked = ("offers", order.id, sort, state)
    newer = aliased(Offer)
    has_newer = exists().where(
        newer.order_id == Offer.order_id, newer.performer_id == Offer.performer_id, newer.version > Offer.version
    )
    live, decided_at = is_live(), func.coalesce(Offer.decided_at, Offer.expires_at)
    # Numbers that grow from the first to the last, so that one comparison says what comes after.
    keys: tuple[ColumnElement[int], ...] = (
        case((live, 0), else_=1),
        case((live, SORT_KEYS[sort]), else_=-cast(func.extract("epoch", decided_at) * MICROSECONDS, BigInteger)),
        case((live, Offer.id), else_=-Offer.id),
    )
    query = _whole_offers(keys).where(Offer.order_id == order.id, ~has_newer).order_by(*keys)
    if after:
        values = decode_cursor(after, asked, bounded_number, bounded_number, bounded_number)
        query = query.where(tuple_(*keys) > tuple_(*values))
    return _page(query, state, asked, after, size, len(keys))


def versions_for_order(
    order: Order, performer: Account, state: OfferStatus | None, after: str | None, size: int
) -> Page[WholeOffer]:
    """One page of the performer's own versions, the newest first."""
    asked = ("versions", order.id, performer.id, state)
    own = Offer.order_id == order.id, Offer.performer_id == performer.id
    return _newest_first(_whole_offers((Offer.id,)).where(*own), state, asked, after, size)


def offers_of_performer(
    performer: Account, state: OfferStatus | None, after: str | None, size: int
) -> Page[WholeOffer]:
    """One page of what the performer has offered, the newest first; an older version is told with the newest one."""
    asked = ("offers of", performer.id, state)
    query = _whole_offers((Offer.id,)).where(Offer.performer_id == performer.id)
    return _newest_first(query.where(stands().in_(OWN_STATES)), state, asked, after, size)


def get_whole_offer(offer_id: int) -> WholeOffer:
    """The offer, as its lists have it; raises NoSuchOffer."""
    row = db.session.execute(_whole_offers(()).where(Offer.id == offer_id)).first()
    if row is None:
        raise NoSuchOffer
    return WholeOffer(*row)


def version_rows(offer: Offer) -> Sequence[Row[Any]]:
    """What there is to say of every version of the performer's offer, the newest first."""
    shown: tuple[Any, ...] = (
        Offer.id,
        Offer.version,
        stands().label("status"),
        Offer.price,
        Offer.days,
        Offer.created_at,
    )
    return db.session.execute(
        select(*shown)
        .where(Offer.order_id == offer.order_id, Offer.performer_id == offer.performer_id)
        .order_by(Offer.version.desc())
    ).all()


def _whole_offers(keys: Sequence[Any]) -> Select[Any]:
    return (
        select(Offer, PerformerCounters, *keys)
        .join(PerformerCounters, PerformerCounters.account_id == Offer.performer_id)
        .options(
            joinedload(Offer.order),
            joinedload(Offer.performer),
            joinedload(Offer.author),
            selectinload(Offer.lines).joinedload(OfferLine.product),
        )
    )


def _newest_first(
    query: Select[Any], state: OfferStatus | None, asked: Asked, after: str | None, size: int
) -> Page[WholeOffer]:
    if after:
        query = query.where(Offer.id < decode_cursor(after, asked, bounded_id)[0])
    return _page(query.order_by(Offer.id.desc()), state, asked, after, size, 1)


def _page(
    query: Select[Any], state: OfferStatus | None, asked: Asked, after: str | None, size: int, keys: int
) -> Page[WholeOffer]:
    if state is not None:
        query = query.where(stands() == state)
    rows = db.session.execute(query.limit(size + 1)).all()
    page = make_page(rows, size, after, asked, lambda row: tuple(row[-keys:]))
    return Page([WholeOffer(row[0], row[1]) for row in page.items], page.next_cursor, page.is_first)
