"""Cursor pages: they never skip or repeat a row when others are added meanwhile."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from marketplace.core.errors import N_, Invalid

Row = TypeVar("Row")
MAX_CURSOR = 200
DAMAGED_ADDRESS = N_("This page address is damaged. Start from the first page.")
CHECK_BYTES = 6

Asked = tuple[object, ...]
"""Which list it is, with all that decides on its rows and their order: its name, whose it is, filters, sort. Texts,
numbers, moments, None, and dataclasses and tuples of them; rows of the database by their ids."""


class CursorRefused(Invalid):
    """The cursor is none that this list has given out, asked for in this way."""

    message = N_(
        "This place in the list is damaged, or it is of another list, of other filters or of another order. "
        "Start from the first page."
    )

    def __init__(self) -> None:
        super().__init__(field="cursor")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows; `next_cursor` is None on the last one."""

    items: Sequence[Row]
    next_cursor: str | None
    is_first: bool


def encode_cursor(asked: Asked, *values: str | int) -> str:
    """An opaque, URL-safe text that holds the sort key of a page's last row, good for this list alone."""
    told = [_check(asked, values), *values]
    return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, asked: Asked, *kinds: Callable[[str], object]) -> list[object]:
    """The values of `encode_cursor` for the same list, each read by its kind; refuses anything else: CursorRefused."""
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        told = json.loads(raw)
        if not isinstance(told, list) or len(told) != 1 + len(kinds) or told[0] != _check(asked, told[1:]):
            raise ValueError
        return [kind(str(value)) for kind, value in zip(kinds, told[1:], strict=True)]
    except (ValueError, binascii.Error, RecursionError, ArithmeticError):
        raise CursorRefused from None


def make_page(
    rows: Sequence[Row], size: int, after: str | None, asked: Asked, key: Callable[[Row], tuple[str | int, ...]]
) -> Page[Row]:
    """A page out of up to `size + 1` rows of the list: the extra row only tells that there is more."""
    items = rows[:size]
    following = encode_cursor(asked, *key(items[-1])) if len(rows) > size else None
    return Page(items=items, next_cursor=following, is_first=after is None)


def _check(asked: Asked, values: Sequence[object]) -> str:
    """A few letters that are others for other values, and for another list: a mark against slips, not a secret."""
    told = json.dumps([asked, [str(value) for value in values]], default=_plain).encode()
    return base64.urlsafe_b64encode(hashlib.blake2b(told, digest_size=CHECK_BYTES).digest()).decode()


def _plain(value: object) -> object:
    """The value in JSON, equal ones alike whatever they were typed like."""
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return vars(value)
    raise TypeError(f"{type(value).__name__} does not say which list it is")


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
