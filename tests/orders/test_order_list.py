"""The order list: for everybody exactly what policies let them see, however it is asked for and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest

from marketplace.accounts.models import Account
from marketplace.core.errors import Invalid
from marketplace.core.paging import encode_cursor
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.queries import order_list, order_list_ways
from marketplace.orders.queries.board_statements import COUNT_LIMIT
from marketplace.orders.queries.order_list import (
    OrderFilter,
    count_listed,
    every_listed,
    listed_order,
    listed_orders,
    people_on_list,
)
from marketplace.orders.queries.order_list_conditions import Sort
from tests.orders.crowded_desk import Desk, crowded_desk, expected, is_on_list, random_filter
from tests.people import People
from tests.races.conftest import application_on

FILTERS = 220
MANY = 3


@pytest.fixture(scope="module")
def desk(fresh_database: Callable[[], str]) -> Iterator[Desk]:
    """Made once, because nobody here changes it."""
    with application_on(fresh_database()) as app:
        yield crowded_desk(People(app))


def make_three_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the list read a handful of orders as it reads a million."""
    for module in (order_list, order_list_ways):
        monkeypatch.setattr(module, "COUNT_LIMIT", MANY)
    monkeypatch.setattr(order_list_ways, "PLENTY", 5)


@pytest.fixture(params=["few", "many"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """As if all these orders were few, and as if three of them were many."""
    order_list_ways._many.clear()
    if request.param == "many":
        make_three_many(monkeypatch)
    return str(request.param)


def all_pages(wanted: OrderFilter, by: Account, size: int) -> tuple[list[int], list[int]]:
    """The ids on all pages, and the numbers that the rows have in the list."""
    ids: list[int] = []
    places: list[int] = []
    after = None
    while True:
        page = listed_orders(wanted, by=by, after=after, size=size)
        ids += [row.order.id for row in page.items]
        places += range(page.first_number, page.first_number + len(page.items))
        assert page.is_first == (after is None)
        after = page.next_cursor
        if after is None:
            return ids, places


def test_everybody_finds_what_a_reader_of_all_orders_would_pick_out(
    desk: Desk, way: str, figure: Callable[[str], None]
) -> None:
    random, found = Random(7), 0
    for _ in range(FILTERS):
        wanted, user = random_filter(desk, random), random.choice(desk.everybody)
        right = expected(desk, wanted, user)
        ids, places = all_pages(wanted, user, size=random.choice((1, 4, 25)))
        assert ids == right, (wanted, user.role)
        assert places == list(range(1, len(right) + 1))
        count = listed_orders(wanted, by=user).count
        told = MANY if way == "many" else COUNT_LIMIT
        assert (count.number, count.capped) == (min(len(right), told), len(right) > told)
        assert [row.number for row in every_listed(wanted, by=user)] == [number_of(desk, row_id) for row_id in right]
        assert count_listed(wanted, by=user, limit=5) == min(len(right), 6)
        found += len(right)
    figure(f"order list, {way}: 0 wrong of {FILTERS} filters that found {found} rows")
    assert found > FILTERS


def number_of(desk: Desk, order_id: int) -> str:
    return next(order.number for order in desk.orders if order.id == order_id)


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("descending", [True, False])
def test_pages_neither_skip_nor_repeat_an_order(desk: Desk, way: str, sort: Sort, descending: bool) -> None:
    wanted = OrderFilter(sort=sort, descending=descending)
    for size in (1, 7, 59, 60, 61):
        ids, _places = all_pages(wanted, desk.managers[0], size)
        assert ids == expected(desk, wanted, desk.managers[0])


def test_a_row_by_itself_is_for_whoever_has_it_on_their_list(desk: Desk) -> None:
    answers = []
    for user in desk.everybody:
        for order in desk.orders:
            try:
                listed = listed_order(order.id, by=user)
            except NoSuchOrder:
                answers.append(False)
            else:
                assert listed.order is order and listed.customer == order.customer.name
                answers.append(True)
            assert answers[-1] == is_on_list(user, order), (user.role, order.status)
    assert 0 < sum(answers) < len(answers)


def test_rows_carry_the_names_of_their_people(desk: Desk) -> None:
    for row in listed_orders(OrderFilter(), by=desk.observer, size=100).items:
        order = row.order
        assert row.customer == order.customer.name
        assert row.manager == (order.manager and order.manager.name)
        assert row.performer == (order.performer and order.performer.name)


def test_people_are_found_by_the_beginnings_of_their_names(desk: Desk) -> None:
    anna_berg, anna_stein, semyon = desk.customers
    pavel, pyotr, _olga = desk.performers
    staff = desk.managers[0]

    def called(words: str) -> set[int]:
        return set(people_on_list(words, "customer", by=staff) or ())

    assert called("anna") == {anna_berg.id, anna_stein.id}
    assert called("BER ann") == {anna_berg.id}
    assert called("елк") == called("ёлкин семен") == {semyon.id}
    assert called("stein") == {anna_stein.id, pyotr.id}
    assert called(str(pavel.id)) == called(pavel.email.upper()) == {pavel.id}
    for words in ("nobody", "²", "&|!():*<->'\\", "'; --", "%", "_", "-", ":*", "9" * 18, "@"):
        assert called(words) == set()


ALL = ("orders", None, OrderFilter())
"""The list of staff, with nothing asked for."""


def cursor_of(*values: str) -> str:
    return encode_cursor(ALL, *values)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        cursor_of("1", "2026-01-01T00:00:00+00:00"),
        cursor_of("0", "2026-01-01T00:00:00+00:00", "1"),
        cursor_of("-1", "2026-01-01T00:00:00+00:00", "1"),
        cursor_of(str(10**30), "2026-01-01T00:00:00+00:00", "1"),
        cursor_of("1", "2026-01-01T00:00:00", "1"),
        cursor_of("1", "", "1"),
        cursor_of("1", "NaN", "1"),
        cursor_of("1", "2026-01-01T00:00:00+00:00", "0"),
        cursor_of("²", "2026-01-01T00:00:00+00:00", "1"),
    ],
)
def test_a_damaged_cursor_is_refused(desk: Desk, cursor: str) -> None:
    with pytest.raises(Invalid):
        listed_orders(OrderFilter(), by=desk.observer, after=cursor)


@pytest.mark.parametrize("key", ["NaN", "1e9", str(10**30), "1.5", "2026-01-01", "x"])
def test_a_cursor_of_a_sum_is_a_whole_number(desk: Desk, key: str) -> None:
    wanted = OrderFilter(sort=Sort.TOTAL)
    with pytest.raises(Invalid):
        listed_orders(wanted, by=desk.observer, after=encode_cursor(("orders", None, wanted), "1", key, "1"))
