"""Who may do what with orders: a table of small predicates, each with the words that explain its refusal."""

from __future__ import annotations

from collections.abc import Callable

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core.errors import N_
from marketplace.orders.models import Offer, Order, OrderEvent
from marketplace.orders.states import Act, EventKind, OfferAct, Status

Viewer = Account | None
"""Who asks; None is somebody who has not signed in."""

Predicate = Callable[[Viewer, Order], bool]

WANTING_OFFERS = frozenset({Status.QUOTING, Status.QUOTED})


def is_signed_in(user: Viewer, order: Order) -> bool:
    """Signed in and not blocked."""
    return user is not None and user.active


def is_performer(user: Viewer, order: Order) -> bool:
    """Has the performer's type of account."""
    return user is not None and user.role is Role.PERFORMER


def is_stranger(user: Viewer, order: Order) -> bool:
    """Did not post the order: nobody deals with themselves."""
    return user is None or user.id != order.customer_id


def is_customer_of(user: Viewer, order: Order) -> bool:
    """Needs the work."""
    return user is not None and user.id == order.customer_id


def is_performer_of(user: Viewer, order: Order) -> bool:
    """Does the work."""
    return user is not None and user.id == order.performer_id


def runs_the_desk(user: Viewer, order: Order) -> bool:
    """Managers and admins act for others; observers only watch."""
    return user is not None and user.role in (Role.MANAGER, Role.ADMIN)


def moderates(user: Viewer, order: Order) -> bool:
    """Admins hide, reassign and mend."""
    return may_moderate(user)


def is_customer_or_desk(user: Viewer, order: Order) -> bool:
    """The customer, or who acts for them."""
    return is_customer_of(user, order) or runs_the_desk(user, order)


def is_performer_or_desk(user: Viewer, order: Order) -> bool:
    """Has the performer's type of account, or acts for such people."""
    return is_performer(user, order) or runs_the_desk(user, order)


def is_performer_of_or_desk(user: Viewer, order: Order) -> bool:
    """Does the work, or acts for whoever does."""
    return is_performer_of(user, order) or runs_the_desk(user, order)


def is_party_or_desk(user: Viewer, order: Order) -> bool:
    """One of the order's two sides, or who runs the desk between them."""
    return is_customer_of(user, order) or is_performer_of(user, order) or runs_the_desk(user, order)


SIGNED_IN = (is_signed_in, N_("Sign in first."))

RULES: dict[Act, tuple[tuple[Predicate, str], ...]] = {
    Act.EDIT: (SIGNED_IN, (is_customer_or_desk, N_("Only its customer or a manager may edit this order."))),
    Act.TAKE: (
        SIGNED_IN,
        (is_stranger, N_("This is your own order: somebody else has to do the work.")),
        (is_performer, N_("Only performers take orders.")),
    ),
    Act.REQUEST_QUOTE: (
        SIGNED_IN,
        (is_customer_or_desk, N_("Only its customer or a manager may ask for offers.")),
    ),
    Act.OFFER: (
        SIGNED_IN,
        (is_stranger, N_("This is your own order: somebody else has to do the work.")),
        (is_performer_or_desk, N_("Only performers and managers send offers.")),
    ),
    Act.DECIDE: (SIGNED_IN, (is_customer_or_desk, N_("Only its customer or a manager may decide on offers."))),
    Act.WITHDRAW: (SIGNED_IN, (is_performer_of, N_("Only its performer may withdraw from this order."))),
    Act.COMPLETE: (
        SIGNED_IN,
        (is_performer_of_or_desk, N_("Only its performer or a manager may complete this order.")),
    ),
    Act.CANCEL: (SIGNED_IN, (is_customer_or_desk, N_("Only its customer or a manager may cancel this order."))),
    Act.RATE: (SIGNED_IN, (is_customer_of, N_("Only its customer may rate this order."))),
    Act.ANSWER: (SIGNED_IN, (is_performer_of, N_("Only its performer may answer the review."))),
    Act.ASSIGN: (SIGNED_IN, (runs_the_desk, N_("Only managers may say who looks after an order."))),
    Act.SET_MONEY: (SIGNED_IN, (runs_the_desk, N_("Only managers may note payment and delivery."))),
    Act.COMMENT: (SIGNED_IN, (is_party_or_desk, N_("Only the customer, the performer and managers write here."))),
    Act.ATTACH: (SIGNED_IN, (is_party_or_desk, N_("Only the customer, the performer and managers add files here."))),
    Act.REASSIGN: (SIGNED_IN, (moderates, N_("Only admins give an order to another performer."))),
}


def refusal(act: Act, user: Viewer, order: Order) -> str | None:
    """Why `user` may not do `act` to `order` (an English msgid), or None when they may."""
    return next((words for allows, words in RULES[act] if not allows(user, order)), None)


def may(act: Act, user: Viewer, order: Order) -> bool:
    """True when the table lets `user` do `act`; whether it is possible now is `order.can(act)`."""
    return refusal(act, user, order) is None


