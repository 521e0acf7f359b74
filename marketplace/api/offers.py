"""Offers, by program: sent, compared, decided on, each by the service and the policy of its page."""

from __future__ import annotations

from flask import current_app

from marketplace.accounts.errors import NoSuchAccount
from marketplace.accounts.models import Account
from marketplace.accounts.queries import get_account
from marketplace.accounts.states import Role
from marketplace.api.lines import line_product, viewed_order
from marketplace.api.orders.showing import person_ref
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.offers import (
    OfferedOrder,
    OfferIn,
    OfferLineOut,
    OfferList,
    OfferOut,
    OfferQuery,
    OfferSummary,
    OfferVersion,
    OrderOfferQuery,
    Word,
)
from marketplace.api.schemas.refs import PerformerRef, average
from marketplace.core.errors import N_, NotAllowed
from marketplace.core.paging import Page
from marketplace.orders import policies, services
from marketplace.orders.errors import NoSuchOffer, NotAPerformer, PriceIsNotTheSum
from marketplace.orders.models import Offer, OfferLine
from marketplace.orders.queries import offer_lists as queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.offer_lists import WholeOffer
from marketplace.orders.queries.offers import OfferSort
from marketplace.orders.services import LineInput, OfferInput
from marketplace.orders.states import Act, OfferAct, OfferStatus
from marketplace.web.guards import Gate
from marketplace.web.programs import API
from marketplace.web.viewer import account

ALL = "/orders/<id:order_id>/offers"
ONE = "/offers/<id:offer_id>"
PERFORMERS = Gate(frozenset({Role.PERFORMER}), N_("Only performers have offers of their own."))
REFUSES = (403, 404, 409)


@operation("GET", ALL, tag="offers", query=OrderOfferQuery, answer=OfferList, errors=(403, 404))
def list_order_offers(order_id: int, query: OrderOfferQuery) -> OfferList:
    """List the offers for an order.

    For the customer and staff the newest version of every performer: first those that can be accepted, in the order of
    `sort`, then what was decided on, the latest first. Performers read their own versions, the newest first, whatever
    `sort` says.
    """
    order, user = viewed_order(order_id), account()
    state = None if query.state is None else OfferStatus(query.state)
    if policies.may_compare_offers(user, order):
        sort = OfferSort(query.sort)
        return offer_list(queries.offers_for_order(order, sort, state, query.cursor, query.limit), user)
    if not policies.may_list_offers(user, order):
        raise NotAllowed(policies.refusal(Act.DECIDE, user, order))
    return offer_list(queries.versions_for_order(order, user, state, query.cursor, query.limit), user)


@operation("POST", ALL, tag="offers", body=OfferIn, answer=OfferOut, status=201, errors=(403, 404), is_tagged=True)
def post_offer(order_id: int, body: OfferIn) -> OfferOut:
    """Send an offer.

    For performers, and for the desk, which names the performer. It takes the place of the live offer that the performer
    has sent before; one that says the same is a 409. An order by quote that is still new waits for offers from then on.
    """
    user = account()
    wanted = OfferInput(
        days=body.days,
        price=body.price,
        message=body.message,
        expires_at=body.valid_until,
        lines=[LineInput(line.quantity, name=line.name, unit_price=line.unit_price) for line in body.lines],
    )
    try:
        performer = _named(order_id, body.performer_id, user)
        offer = services.send_offer(order_id, wanted, by=user, performer=performer, terms=body.terms)
    except NotAPerformer:
        raise NotAPerformer(field="performer_id") from None
    # The page asks for one or the other; a program that sends both means the same by them.
    if body.price is not None and body.price != offer.price:
        raise PriceIsNotTheSum(field="price")
    return shown_offer(offer.id)


@operation("GET", "/offers", tag="offers", query=OfferQuery, answer=OfferList, gate=PERFORMERS, errors=(403,))
def list_offers(query: OfferQuery) -> OfferList:
    """List one's own offers.

    For performers: what they have offered, the newest first, whatever became of the orders. Versions that a newer one
    replaced are told by `versions` of that one.
    """
    user = account()
    state = None if query.state is None else OfferStatus(query.state)
    return offer_list(queries.offers_of_performer(user, state, query.cursor, query.limit), user)


@operation("GET", ONE, tag="offers", answer=OfferOut, errors=(404,), is_tagged=True)
def get_offer(offer_id: int) -> OfferOut:
    """Read an offer.

    An offer is between its performer and the customer; staff sees all. To everybody else it does not exist.
    """
    return shown_offer(offer_id)


