"""One order as the caller may see it."""

from __future__ import annotations

from flask import current_app

from marketplace.accounts.models import Account
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.orders import OrderOut, Partner, ReviewOut
from marketplace.api.schemas.refs import CategoryRef, PerformerRef, PersonRef, average
from marketplace.catalog.models import Category, category_name
from marketplace.orders import policies
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Order, Review
from marketplace.orders.queries.one_order import WholeOrder, people_of, whole_order
from marketplace.orders.states import MONEY_TRANSITIONS, Act, MoneyState, Status
from marketplace.web.guards import PUBLIC
from marketplace.web.language import select_locale
from marketplace.web.programs import API
from marketplace.web.viewer import viewer

NAMES = {
    Act.REQUEST_QUOTE: "request-quote",
    Act.OFFER: "offers",
    Act.COMMENT: "comments",
    Act.ATTACH: "attachments",
}
"""Acts whose operation has an address that does not end with their name."""

NOT_AN_OPERATION = {Act.DECIDE, Act.SET_MONEY}
"""Decided is on offers; the steps of the money have operations of their own."""

MONEY_STEPS = {
    MoneyState.UNPAID: {MoneyState.PAID: "pay"},
    MoneyState.PAID: {MoneyState.READY_FOR_DELIVERY: "ready"},
    MoneyState.READY_FOR_DELIVERY: {MoneyState.DELIVERED: "deliver"},
    MoneyState.DELIVERED: {},
}
"""The steps on, by the names of their operations; `money` takes the steps back too."""

PARTS: dict[str, policies.Predicate] = {
    "lines": policies.may_view,
    "offers": policies.may_list_offers,
    "comments": policies.may_see_talk,
    "attachments": policies.may_see_talk,
    "events": policies.may_see_history,
}
"""What belongs to an order, each with the predicate that its operation asks."""


@operation("GET", "/orders/<id:order_id>", tag="orders", answer=OrderOut, gate=PUBLIC, errors=(404,), is_tagged=True)
def get_order(order_id: int) -> OrderOut:
    """Read an order.

    Orders on the board are everybody's to read. The others are for their people and for staff; to everybody else they
    do not exist. What the caller may not see is null, and `links` lead only to what they may read.
    """
    return shown_order(order_id)


def shown_order(order_id: int) -> OrderOut:
    """The order as the caller may see it now; raises NoSuchOrder."""
    whole = whole_order(order_id)
    if not policies.may_view(viewer(), whole.order):
        raise NoSuchOrder
    return order_out(whole)


def order_after(order_id: int) -> OrderOut:
    """The answer to an act that the caller has just done.

    Not refused, even where the act has ended what they may see (who gives back an order that is hidden): then it is
    what a stranger at the board sees, which is no more than they knew a moment before.
    """
    return order_out(whole_order(order_id))


def order_out(whole: WholeOrder) -> OrderOut:
    """The order with all that the caller may see of it."""
    order, user = whole.order, viewer()
    sees_all = policies.may_see_history(user, order)
    has_scribe = sees_all and order.author_id != order.customer_id
    return OrderOut(
        id=order.id,
        number=order.number,
        title=order.title,
        description=order.description,
        category=_category(whole),
        status=order.status,
        pricing=order.pricing,
        money_state=order.money_state if sees_all else None,
        price=order.price,
        total=order.total,
        currency=current_app.config["CURRENCY"],
        deadline=order.deadline,
        customer=PersonRef(id=order.customer_id, name=whole.customer),
        author=PersonRef(id=order.author_id, name=whole.author) if has_scribe else None,
        manager=named(order.manager_id, whole.manager) if sees_all else None,
        performer=_performer(whole),
        is_hidden=order.hidden_at is not None,
        terms=order.terms,
        lines_count=order.lines_count,
        # Others have none, and need not be asked for it.
        review=review_out(order.review, user) if order.status is Status.COMPLETED else None,
        contacts=contacts(order, user),
        created_at=order.created_at,
        updated_at=order.updated_at,
        taken_at=order.taken_at,
        completed_at=order.completed_at,
        cancelled_at=order.cancelled_at,
        paid_at=order.paid_at if sees_all else None,
        ready_at=order.ready_at if sees_all else None,
        delivered_at=order.delivered_at if sees_all else None,
        actions=actions(order, user),
        links=links(order, user),
    )


