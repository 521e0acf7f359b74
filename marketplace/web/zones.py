"""The time zones that a person can choose from, named by their cities in the person's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location

from marketplace.core import clock

REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/"),
    "Pacific/",
)


@cache
def zone_names() -> frozenset[str]:
    """Every zone that is named after a place, each by one name: the aliases are its older and newer spellings."""
    aliases = get_global("zone_aliases")
    return frozenset(key for key in available_timezones() if key.startswith(REGIONS) and key not in aliases)


def zone_choices(locale: str) -> list[tuple[str, str]]:
    """The `zone_names` with words, from west to east, each with its present distance from UTC."""
    # Once an hour is often enough for clocks that are put forward and back.
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    return _choices(locale, hour)


@lru_cache(maxsize=8)
def _choices(locale: str, at: datetime) -> list[tuple[str, str]]:
    found = []
    for key in zone_names():
        zone = ZoneInfo(key)
        offset = at.astimezone(zone).utcoffset() or timedelta()
        found.append((offset, get_timezone_location(zone, locale=locale, return_city=True), key))
    return [(key, f"UTC{distance(offset)} · {city}") for offset, city, key in sorted(found)]


def distance(offset: timedelta) -> str:
    """ "+03:00", "−09:30"."""
    minutes = int(offset.total_seconds()) // 60
    sign = "\N{MINUS SIGN}" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
