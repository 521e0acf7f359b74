"""Cursor pages: they neither skip nor repeat, and a damaged cursor is refused and never fails."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core import clock
from marketplace.core.errors import Invalid
from marketplace.core.paging import MAX_CURSOR, bounded_id, bounded_moment, decode_cursor, encode_cursor, make_page
from marketplace.orders.models import Order
from marketplace.orders.queries.orders import PAGE_SIZE, own_orders
from marketplace.orders.states import Status
from tests.people import People

BIGGEST = 2**63 - 1


@given(st.datetimes(timezones=st.just(UTC)), st.integers(min_value=1, max_value=BIGGEST))
def test_a_cursor_brings_back_what_it_was_made_of(moment: datetime, row_id: int) -> None:
    cursor = encode_cursor(moment.isoformat(), row_id)
    assert decode_cursor(cursor, bounded_moment, bounded_id) == [moment, row_id]
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert len(cursor) <= MAX_CURSOR


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_other_text_is_refused_and_nothing_worse(cursor: str) -> None:
    try:
        moment, row_id = decode_cursor(cursor, bounded_moment, bounded_id)
    except Invalid:
        return
    assert isinstance(moment, datetime)
    assert isinstance(row_id, int)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "[1]",
        "[1,2,3]",
        '{"a":1}',
        '["2026-01-01","1"',
        '["2026-13-01T00:00:00+00:00",1]',
        '["2026-01-01T00:00:00",1]',
        '["0001-01-01T00:00:00+23:59",1]',
        '["9999-12-31T23:59:59-23:59",1]',
        '["2026-01-01T00:00:00+00:00",0]',
        '["2026-01-01T00:00:00+00:00",-1]',
        '["2026-01-01T00:00:00+00:00",9223372036854775808]',
        '["2026-01-01T00:00:00+00:00",1e999]',
        '["2026-01-01T00:00:00+00:00",NaN]',
        '["2026-01-01T00:00:00+00:00","²"]',
        '["2026-01-01T00:00:00+00:00",[1]]',
        '["\\u0000",1]',
        '["\\ud800",1]',
        "[" * 140,
        '[1,"' + "9" * 140 + '"]',
    ],
)
def test_a_cursor_that_somebody_made_up_is_refused(text: str) -> None:
    cursor = base64.urlsafe_b64encode(text.encode()).decode()
    with pytest.raises(Invalid, match="damaged"):
        decode_cursor(cursor, bounded_moment, bounded_id)


@pytest.mark.parametrize("cursor", ["?", "а", "=", "A", "\x00", "x" * (MAX_CURSOR + 1)])
def test_what_is_not_even_base64_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid, match="damaged"):
        decode_cursor(cursor, bounded_moment, bounded_id)


def test_the_extra_row_only_tells_that_there_is_more() -> None:
    rows = [5, 4, 3]
    first = make_page(rows, 2, None, lambda row: (row,))
    assert (first.items, first.is_first) == ([5, 4], True)
    assert first.next_cursor is not None
    assert decode_cursor(first.next_cursor, bounded_id) == [4]
    last = make_page([3], 2, first.next_cursor, lambda row: (row,))
    assert (last.items, last.next_cursor, last.is_first) == ([3], None, False)
    assert make_page([], 2, None, lambda row: (row,)).next_cursor is None


def test_pages_neither_skip_nor_repeat_while_rows_come_and_go(people: People) -> None:
    customer = people.customer()
    start = datetime(2026, 3, 1, tzinfo=UTC)

    def post(second: int) -> Order:
        with clock.fixed(start + timedelta(seconds=second)):
            return people.order(customer)

    # Three of each moment, so that a page ends between rows that only their ids tell apart.
    there = [post(number // 3) for number in range(2 * PAGE_SIZE + 4)]
    expected = [order.id for order in reversed(there)]
    seen: list[int] = []
    cursor: str | None = None
    for page_number in range(3):
        page = own_orders(Order.customer_id, customer, Status.NEW, cursor)
        seen += [order.id for order in page.items]
        cursor = page.next_cursor
        post(1000 + page_number)
    assert cursor is None
    assert seen == expected
