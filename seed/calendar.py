"""The time in which demo people live: only from 8 to 23 o'clock in Moscow, and never later than now.

Stories are planned in hours that run evenly and then told in waking hours; the order of things stays the same.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

DAY = 86_400
HOUR = 3_600
ZONE = 3 * HOUR
WAKE, SLEEP = 8 * HOUR, 23 * HOUR
WAKING = SLEEP - WAKE
EPOCH = date(1970, 1, 1)


def latest_plan(now: int) -> int:
    """The last planned second whose waking moment is not after `now`."""
    day, second = divmod(now + ZONE, DAY)
    if second < WAKE:
        return day * DAY - 1
    if second >= SLEEP:
        return day * DAY + DAY - 1
    return day * DAY + (second - WAKE) * DAY // WAKING


def waking(planned: int) -> int:
    """The moment, in seconds since 1970 in UTC, at which something planned happens."""
    day, second = divmod(planned, DAY)
    return day * DAY + WAKE + second * WAKING // DAY - ZONE


def moment(seconds: int) -> datetime:
    """The aware moment of `seconds` since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def day_of(planned: int) -> date:
    """The Moscow day of something planned."""
    return EPOCH + timedelta(days=planned // DAY)
