"""What the order list is asked in the words of an address, made into the filter that its queries take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.errors import N_
from marketplace.orders.errors import EmptyRange, TooManyCalledSo
from marketplace.orders.queries.order_list import MOST_PEOPLE, OrderFilter, people_on_list
from marketplace.orders.queries.order_list_conditions import Sort
from marketplace.orders.states import MoneyState, Status

UNASSIGNED, MINE = "none", "mine"
"""As the manager: nobody yet, and whoever asks."""

PEOPLE = ("customer", "performer", "manager")


class SortedBy(StrEnum):
    """Orders of the list as an address names them, a minus for the greatest first."""

    NEWEST = "-created"
    OLDEST = "created"
    LARGEST = "-total"
    SMALLEST = "total"
    NEAREST = "deadline"
    LATEST = "-deadline"


@dataclass(frozen=True)
class Asked:
    """What an address asks for, each part right by itself, but for people: these are found first.

    Days are those of wherever somebody lives, `created_to` is the last one.
    """

    number: str = ""
    words: str = ""
    customer: str = ""
    performer: str = ""
    manager: str = ""
    statuses: tuple[Status, ...] = ()
    money_states: tuple[MoneyState, ...] = ()
    category_id: int | None = None
    total_from: Decimal | None = None
    total_to: Decimal | None = None
    created_from: date | None = None
    created_to: date | None = None
    sort: SortedBy = SortedBy.NEWEST


def filter_of(asked: Asked, people: Mapping[str, tuple[int, ...]], *, by: Account, zone: ZoneInfo) -> OrderFilter:
    """The filter; `people` are those whom `find_people` has found for each of PEOPLE that is asked for."""
    words = {"customer": asked.customer, "performer": asked.performer, "manager": asked.manager}
    return OrderFilter(
        number=asked.number,
        customers=people.get("customer"),
        performers=people.get("performer"),
        managers=(by.id,) if asked.manager == MINE else people.get("manager"),
        unassigned=asked.manager == UNASSIGNED,
        category_id=asked.category_id,
        statuses=asked.statuses,
        money_states=asked.money_states,
        total_from=asked.total_from,
        total_to=asked.total_to,
        created_from=None if asked.created_from is None else clock.midnight(asked.created_from, zone),
        created_before=None if asked.created_to is None else clock.midnight(asked.created_to, zone, days=1),
        words=asked.words,
        sort=Sort(asked.sort.removeprefix("-")),
        descending=asked.sort.startswith("-"),
        called=tuple((f"{column}s", words[column]) for column in PEOPLE if column in people),
    )


def find_people(words: str, column: str, *, by: Account) -> tuple[int, ...] | None:
    """Whom `words` mean as one of PEOPLE; None when they mean nobody in particular. Raises TooManyCalledSo."""
    if not words or (column == "manager" and words in (UNASSIGNED, MINE)):
        return None
    found = people_on_list(words, column, by=by)
    if found is None:
        raise TooManyCalledSo(limit=MOST_PEOPLE, field=column)
    return found


def check_totals(total_from: Decimal | None, total_to: Decimal | None) -> None:
    """Refuses a range of sums that can hold nothing."""
    if total_from is not None and total_to is not None and total_to < total_from:
        raise EmptyRange(field="total_to")


def check_days(created_from: date | None, created_to: date | None) -> None:
    """Refuses a range of days that can hold nothing."""
    if created_from is not None and created_to is not None and created_to < created_from:
        raise EmptyRange(N_("“To” is before “from”."), field="created_to")