def actions(order: Order, user: Account | None) -> list[str]:
    """The acts that would not be refused now, by the names of their operations."""
    if user is None:
        return []
    possible = [act for act in Act if policies.may(act, user, order) and order.can(act)]
    names = [NAMES.get(act, act.value) for act in possible if act not in NOT_AN_OPERATION]
    if Act.SET_MONEY in possible:
        names += [*MONEY_STEPS[order.money_state].values()]
        names += ["money"] if MONEY_TRANSITIONS[order.money_state] else []
    return names + (switches(order) if policies.may_moderate(user) else [])


def switches(order: Order) -> list[str]:
    """What moderators hide or show again, each in the one direction that changes something."""
    names = ["hide" if order.hidden_at is None else "show"]
    if order.review is not None:
        names.append("review/hide" if order.review.hidden_at is None else "review/show")
    return names


def links(order: Order, user: Account | None) -> dict[str, str]:
    """Where the order, what belongs to it, and its page are: as far as `user` may read them."""
    if not policies.may_view(user, order):
        return {}
    own = f"{API}/orders/{order.id}"
    parts = [part for part, is_shown in PARTS.items() if is_shown(user, order)]
    return {"self": own, "page": f"/orders/{order.id}", **{part: f"{own}/{part}" for part in parts}}


def person_ref(person: Account) -> PersonRef:
    """Somebody, by name."""
    return PersonRef(id=person.id, name=person.name)


def named(account_id: int | None, name: str | None) -> PersonRef | None:
    """Somebody whose name was read with the order; None for nobody."""
    return None if account_id is None or name is None else PersonRef(id=account_id, name=name)


def _performer(whole: WholeOrder) -> PerformerRef | None:
    account_id, name = whole.order.performer_id, whole.performer
    if account_id is None or name is None:
        return None
    rating = average(whole.rating)
    return PerformerRef(id=account_id, name=name, rating=rating, reviews=whole.rated[1] if whole.rated else 0)


def _category(whole: WholeOrder) -> CategoryRef:
    slug, name_ru, name_en = whole.category
    return CategoryRef(id=whole.order.category_id, slug=slug, name=category_name(name_ru, name_en, select_locale()))


def category_ref(category: Category) -> CategoryRef:
    """The category, in the language of the caller."""
    return CategoryRef(id=category.id, slug=category.slug, name=category.name_in(select_locale()))


def review_out(review: Review | None, user: Account | None) -> ReviewOut | None:
    """The review, unless it is hidden from the caller."""
    if review is None or (review.hidden_at is not None and not (user is not None and user.is_staff)):
        return None
    return ReviewOut(
        rating=review.rating,
        text=review.text,
        answer=review.answer,
        is_hidden=review.hidden_at is not None,
        created_at=review.created_at,
        answered_at=review.answered_at,
    )


def contacts(order: Order, user: Account | None) -> list[Partner]:
    """Those whom the caller works with on the order, as its page shows them."""
    if user is None or order.performer_id is None or not policies.may_see_history(user, order):
        return []
    is_party = user.id in (order.customer_id, order.performer_id)
    return [
        Partner(
            id=person.id,
            name=person.name,
            email=person.email,
            phone=person.profile.phone,
            messenger=person.profile.messenger,
            site=person.profile.site,
        )
        for person in people_of(order)
        if person is not None
        and person.id != user.id
        and policies.may_see_contacts(user, person, share_an_order=is_party)
    ]
