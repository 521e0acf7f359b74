"""Cursor pages: they never skip or repeat a row when others are added meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from marketplace.core.errors import N_, Invalid

Row = TypeVar("Row")
MAX_CURSOR = 200
DAMAGED_ADDRESS = N_("This page address is damaged. Start from the first page.")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows; `next_cursor` is None on the last one."""

    items: Sequence[Row]
    next_cursor: str | None
    is_first: bool


def encode_cursor(*values: str | int) -> str:
    """An opaque, URL-safe text that holds the sort key of a page's last row."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: Callable[[str], object]) -> list[object]:
    """The values of `encode_cursor`, each read by its kind; refuses anything else with `Invalid`."""
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        values = json.loads(raw)
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError
        return [kind(str(value)) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, binascii.Error, RecursionError, ArithmeticError):
        raise Invalid(DAMAGED_ADDRESS) from None


def make_page(
    rows: Sequence[Row], size: int, after: str | None, key: Callable[[Row], tuple[str | int, ...]]
) -> Page[Row]:
    """A page out of up to `size + 1` rows: the extra row only tells that there is more."""
    items = rows[:size]
    more = len(rows) > size
    return Page(items=items, next_cursor=encode_cursor(*key(items[-1])) if more else None, is_first=after is None)


def bounded_number(text: str) -> int:
    """`text` as a whole number; refuses what a BIGINT cannot hold."""
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def bounded_id(text: str) -> int:
    """`text` as a row id; refuses what no row can have."""
    number = bounded_number(text)
    if number < 1:
        raise ValueError
    return number


def bounded_moment(text: str) -> datetime:
    """`text` as a moment; refuses those without a zone, and the edges of the calendar where UTC ends."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)
