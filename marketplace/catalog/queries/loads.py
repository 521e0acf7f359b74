"""Runs of the catalogue loader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.catalog.errors import NoSuchLoad
from marketplace.catalog.models import CatalogLoad
from marketplace.catalog.states import LoadStatus
from marketplace.core import clock
from marketplace.core.db import db

SILENCE = timedelta(minutes=2)
"""A run says that it is there before each item and each picture; none of these takes as long as this."""

OPEN_LOADS = (LoadStatus.WAITING, LoadStatus.RUNNING)


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


def count_open_loads() -> int:
    """How many runs are under way."""
    alive = CatalogLoad.seen_at > clock.now() - SILENCE
    found = select(func.count()).select_from(CatalogLoad).where(CatalogLoad.status.in_(OPEN_LOADS), alive)
    return db.session.scalar(found) or 0