@operation("POST", f"{ONE}/accept", tag="offers", answer=OfferOut, errors=REFUSES, is_tagged=True)
def accept_offer(offer_id: int) -> OfferOut:
    """Accept an offer.

    For the customer and the desk, but not for whoever sent it. Its performer has the order, for its price and with its
    lines; the other offers are declined. Of several that are accepted at once exactly one wins, the others are a 409;
    so is the offer of a performer who has as many orders in progress as the site allows.
    """
    services.accept_offer(offer_id, limit=current_app.config["MAX_ORDERS_IN_PROGRESS"], by=account())
    return shown_offer(offer_id)


@operation("POST", f"{ONE}/decline", tag="offers", body=Word, answer=OfferOut, errors=REFUSES, is_tagged=True)
def decline_offer(offer_id: int, body: Word) -> OfferOut:
    """Decline an offer.

    For the customer and the desk. The performer reads the reason, and may send another version.
    """
    services.decline_offer(offer_id, reason=body.reason, by=account())
    return shown_offer(offer_id)


@operation("POST", f"{ONE}/withdraw", tag="offers", body=Word, answer=OfferOut, errors=REFUSES, is_tagged=True)
def withdraw_offer(offer_id: int, body: Word) -> OfferOut:
    """Withdraw an offer.

    For its performer, and for the manager who sent it for them, before anybody has accepted it.
    """
    services.withdraw_offer(offer_id, reason=body.reason, by=account())
    return shown_offer(offer_id)


def shown_offer(offer_id: int) -> OfferOut:
    """The offer as the caller may see it now; raises NoSuchOffer."""
    whole, user = queries.get_whole_offer(offer_id), account()
    if not policies.may_see_offer(user, whole.offer):
        raise NoSuchOffer
    versions = [
        OfferVersion(**row._mapping, links={"self": address(row.id)}) for row in queries.version_rows(whole.offer)
    ]
    return OfferOut(**dict(offer_summary(whole, user)), versions=versions)


def offer_list(page: Page[WholeOffer], user: Account) -> OfferList:
    """A page of offers as `user` sees them, who may see them all."""
    return OfferList(items=[offer_summary(whole, user) for whole in page.items], next_cursor=page.next_cursor)


def offer_summary(whole: WholeOffer, user: Account) -> OfferSummary:
    """What lists show of an offer; asks the database nothing."""
    offer, counters = whole
    order, performer = offer.order, offer.performer
    rating = average(counters.rating)
    return OfferSummary(
        id=offer.id,
        number=offer.number,
        order=OfferedOrder(id=order.id, number=order.number, title=order.title),
        performer=PerformerRef(id=performer.id, name=performer.name, rating=rating, reviews=counters.rating_count),
        author=person_ref(offer.author),
        version=offer.version,
        status=offer.stands,
        price=offer.price,
        days=offer.days,
        message=offer.message,
        lines=[offer_line(line) for line in offer.lines],
        expires_at=offer.expires_at,
        created_at=offer.created_at,
        decided_at=offer.decided_at,
        reason=offer.reason,
        actions=actions(offer, user),
        links=links(offer, user),
    )


def offer_line(line: OfferLine) -> OfferLineOut:
    """A line of the offer, as everybody sees it who sees the offer."""
    return OfferLineOut(
        position=line.position,
        product=line_product(line),
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        unit_price=line.unit_price,
        sum=line.sum,
    )


def actions(offer: Offer, user: Account) -> list[str]:
    """The acts whose buttons `user` would see now."""
    return [act.value for act in OfferAct if policies.offer_refusal(act, user, offer) is None and offer.can(act)]


def links(offer: Offer, user: Account) -> dict[str, str]:
    """Where the offer and its page are, and its order for those who may still read it."""
    found = {"self": address(offer.id), "page": f"/offers/{offer.id}"}
    if policies.may_view(user, offer.order):
        found["order"] = f"{API}/orders/{offer.order_id}"
    return found


def address(offer_id: int) -> str:
    """Where the offer is."""
    return f"{API}/offers/{offer_id}"


def _named(order_id: int, performer_id: int | None, by: Account) -> Account | None:
    """Whom the desk sends the offer for; nobody learns here who exists without being allowed to send any."""
    if performer_id is None:
        return None
    services.refuse(Act.OFFER, orders.get_order(order_id), by=by)
    try:
        return get_account(performer_id)
    except NoSuchAccount:
        if by.role is Role.PERFORMER:
            raise NotAllowed from None
        raise NotAPerformer from None
