"""Performers, by program: who there is, what they can do, what customers say of their work."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import Row

from marketplace.accounts.models import Account
from marketplace.api.orders.showing import category_ref, person_ref
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.orders import Contacts
from marketplace.api.schemas.performers import (
    PerformerList,
    PerformerOut,
    PerformerQuery,
    PerformerReview,
    PerformerSummary,
    ReviewList,
)
from marketplace.api.schemas.refs import average
from marketplace.api.schemas.values import Paged
from marketplace.catalog import queries as catalog
from marketplace.catalog.errors import NoSuchCategory
from marketplace.catalog.models import Category
from marketplace.core.text import one_line
from marketplace.orders import policies
from marketplace.orders.models import Review
from marketplace.orders.queries import performers as queries
from marketplace.orders.queries.performers import PerformerFilter, Sort
from marketplace.web.contacts import contacts_of
from marketplace.web.guards import PUBLIC
from marketplace.web.programs import API
from marketplace.web.viewer import viewer

ONE = "/performers/<id:performer_id>"


@operation("GET", "/performers", tag="performers", query=PerformerQuery, answer=PerformerList, gate=PUBLIC)
def list_performers(query: PerformerQuery) -> PerformerList:
    """List performers.

    Those with the best average first, or as `sort` says. Everybody may look, without signing in too.
    """
    if query.category and catalog.find_category(query.category) is None:
        raise NoSuchCategory(field="category")
    wanted = PerformerFilter(
        words=one_line(query.q), category=query.category or "", rating_from=query.rating, sort=Sort(query.sort)
    )
    page = queries.performers(wanted, query.cursor, query.limit)
    specialties = catalog.specialties(row.account_id for row in page.items)
    items = [PerformerSummary(**_summary(row, specialties[row.account_id])) for row in page.items]
    return PerformerList(items=items, next_cursor=page.next_cursor)


@operation("GET", ONE, tag="performers", answer=PerformerOut, gate=PUBLIC, errors=(404,), is_tagged=True)
def get_performer(performer_id: int) -> PerformerOut:
    """Read a performer.

    What everybody may know of them; contacts are for themselves, for customers whose orders they have taken, and for
    staff.
    """
    row = queries.get_performer(performer_id)
    return PerformerOut(
        **_summary(row, catalog.specialties([performer_id])[performer_id]),
        about=row.about,
        portfolio=list(row.links),
        contacts=_contacts(performer_id, viewer()),
    )


@operation("GET", f"{ONE}/reviews", tag="performers", query=Paged, answer=ReviewList, gate=PUBLIC, errors=(404,))
def list_reviews(performer_id: int, query: Paged) -> ReviewList:
    """List reviews of a performer.

    The latest first, without those that moderators have hidden.
    """
    queries.get_performer(performer_id)
    page = queries.visible_reviews(performer_id, query.cursor, query.limit)
    user = viewer()
    return ReviewList(items=[_review(review, user) for review in page.items], next_cursor=page.next_cursor)


def _summary(row: Row[Any], categories: list[Category]) -> dict[str, Any]:
    own = f"{API}/performers/{row.account_id}"
    return {
        "id": row.account_id,
        "name": row.name,
        "rating": average(row.rating_average),
        "reviews": row.rating_count,
        "headline": row.headline,
        "completed": row.completed,
        "usual_price": row.usual_price,
        "price_unit": row.price_unit,
        "currency": current_app.config["CURRENCY"],
        "categories": [category_ref(category) for category in categories],
        "created_at": row.created_at,
        "links": {"self": own, "page": f"/performers/{row.account_id}", "reviews": f"{own}/reviews"},
    }


def _contacts(performer_id: int, user: Account | None) -> Contacts | None:
    profile = contacts_of(performer_id, user)
    if profile is None:
        return None
    return Contacts(
        id=performer_id,
        name=profile.name,
        phone=profile.phone,
        messenger=profile.messenger,
        site=profile.site,
    )


def _review(review: Review, user: Account | None) -> PerformerReview:
    # As on the page: the title stays to be read when the order is not open to this person, unless it was hidden.
    is_shown = review.order.hidden_at is None
    return PerformerReview(
        rating=review.rating,
        text=review.text,
        answer=review.answer,
        is_hidden=review.hidden_at is not None,
        created_at=review.created_at,
        answered_at=review.answered_at,
        customer=person_ref(review.customer),
        order_id=review.order_id if is_shown and policies.may_view(user, review.order) else None,
        order_title=review.order.title if is_shown else None,
    )
