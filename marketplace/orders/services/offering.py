"""Offers: sent, accepted, declined, withdrawn, expired. Whoever acts locks people, then the order, then its offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from marketplace.accounts import queries as people
from marketplace.accounts.models import Account
from marketplace.accounts.queries import locked_account, locked_accounts
from marketplace.accounts.states import Role
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.core.money import MAX_AMOUNT
from marketplace.core.text import tidy
from marketplace.orders import policies
from marketplace.orders.errors import (
    DaysOutOfRange,
    ExpiresInThePast,
    ExpiresTooFar,
    MessageTooLong,
    NoSuchOffer,
    NotAPerformer,
    NothingChanged,
    PerformerBusy,
    PriceNotGiven,
    TermsChangedBeforeOffer,
    TooManyVersions,
)
from marketplace.orders.models import MAX_DAYS, MESSAGE_LENGTH, Line, Offer, OfferLine, Order
from marketplace.orders.queries import offers as queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import present_lines
from marketplace.orders.services.dealing import refuse
from marketplace.orders.services.lines import Frozen, LineInput, content, freeze, replace_lines
from marketplace.orders.services.settling import end_offers, keep_replaced
from marketplace.orders.states import Act, OfferAct, OfferStatus, Status

MAX_VERSIONS = 50
EXPIRED_AT_ONCE = 100
LATEST_VALIDITY = timedelta(days=5 * 365 + 2)
"""The longest that five years can be; the page, which counts in days of wherever somebody lives, takes less."""


@dataclass(frozen=True)
class OfferInput:
    """What somebody offers. With `lines` the price is their sum and `price` is not asked."""

    days: int
    price: Decimal | None = None
    message: str = ""
    expires_at: datetime | None = None
    lines: Sequence[LineInput] = ()


def send_offer(
    order_id: int, wanted: OfferInput, *, by: Account, performer: Account | None = None, terms: str | None = None
) -> Offer:
    """The performer's offer, in the place of their live one if there is one.

    Performers offer for themselves; the desk names an active `performer`. `terms` are the `Order.terms` that `by` was
    shown. An order that is still new waits for offers from then on, and has one at once.
    """
    doer_id = by.id if performer is None else performer.id
    people = {account.id: account for account in locked_accounts([by.id, doer_id])}
    by, doer = people[by.id], people[doer_id]
    order = orders.locked(order_id)
    refuse(Act.OFFER, order, by=by)
    if by.role is Role.PERFORMER and doer.id != by.id:
        raise NotAllowed
    if not doer.has_page or doer.id == order.customer_id:
        raise NotAPerformer(field="performer")
    if terms is not None and terms != order.terms:
        raise TermsChangedBeforeOffer
    before = queries.versions(order.id, doer.id)
    offer = _written(order, doer, by, wanted, before)
    if order.status is Status.NEW:
        order.request_quote(by=by)
        db.session.flush()
    _supersede(order, doer)
    db.session.add(offer)
    db.session.flush()
    return offer


def accept_offer(offer_id: int, *, limit: int, by: Account) -> Offer:
    """Its performer has the order, on the terms of this version; every other live offer is declined.

    The performer holds at most `limit` orders at a time, counted under a lock on the person.
    """
    seen = _seen(offer_id, by)
    performer = locked_account(seen.performer_id)
    offer = _locked_for(OfferAct.ACCEPT, seen, by)
    if orders.in_progress_count(performer) >= limit:
        raise PerformerBusy(limit=limit)
    order, others = offer.order, [other for other in queries.locked_live(offer.order_id) if other.id != offer.id]
    offer.replaced_price, order.price = order.price, offer.price
    order.take(performer, by=by)
    db.session.flush()
    if offer.lines:
        present = present_lines(order)
        keep_replaced(offer, present)
        replace_lines(order, present, [content(line) for line in offer.lines])
    offer.decide(OfferStatus.ACCEPTED, by=by)
    end_offers(others, by=by)
    db.session.flush()
    db.session.refresh(order, ["total", "updated_at"])
    return offer


def decline_offer(offer_id: int, *, reason: str, by: Account) -> Offer:
    """Not this one; its performer reads why and may send another version."""
    return _decided(OfferAct.DECLINE, offer_id, OfferStatus.DECLINED, reason, by)


def withdraw_offer(offer_id: int, *, reason: str = "", by: Account) -> Offer:
    """The performer, or whoever sent it for them, takes it back."""
    return _decided(OfferAct.WITHDRAW, offer_id, OfferStatus.WITHDRAWN, reason, by)


def refuse_offer(act: OfferAct, offer: Offer, *, by: Account) -> None:
    """Raises NoSuchOffer, NotAllowed or what `Offer.obstacle` says, as the act itself would; pages ask it too."""
    if not policies.may_see_offer(by, offer):
        raise NoSuchOffer
    words = policies.offer_refusal(act, by, offer)
    if words is not None:
        raise NotAllowed(words)
    obstacle = offer.obstacle(act)
    if obstacle is not None:
        raise obstacle


def expire_offers(limit: int = EXPIRED_AT_ONCE) -> int:
    """Notes that the time of offers is over, for up to `limit` orders; returns how many offers it noted.

    Everything is locked before anything is written, orders by their ids: nobody waits for it in a ring.
    """
    order_ids = queries.orders_with_overdue_offers(clock.now(), limit)
    held = [orders.locked(order_id) for order_id in order_ids]
    overdue = [offer for order in held for offer in queries.locked_live(order.id) if offer.is_overdue]
    for offer in overdue:
        offer.decide(OfferStatus.EXPIRED, by=None)
    db.session.flush()
    return len(overdue)


def _seen(offer_id: int, by: Account) -> Offer:
    offer = queries.get_offer(offer_id)
    if not policies.may_see_offer(by, offer):
        raise NoSuchOffer
    return offer


def _locked_for(act: OfferAct, seen: Offer, by: Account) -> Offer:
    """The locked offer of a locked order, once it is clear that `by` may do `act` to it and that this is possible."""
    orders.locked(seen.order_id)
    offer = queries.locked_offer(seen.id)
    people.read_again(by)
    refuse_offer(act, offer, by=by)
    return offer


def _decided(act: OfferAct, offer_id: int, status: OfferStatus, reason: str, by: Account) -> Offer:
    offer = _locked_for(act, _seen(offer_id, by), by)
    offer.decide(status, by=by, reason=tidy(reason))
    db.session.flush()
    return offer


def _written(order: Order, doer: Account, by: Account, wanted: OfferInput, before: Sequence[Offer]) -> Offer:
    """The next version, checked; not in the session yet."""
    if len(before) >= MAX_VERSIONS:
        raise TooManyVersions(limit=MAX_VERSIONS)
    message = tidy(wanted.message)
    if not 1 <= wanted.days <= MAX_DAYS:
        raise DaysOutOfRange(limit=MAX_DAYS, field="days")
    if len(message) > MESSAGE_LENGTH:
        raise MessageTooLong(limit=MESSAGE_LENGTH, field="message")
    if wanted.expires_at is not None and wanted.expires_at <= clock.now():
        raise ExpiresInThePast(field="valid_until")
    if wanted.expires_at is not None and wanted.expires_at > clock.now() + LATEST_VALIDITY:
        raise ExpiresTooFar(field="valid_until")
    lines = _with_products(freeze(wanted.lines), [*(before[0].lines if before else ()), *orders.lines(order)])
    price = sum((line.worth for line in lines), Decimal(0)) if lines else wanted.price
    if price is None or not 0 < price <= MAX_AMOUNT:
        raise PriceNotGiven(field="lines" if lines else "price")
    said = (price, wanted.days, message, wanted.expires_at, lines)
    if before and before[0].is_live and _said(before[0]) == said:
        raise NothingChanged
    return Offer(
        order_id=order.id,
        performer_id=doer.id,
        author_id=by.id,
        version=len(before) + 1,
        price=price,
        days=wanted.days,
        message=message,
        expires_at=wanted.expires_at,
        lines=[OfferLine(position=place, **vars(line)) for place, line in enumerate(lines, start=1)],
    )


def _said(offer: Offer) -> tuple[object, ...]:
    return (offer.price, offer.days, offer.message, offer.expires_at, [content(line) for line in offer.lines])


def _with_products(lines: Sequence[Frozen], known: Sequence[Line]) -> list[Frozen]:
    """A line that is called like one of the order, or of the last version, is about the same product."""
    by_name: dict[str, Line] = {}
    for line in known:
        by_name.setdefault(line.name, line)
    return [
        replace(line, product_id=by_name[line.name].product_id, unit=by_name[line.name].unit)
        if line.name in by_name
        else line
        for line in lines
    ]


def _supersede(order: Order, doer: Account) -> None:
    # A flush of its own: the index allows one live offer of each performer at every moment.
    for live in queries.locked_live(order.id):
        if live.performer_id == doer.id:
            live.supersede()
    db.session.flush()
