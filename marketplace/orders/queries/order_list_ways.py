"""Which way the order list is read: how many orders match is counted first, no further than is told.

Where an index holds exactly what is wanted in the order that is wanted, a page is walked along it. Elsewhere the pairs
of states are counted one by one: those that hold many matches are walked, the others sorted out. Few are always sorted
out, and what belongs to one person is few.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from marketplace.core.db import db
from marketplace.orders.queries import order_list_statements as sql
from marketplace.orders.queries.board_statements import COUNT_LIMIT
from marketplace.orders.queries.order_list_conditions import CONDITIONS, DRIVERS, WITHOUT_MONEY, Sort
from marketplace.orders.states import MoneyState, Status

PLENTY = 10_000
"""So many orders of a few people are still found and sorted."""

MET_ON_A_PAGE = 200
"""So many matches, a page of each of the pairs of states that are common, a walk has to meet."""

OFTEN = 100_000
"""From so many orders with a word on, the first thousand are met sooner by walking than in the index of words."""

NOT_CONDITIONS = frozenset({"me", "year_from", "year_before"})
"""Values that conditions of another name take."""

Pair = tuple[str, str]


class Way(Enum):
    """How a page is read: find all and sort them, walk along an index, or as the planner thinks best."""

    SORT = "sort"
    WALK = "walk"
    ASK = "ask"


@dataclass(frozen=True)
class Found:
    """How many orders match (one more than COUNT_LIMIT: even more), and how to read a page of them."""

    number: int
    way: Way
    driver: str = ""
    pairs: dict[str, Any] = field(default_factory=dict)
    """The pairs of states to walk and to sort out, and the values of the driver, as the statements take them."""
    values: dict[str, Any] | None = None
    """Other values to ask with, when these lead there sooner."""


def find(values: dict[str, Any], sort: Sort) -> Found:
    """The way for these values of conditions; where many match, it is remembered for the next while."""
    key = (db.engine, sort, *((name, str(value)) for name, value in values.items()))
    now = time.monotonic()
    until, found = _many.get(key, (now, None))
    if found is not None and until > now:
        return found
    found = _find(values, sort)
    if found.number > COUNT_LIMIT:
        if len(_many) >= MANY_REMEMBERED:
            _many.clear()
        _many[key] = (now + MANY_SECONDS, found)
    return found


MANY_SECONDS = 60.0
MANY_REMEMBERED = 1000
_many: dict[tuple[Any, ...], tuple[float, Found]] = {}


def _find(values: dict[str, Any], sort: Sort) -> Found:
    driver = _driver(values, sort)
    if driver is not None:
        return _find_along(driver, values, sort)
    if not _ONE_BY_ONE.isdisjoint(values):
        bound = COUNT_LIMIT if "me" in values else PLENTY
        return Found(_counted(values, bound), Way.SORT)
    if "words" in values:
        return _find_words(values, sort)
    return _find_by_pair(values)


_ONE_BY_ONE = frozenset({"me", "customers", "performers", "number_id", "number_like"})
"""Conditions that few orders meet."""


_ALONG: dict[Sort, frozenset[str]] = {
    Sort.CREATED: frozenset({"statuses", "money_states", "created_from", "created_before", "year"}),
    Sort.TOTAL: frozenset({"statuses", "money_states", "total_from", "total_to"}),
    Sort.DEADLINE: frozenset({"statuses", "money_states"}),
}
"""Conditions that lead to a stretch of the index of each order."""


def _driver(values: dict[str, Any], sort: Sort) -> str | None:
    """What leads an index that gives exactly the orders that are wanted, as they are sorted; "" is the states alone.

    None when there is no such index.
    """
    if "me" in values:
        return None
    rest = values.keys() - NOT_CONDITIONS
    rest -= _ALONG[sort]
    if sort is Sort.CREATED and len(rest) == 1:
        (driver,) = rest
        if driver in WITHOUT_MONEY and "money_states" in values:
            return None
        return driver if driver in DRIVERS or driver == "unassigned" else None
    return None if rest else ""


def _find_along(driver: str, values: dict[str, Any], sort: Sort) -> Found:
    pairs = _wanted_pairs(values, driver)
    walks = _arrays(pairs, ()) | ({"driver": values[driver]} if driver in DRIVERS else {})
    statement = sql.walked_count(conditions_in(values, walked=True, driver=driver), sort, driver)
    number = db.session.scalar(statement, {**values, **walks, "size": COUNT_LIMIT + 1}) or 0
    return Found(number, Way.WALK, driver, walks)


def _find_words(values: dict[str, Any], sort: Sort) -> Found:
    """Words are asked of their index, unless the other filters leave few orders, or most orders have the words."""
    others = {name: value for name, value in values.items() if name != "words"}
    pairs = _arrays(_wanted_pairs(values, ""), ())
    if conditions_in(others) and _expected(others, values) <= COUNT_LIMIT:
        few = {**others, "words_of_few": values["words"]}
        return Found(_counted(few, COUNT_LIMIT), Way.SORT, values=few)
    expected = _expected(values, values)
    in_all_states = {"statuses", "money_states"}.isdisjoint(values)
    given = {**values, **pairs, "size": COUNT_LIMIT + 1}
    if expected <= OFTEN:
        number = db.session.scalar(sql.count_found(conditions_in(values)), given) or 0
    elif in_all_states:
        number = db.session.scalar(sql.count_newest(conditions_in(values)), given) or 0
    else:
        number = db.session.scalar(sql.walked_count(conditions_in(values, walked=True), Sort.CREATED, ""), given) or 0
    if number <= COUNT_LIMIT:
        return Found(number, Way.SORT)
    if sort is Sort.CREATED and in_all_states:
        return Found(number, Way.ASK)
    # A walk reads orders until it has met enough; sorting reads all that match.
    if MET_ON_A_PAGE * _expected(_ALONG[sort] & others.keys(), values) > expected**2:
        return Found(number, Way.SORT)
    return Found(number, Way.WALK, "", pairs)


def _expected(names: Iterable[str], values: dict[str, Any]) -> int:
    """How many orders the planner expects to meet these conditions: it knows how common each word and each state is."""
    (plan,) = db.session.scalar(sql.expected(conditions_in(sorted(names))), values)
    return int(plan["Plan"]["Plan Rows"])


def _find_by_pair(values: dict[str, Any]) -> Found:
    pairs = _arrays(_wanted_pairs(values, ""), ())
    statement = sql.counted_by_pair(conditions_in(values, walked=True))
    counted = db.session.execute(statement, {**values, **pairs, "size": COUNT_LIMIT + 1}).all()
    total = sum(number for *_pair, number in counted)
    if total <= COUNT_LIMIT:
        return Found(total, Way.SORT)
    dense = [(status, money) for status, money, number in counted if number > COUNT_LIMIT]
    # Also those that hold none: an order may come to them while this is remembered.
    sparse = [(status, money) for status, money, number in counted if number <= COUNT_LIMIT]
    return Found(COUNT_LIMIT + 1, Way.WALK, "", _arrays(dense, sparse))


def _counted(values: dict[str, Any], limit: int) -> int:
    return db.session.scalar(sql.sorted_out_count(conditions_in(values)), {**values, "size": limit + 1}) or 0


def conditions_in(values: Iterable[str], *, walked: bool = False, driver: str = "") -> tuple[str, ...]:
    """The names of the conditions; a walk goes through the states, and the values of its driver, by itself."""
    skipped = set(NOT_CONDITIONS)
    if walked:
        skipped |= {"statuses", driver} - {"unassigned"}
        if driver not in WITHOUT_MONEY:
            skipped.add("money_states")
    return tuple(name for name in values if name in CONDITIONS and name not in skipped)


def _wanted_pairs(values: dict[str, Any], driver: str) -> list[Pair]:
    statuses = values.get("statuses") or [status.value for status in Status]
    money = values.get("money_states") or [state.value for state in MoneyState]
    if driver in WITHOUT_MONEY:
        money = money[:1]
    return [(status, state) for status in statuses for state in money]


def _arrays(dense: Iterable[Pair], sparse: Iterable[Pair]) -> dict[str, Any]:
    given = {}
    for name, pairs in (("dense", list(dense)), ("sparse", list(sparse))):
        given[f"{name}_statuses"] = [status for status, _ in pairs]
        given[f"{name}_money"] = [money for _, money in pairs]
    return given
