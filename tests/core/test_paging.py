"""Cursor pages: they neither skip nor repeat, and a damaged cursor is refused and never fails."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core import clock
from marketplace.core.errors import Invalid
from marketplace.core.paging import (
    MAX_CURSOR,
    Asked,
    CursorRefused,
    _check,
    bounded_id,
    bounded_moment,
    decode_cursor,
    encode_cursor,
    make_page,
)
from marketplace.orders.models import Order
from marketplace.orders.queries.orders import PAGE_SIZE, own_orders
from marketplace.orders.states import Status
from tests.people import People

BIGGEST = 2**63 - 1
LIST = ("rows", 7)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(min_value=1, max_value=BIGGEST))
def test_a_cursor_brings_back_what_it_was_made_of(moment: datetime, row_id: int) -> None:
    cursor = encode_cursor(LIST, moment.isoformat(), row_id)
    assert decode_cursor(cursor, LIST, bounded_moment, bounded_id) == [moment, row_id]
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert len(cursor) <= MAX_CURSOR


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_other_text_is_refused_and_nothing_worse(cursor: str) -> None:
    try:
        moment, row_id = decode_cursor(cursor, LIST, bounded_moment, bounded_id)
    except Invalid:
        return
    assert isinstance(moment, datetime)
    assert isinstance(row_id, int)


def forged(text: str) -> str:
    """`text` with the right check, as somebody would make it who has read how."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return json.dumps([_check(LIST, values), *values]) if isinstance(values, list) else text


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
    cursor = base64.urlsafe_b64encode(forged(text).encode()).decode()
    with pytest.raises(Invalid, match="damaged"):
        decode_cursor(cursor, LIST, bounded_moment, bounded_id)


@pytest.mark.parametrize("cursor", ["?", "а", "=", "A", "\x00", "x" * (MAX_CURSOR + 1)])
def test_what_is_not_even_base64_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid, match="damaged"):
        decode_cursor(cursor, LIST, bounded_moment, bounded_id)


@dataclass(frozen=True)
class Wanted:
    words: str = ""
    sum_from: Decimal | None = None
    by: date | None = None
    after: datetime | None = None
    states: tuple[Status, ...] = ()


ASKED: dict[str, Asked] = {
    "a list": ("rows",),
    "of one thing": ("rows", 7),
    "of another": ("rows", 8),
    "of a thing called so": ("rows", "7"),
    "another list of it": ("columns", 7),
    "sorted": ("rows", 7, "price"),
    "with filters": ("rows", Wanted()),
    "with words": ("rows", Wanted(words="x")),
    "with a sum": ("rows", Wanted(sum_from=Decimal("100"))),
    "with a day": ("rows", Wanted(by=date(2030, 1, 31))),
    "with a moment": ("rows", Wanted(after=datetime(2030, 1, 31, tzinfo=UTC))),
    "with a state": ("rows", Wanted(states=(Status.NEW,))),
    "with states": ("rows", Wanted(states=(Status.NEW, Status.QUOTED))),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_a_cursor_is_good_for_the_list_that_gave_it_out_and_no_other(asked: Asked) -> None:
    cursor = encode_cursor(asked, 5)
    assert decode_cursor(cursor, asked, bounded_id) == [5]
    for other in ASKED.values():
        if other != asked:
            with pytest.raises(CursorRefused, match="other filters") as refused:
                decode_cursor(cursor, other, bounded_id)
            assert refused.value.field == "cursor"


def test_the_same_sum_is_the_same_filter_however_it_is_typed() -> None:
    cursor = encode_cursor(("rows", Wanted(sum_from=Decimal("100"))), 5)
    assert decode_cursor(cursor, ("rows", Wanted(sum_from=Decimal("100.00"))), bounded_id) == [5]


def test_a_cursor_into_which_another_place_was_written_is_refused() -> None:
    check, *values = json.loads(base64.urlsafe_b64decode(encode_cursor(LIST, 5) + "=="))
    assert values == [5]
    for told in ([check, 6], [check, 5, 5], [check], [5], [check[:-1], 5], [check.swapcase(), 5], [None, 5]):
        cursor = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
        with pytest.raises(CursorRefused):
            decode_cursor(cursor, LIST, bounded_id)


def test_what_is_another_one_in_every_process_names_no_list() -> None:
    with pytest.raises(TypeError):
        encode_cursor(("rows", object()), 5)


def test_the_extra_row_only_tells_that_there_is_more() -> None:
    rows = [5, 4, 3]
    first = make_page(rows, 2, None, LIST, lambda row: (row,))
    assert (first.items, first.is_first) == ([5, 4], True)
    assert first.next_cursor is not None
    assert decode_cursor(first.next_cursor, LIST, bounded_id) == [4]
    last = make_page([3], 2, first.next_cursor, LIST, lambda row: (row,))
    assert (last.items, last.next_cursor, last.is_first) == ([3], None, False)
    assert make_page([], 2, None, LIST, lambda row: (row,)).next_cursor is None


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