def may_post(user: Viewer) -> bool:
    """Customers post orders."""
    return user is not None and user.active and user.role is Role.CUSTOMER


def may_post_for_others(user: Viewer) -> bool:
    """Managers and admins write down orders for customers."""
    return user is not None and user.active and user.role in (Role.MANAGER, Role.ADMIN)


def may_list_orders(user: Viewer) -> bool:
    """Everybody who has signed in has a list; `queries.order_list` decides which orders are on it."""
    return user is not None and user.active


def may_see_offer(user: Viewer, offer: Offer) -> bool:
    """An offer is between its performer and the customer; the desk, and whoever watches it, sees all."""
    return (
        user is not None
        and user.active
        and (user.is_staff or user.id in (offer.performer_id, offer.author_id, offer.order.customer_id))
    )


def may_compare_offers(user: Viewer, order: Order) -> bool:
    """All offers for an order are for its customer and for staff."""
    return user is not None and user.active and (user.is_staff or user.id == order.customer_id)


def may_list_offers(user: Viewer, order: Order) -> bool:
    """Whoever may view an order lists what they may see of its offers; customers of others see none of them."""
    return may_compare_offers(user, order) or (is_signed_in(user, order) and is_performer(user, order))


def offer_refusal(act: OfferAct, user: Viewer, offer: Offer) -> str | None:
    """Why `user` may not do `act` to `offer` (an English msgid), or None when they may."""
    order = offer.order
    if user is None or not user.active:
        return SIGNED_IN[1]
    if act is OfferAct.WITHDRAW:
        is_own = is_performer(user, order) and user.id == offer.performer_id
        has_sent_it = runs_the_desk(user, order) and user.id == offer.author_id
        return None if is_own or has_sent_it else N_("Only its performer, or who sent it, may withdraw this offer.")
    words = refusal(Act.DECIDE, user, order)
    # Somebody else has to find it good.
    if words is None and act is OfferAct.ACCEPT and user.id in (offer.performer_id, offer.author_id):
        return N_("You cannot accept an offer that you made yourself.")
    return words


def may_see_talk(user: Viewer, order: Order) -> bool:
    """Comments and files are for the order's two sides and for staff."""
    return user is not None and user.active and (user.is_staff or user.id in (order.customer_id, order.performer_id))


def may_see_event(user: Viewer, order: Order, event: OrderEvent) -> bool:
    """Who may learn of one line of the history.

    A step that somebody's offer caused tells of the offer, so it is seen by those who see that.
    """
    if event.kind is EventKind.OFFER:
        return _may_see_whose_offer(user, order, event)
    if event.kind in (EventKind.COMMENT, EventKind.FILE):
        return may_see_talk(user, order)
    by_offer = event.to_status in WANTING_OFFERS and event.actor_id not in (None, order.customer_id, order.author_id)
    return may_see_history(user, order) and (not by_offer or _may_see_whose_offer(user, order, event))


def may_see_actor(user: Viewer, event: OrderEvent) -> bool:
    """Who did it. Who hid a comment, or deleted a file, is told to staff alone; whoever did it knows."""
    is_moderation = (event.kind is EventKind.COMMENT and event.detail in ("hidden", "shown")) or (
        event.kind is EventKind.FILE and event.detail == "deleted"
    )
    return not is_moderation or (user is not None and (user.is_staff or user.id == event.actor_id))


def _may_see_whose_offer(user: Viewer, order: Order, event: OrderEvent) -> bool:
    return (
        user is not None
        and user.active
        and (user.is_staff or user.id in (order.customer_id, event.performer_id, event.actor_id))
    )


def may_take_orders(user: Viewer) -> bool:
    """Performers take orders; which ones, `may(Act.TAKE, …)` tells."""
    return user is not None and user.active and user.role is Role.PERFORMER


def may_view(user: Viewer, order: Order) -> bool:
    """Open orders are everybody's to see; the others belong to their people and to staff."""
    return order.is_open or may_see_history(user, order)


def may_see_history(user: Viewer, order: Order) -> bool:
    """Who did what and why is for the order's people and for staff, not for everybody at the board."""
    return (
        user is not None
        and user.active
        and (user.is_staff or user.id in (order.customer_id, order.author_id, order.performer_id))
    )


def may_know_of(user: Viewer, order: Order) -> bool:
    """A performer who comes second may learn that an order from the board is gone, and no more."""
    return may_view(user, order) or (is_performer(user, order) and order.hidden_at is None)


def may_moderate(user: Viewer) -> bool:
    """Admins hide, reassign and mend."""
    return user is not None and user.active and user.role is Role.ADMIN


def may_see_contacts(user: Viewer, owner: Account, *, share_an_order: bool) -> bool:
    """Contacts are for their owner, for the other side of a shared order and for staff."""
    return user is not None and user.active and (user.id == owner.id or user.is_staff or share_an_order)
