"""Runs of the catalogue loader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import defer, joinedload

from marketplace.catalog.errors import NoSuchLoad
from marketplace.catalog.models import CatalogLoad
from marketplace.catalog.states import LoadStatus
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, bounded_moment, decode_cursor, make_page

SILENCE = timedelta(minutes=2)
"""A run says that it is there before each item and each picture; none of these takes as long as this."""

PAGE_SIZE = 25
ITEMS_LEFT_OUT = '$[*] ? (@.kind == "item")'

OPEN_LOADS = (LoadStatus.WAITING, LoadStatus.RUNNING)


class LoadRow(NamedTuple):
    """A run as lists show it: how many items it left out, without the reasons."""

    load: CatalogLoad
    skipped: int


def has_died(load: CatalogLoad) -> bool:
    """True for a run that is not at its end and has not been heard of for too long."""
    return load.status in OPEN_LOADS and clock.now() - load.seen_at > SILENCE


def get_load(load_id: int) -> CatalogLoad:
    """The run; raises NoSuchLoad."""
    load = db.session.get(CatalogLoad, load_id)
    if load is None:
        raise NoSuchLoad
    return load


def locked_load(load_id: int) -> CatalogLoad:
    """The run, locked and read afresh; raises NoSuchLoad."""
    statement = select(CatalogLoad).where(CatalogLoad.id == load_id).with_for_update(of=CatalogLoad)
    load = db.session.scalar(statement.execution_options(populate_existing=True))
    if load is None:
        raise NoSuchLoad
    return load


def latest_loads(count: int = 15) -> Sequence[CatalogLoad]:
    """The runs that were started last, the last one first."""
    order = (CatalogLoad.started_at.desc(), CatalogLoad.id.desc())
    return db.session.scalars(
        select(CatalogLoad).options(joinedload(CatalogLoad.account)).order_by(*order).limit(count)
    ).all()


def loads_page(after: str | None = None, size: int = PAGE_SIZE) -> Page[LoadRow]:
    """One page of the runs, the last one first."""
    asked = ("loads",)
    # Of a long run the reasons are long, and a list has many runs.
    skipped = func.jsonb_array_length(
        func.jsonb_path_query_array(CatalogLoad.skipped, literal(ITEMS_LEFT_OUT).cast(JSONPATH))
    )
    moment, row_id = CatalogLoad.started_at, CatalogLoad.id
    query = select(CatalogLoad, skipped).options(
        joinedload(CatalogLoad.account), defer(CatalogLoad.skipped, raiseload=True)
    )
    if after:
        query = query.where(tuple_(moment, row_id) < tuple_(*decode_cursor(after, asked, bounded_moment, bounded_id)))
    rows = db.session.execute(query.order_by(moment.desc(), row_id.desc()).limit(size + 1))
    found = [LoadRow(*row) for row in rows]
    return make_page(found, size, after, asked, lambda row: (row.load.started_at.isoformat(), row.load.id))


def count_open_loads() -> int:
    """How many runs are under way."""
    alive = CatalogLoad.seen_at > clock.now() - SILENCE
    found = select(func.count()).select_from(CatalogLoad).where(CatalogLoad.status.in_(OPEN_LOADS), alive)
    return db.session.scalar(found) or 0
