"""Runs of the catalogue loader: asked for at the desk, and what the run says of itself on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.catalog import queries
from marketplace.catalog.errors import TooManyLoads
from marketplace.catalog.models import CatalogLoad
from marketplace.catalog.services.products import require_keeper
from marketplace.catalog.states import LoadStatus
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import Conflict, DomainError
from marketplace.core.text import is_storable, one_line

MOST_AT_ONCE = 2
STARTING = 7_201_120
"""The number of the advisory lock under which runs are counted and begun."""


def start_load(*, source: str, options: Mapping[str, Any], by: Account) -> CatalogLoad:
    """A new run that waits for its process; `options` are the loader's. Raises TooManyLoads."""
    require_keeper(by)
    db.session.execute(select(func.pg_advisory_xact_lock(STARTING)))
    running = queries.count_open_loads()
    if running >= MOST_AT_ONCE:
        raise TooManyLoads(count=running)
    load = CatalogLoad(account_id=by.id, source=source, options=dict(options))
    db.session.add(load)
    db.session.flush()
    return load


def begin_load(load_id: int) -> CatalogLoad:
    """The run is taken up, by one process only; raises Conflict when one has it already."""
    load = queries.locked_load(load_id)
    if load.status is not LoadStatus.WAITING:
        raise Conflict
    load.status = LoadStatus.RUNNING
    load.seen_at = clock.now()
    db.session.flush()
    return load


def note_progress(
    load_id: int, *, total: int, done: int, added: int, updated: int, skipped: Sequence[Mapping[str, Any]]
) -> None:
    """How far the run is, and that it is there."""
    load = queries.locked_load(load_id)
    load.total, load.done, load.added, load.updated = total, done, added, updated
    if len(load.skipped) != len(skipped):
        load.skipped = [dict(reason) for reason in skipped]
    load.seen_at = clock.now()
    db.session.flush()


def finish_load(load_id: int) -> None:
    """The run came to its end."""
    load = queries.locked_load(load_id)
    load.status = LoadStatus.DONE
    load.finished_at = load.seen_at = clock.now()
    db.session.flush()


def fail_load(load_id: int, error: DomainError) -> None:
    """The run ended early; its words are kept as a text to translate, and the values for it beside the options."""
    load = queries.locked_load(load_id)
    load.status = LoadStatus.FAILED
    load.error = error.message
    load.options = load.options | {"error": {name: _shown(value) for name, value in error.values.items()}}
    load.finished_at = load.seen_at = clock.now()
    db.session.flush()


def _shown(value: object) -> str:
    """What a stranger's server may have made us quote, as the database can hold it."""
    text = one_line(str(value)[:300])
    return text if is_storable(text) else ""
