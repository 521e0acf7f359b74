"""Performers as others see them: the directory, the reviews, the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from marketplace.accounts.errors import NoSuchAccount
from marketplace.accounts.models import Account, Profile
from marketplace.accounts.states import Role
from marketplace.catalog.models import Category, Specialty
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, bounded_moment, bounded_number, decode_cursor, make_page
from marketplace.core.search import matches
from marketplace.orders.models import CustomerCounters, PerformerCounters, Review
from marketplace.orders.queries.board import Count
from marketplace.orders.queries.board_statements import COUNT_LIMIT

PAGE_SIZE = 24
REVIEWS_SIZE = 10
CHART_POINTS = 200


class Sort(StrEnum):
    """How the directory is ordered, best first."""

    RATING = "rating"
    COMPLETED = "completed"
    NEWEST = "newest"


@dataclass(frozen=True)
class PerformerFilter:
    """Whom somebody looks for in the directory; every part is optional."""

    words: str = ""
    category: str = ""
    rating_from: int | None = None
    sort: Sort = Sort.RATING


SORT_KEYS: dict[Sort, tuple[InstrumentedAttribute[Any], ...]] = {
    Sort.RATING: (PerformerCounters.rating_x100, PerformerCounters.account_id),
    Sort.COMPLETED: (PerformerCounters.completed, PerformerCounters.account_id),
    Sort.NEWEST: (PerformerCounters.account_id,),
}


def performers(wanted: PerformerFilter, after: str | None = None, size: int = PAGE_SIZE) -> Page[Row[Any]]:
    """One page of the directory: active performers with their numbers."""
    asked, keys = ("performers", wanted), SORT_KEYS[wanted.sort]
    query = _performer_rows().where(*_conditions(wanted)).order_by(*(key.desc() for key in keys)).limit(size + 1)
    if after:
        values = decode_cursor(after, asked, *([bounded_number] * (len(keys) - 1)), bounded_id)
        query = query.where(tuple_(*keys) < tuple_(*values))
    rows = db.session.execute(query).all()
    return make_page(rows, size, after, asked, lambda row: tuple(getattr(row, key.key) for key in keys))


def count_performers(wanted: PerformerFilter) -> Count:
    """How many active performers match, counted no further than COUNT_LIMIT."""
    bounded = _performer_rows().where(*_conditions(wanted)).limit(COUNT_LIMIT + 1).subquery()
    number = db.session.scalar(select(func.count()).select_from(bounded)) or 0
    return Count(min(number, COUNT_LIMIT), number > COUNT_LIMIT)


def get_performer(account_id: int) -> Row[Any]:
    """One row of the directory by the person's id; raises NoSuchAccount for others than active performers."""
    row = db.session.execute(_performer_rows().where(Account.id == account_id)).first()
    if row is None:
        raise NoSuchAccount
    return row


def _performer_rows() -> Any:
    return (
        select(
            Account.id.label("account_id"),
            Account.created_at,
            Profile.name,
            Profile.headline,
            Profile.about,
            Profile.usual_price,
            Profile.price_unit,
            Profile.links,
            PerformerCounters.completed,
            PerformerCounters.rating_sum,
            PerformerCounters.rating_count,
            PerformerCounters.rating_x100,
            case(
                (
                    PerformerCounters.rating_count > 0,
                    PerformerCounters.rating_sum * 1.0 / PerformerCounters.rating_count,
                )
            ).label("rating_average"),
        )
        .join(Profile, Profile.account_id == Account.id)
        .join(PerformerCounters, PerformerCounters.account_id == Account.id)
        .where(Account.role == Role.PERFORMER, Account.active)
    )


def _conditions(wanted: PerformerFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.words:
        conditions.append(matches(Profile.search, wanted.words))
    if wanted.category:
        chosen = select(Specialty.account_id).join(Category).where(Category.slug == wanted.category)
        conditions.append(Account.id.in_(chosen))
    if wanted.rating_from is not None:
        conditions.append(PerformerCounters.rating_x100 >= wanted.rating_from * 100)
    return conditions


def visible_reviews(performer_id: int, after: str | None = None, size: int = REVIEWS_SIZE) -> Page[Review]:
    """One page of what customers say of the performer, newest first, hidden ones left out."""
    asked = ("reviews", performer_id)
    query = (
        select(Review)
        .where(Review.performer_id == performer_id, Review.hidden_at.is_(None))
        .options(joinedload(Review.order), joinedload(Review.customer))
        .order_by(Review.created_at.desc(), Review.order_id.desc())
        .limit(size + 1)
    )
    if after:
        moment, row_id = decode_cursor(after, asked, bounded_moment, bounded_id)
        query = query.where(tuple_(Review.created_at, Review.order_id) < tuple_(moment, row_id))
    rows = db.session.scalars(query).all()
    return make_page(rows, size, after, asked, lambda review: (review.created_at.isoformat(), review.order_id))


def latest_ratings(performer_id: int, limit: int = CHART_POINTS) -> list[tuple[datetime, int]]:
    """When the performer was rated and how, oldest first; the last `limit` visible ratings."""
    rows = db.session.execute(
        select(Review.created_at, Review.rating)
        .where(Review.performer_id == performer_id, Review.hidden_at.is_(None))
        .order_by(Review.created_at.desc(), Review.order_id.desc())
        .limit(limit)
    ).all()
    return [(at, rating) for at, rating in reversed(rows)]


def customer_counters(account: Account) -> CustomerCounters:
    """The numbers of a customer."""
    return db.session.get_one(CustomerCounters, account.id)


def performer_counters(account: Account) -> PerformerCounters:
    """The numbers of a performer."""
    return db.session.get_one(PerformerCounters, account.id)
