"""Runs of the catalogue loader: asked for at the desk, and what the run says of itself on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update

from marketplace.accounts import queries as people
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
    people.read_again(by)
    require_keeper(by)
    running = queries.count_open_loads()
    if running >= MOST_AT_ONCE:
        raise TooManyLoads(count=running)
    load = CatalogLoad(account_id=by.id, source=source, options=dict(options))
    db.session.add(load)
    db.session.flush()
    return load


def begin_load(load_id: int) -> CatalogLoad:
    """The run is taken up, by one process only; raises NoSuchLoad, or Conflict when one has it already."""
    load = queries.locked_load(load_id)
    if load.status is not LoadStatus.WAITING:
        raise Conflict
    _write(load_id, status=LoadStatus.RUNNING)
    return load


def note_progress(
    load_id: int, *, total: int, done: int, added: int, updated: int, skipped: Sequence[Mapping[str, Any]]
) -> None:
    """How far the run is, and that it is there."""
    _write(load_id, total=total, done=done, added=added, updated=updated, skipped=[dict(reason) for reason in skipped])


def finish_load(load_id: int) -> None:
    """The run came to its end."""
    _write(load_id, status=LoadStatus.DONE, finished_at=clock.now())


def fail_load(load_id: int, error: DomainError) -> None:
    """The run ended early; its words are kept as a text to translate, and the values for it beside the options."""
    values = {name: _shown(value) for name, value in error.values.items()}
    options = queries.get_load(load_id).options | {"error": values}
    _write(load_id, status=LoadStatus.FAILED, finished_at=clock.now(), error=error.message, options=options)


def _write(load_id: int, **values: Any) -> None:
    """Writes to the row of a run that is under way: the process that does it, which nobody else writes for."""
    mine = update(CatalogLoad).where(CatalogLoad.id == load_id, CatalogLoad.status.in_(queries.OPEN_LOADS))
    db.session.execute(mine.values(seen_at=clock.now(), **values))


def _shown(value: object) -> str:
    """What a stranger's server may have made us quote, as the database can hold it."""
    text = one_line(str(value)[:300])
    return text if is_storable(text) else ""
