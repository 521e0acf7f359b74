"""What admins mend: hide from the board, give to another performer, hide a review, delete a category.

Each leaves an audit line.
"""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from marketplace.accounts import queries as people
from marketplace.accounts.models import Account
from marketplace.accounts.queries import locked_account
from marketplace.accounts.services import record_audit
from marketplace.accounts.states import Role
from marketplace.catalog.models import Product, Specialty
from marketplace.catalog.queries import locked_category
from marketplace.catalog.services import CATEGORY_FIELDS, require_category_keeper
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import N_, Conflict, NotAllowed
from marketplace.core.snapshots import snapshot
from marketplace.core.text import tidy
from marketplace.orders import policies
from marketplace.orders.errors import CategoryInUse, NotAPerformer, NotRatedYet
from marketplace.orders.models import Order, Review
from marketplace.orders.queries import orders as queries
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.services.settling import release_offer
from marketplace.orders.states import Act, EventKind


def hide_order(order_id: int, *, by: Account) -> Order:
    """Takes the order off the board and out of strangers' sight, whatever its state."""
    return _set_order_hidden(order_id, True, by)


def show_order(order_id: int, *, by: Account) -> Order:
    """Undoes `hide_order`."""
    return _set_order_hidden(order_id, False, by)


def _set_order_hidden(order_id: int, hidden: bool, by: Account) -> Order:
    _require_moderator(by)
    order = queries.locked(order_id)
    _require_moderator_still(by)
    if (order.hidden_at is not None) != hidden:
        order.hidden_at = clock.now() if hidden else None
        order.record(EventKind.MODERATED, by=by, detail="hidden" if hidden else "shown")
        record_audit(
            "hide" if hidden else "show", order, before={"hidden": not hidden}, after={"hidden": hidden}, by=by
        )
        db.session.flush()
    return order


def reassign_order(order_id: int, *, performer_id: int, reason: str, by: Account) -> Order:
    """Gives an order in progress to another performer: back to new and taken again, both on record.

    The offer that won it is withdrawn, for its performer has the order no more; the agreed price stands.
    """
    _require_moderator(by)
    performer = locked_account(performer_id)
    if performer.role is not Role.PERFORMER or not performer.active:
        raise NotAPerformer(field="performer")
    order = locked_for(Act.REASSIGN, order_id, by)
    if performer.id == order.performer_id:
        raise Conflict(N_("This performer already has the order."))
    if performer.id == order.customer_id:
        raise NotAPerformer(field="performer")
    before = order.performer_id
    order.withdraw(by=by, note=tidy(reason))
    # Two flushes: the guards compare each step with the row that the step before it left.
    db.session.flush()
    release_offer(order, by=by, restore=False)
    order.take(performer, by=by, note=tidy(reason))
    record_audit(
        "reassign",
        order,
        before={"performer": before},
        after={"performer": performer.id, "reason": tidy(reason)},
        by=by,
    )
    db.session.flush()
    return order


def hide_review(order_id: int, *, by: Account) -> Review:
    """Takes the review out of sight and its rating out of the average."""
    return _set_review_hidden(order_id, True, by)


def show_review(order_id: int, *, by: Account) -> Review:
    """Undoes `hide_review`."""
    return _set_review_hidden(order_id, False, by)


def _set_review_hidden(order_id: int, hidden: bool, by: Account) -> Review:
    _require_moderator(by)
    review = queries.locked_review(order_id)
    if review is None:
        # One that does not exist is not said to be unrated.
        queries.get_order(order_id)
        raise NotRatedYet
    _require_moderator_still(by)
    if (review.hidden_at is not None) != hidden:
        review.hidden_at = clock.now() if hidden else None
        record_audit(
            "hide" if hidden else "show", review, before={"hidden": not hidden}, after={"hidden": hidden}, by=by
        )
        db.session.flush()
    return review


def delete_category(category_id: int, *, by: Account) -> None:
    """Deletes a category that nothing uses, else raises CategoryInUse; the lock keeps new uses out until the end."""
    require_category_keeper(by)
    category = locked_category(category_id, alone=True)
    people.read_again(by)
    require_category_keeper(by)
    is_used = or_(
        exists().where(Order.category_id == category_id),
        exists().where(Specialty.category_id == category_id),
        exists().where(Product.category_id == category_id),
    )
    if db.session.scalar(select(is_used)):
        raise CategoryInUse
    record_audit("delete", category, before=snapshot(category, CATEGORY_FIELDS), by=by)
    db.session.delete(category)
    db.session.flush()


def _require_moderator(by: Account) -> None:
    if not policies.may_moderate(by):
        raise NotAllowed


def _require_moderator_still(by: Account) -> None:
    people.read_again(by)
    _require_moderator(by)
