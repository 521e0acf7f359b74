"""The one clock: every `*_at` of the domain is read here, so that tests and demo data can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_fixed: ContextVar[datetime | None] = ContextVar("fixed_clock", default=None)


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return _fixed.get() or datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()


def midnight(day: date, zone: tzinfo, *, days: int = 0) -> datetime:
    """When the day, or so many days later, begins in the zone; in UTC."""
    return datetime.combine(day + timedelta(days=days), time.min, tzinfo=zone).astimezone(UTC)


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Holds the clock at `moment` (aware) inside the block, in this thread or task only."""
    if moment.tzinfo is None:
        raise ValueError("the clock takes aware datetimes only")
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
