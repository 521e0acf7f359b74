"""Bounds on markup before anything parses it, and values of JSON out of strangers' hands."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic_core import from_json

from marketplace.catalog.errors import DamagedSource, TooComplexSource

MOST_OPENINGS = 200_000
"""Signs that open a tag: a page of a thousand goods has some fifty thousand."""

DEEPEST = 600
MOST_VALUES = 500_000
LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{65536}")
"""Parsers compare each attribute of a tag with those before it; no tag that somebody meant has thousands."""

NESTING = re.compile(
    r"<(/?)(?:div|span|section|article|main|table|ul|ol|dl|b|i|u|s|em|strong|font|big|small|center|blockquote|form|a)\b",
    re.IGNORECASE,
)
"""Tags that stay open until they are closed; others end by themselves where the next one begins."""

TOO_DEEP = re.compile("recursion limit", re.IGNORECASE)


def require_simple(text: str) -> None:
    """Raises TooComplexSource for markup that would cost much more than its length."""
    if text.count("<") > MOST_OPENINGS or LONG_TAG.search(text):
        raise TooComplexSource


def require_shallow(text: str) -> None:
    """Raises TooComplexSource for a page whose parts stand in each other without end."""
    depth = 0
    for found in NESTING.finditer(text):
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > DEEPEST:
            raise TooComplexSource


def load_json(text: str) -> Any:
    """The value that `text` is; raises DamagedSource or TooComplexSource, however deep it is."""
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        if TOO_DEEP.search(str(error)):
            raise TooComplexSource from None
        place = str(error)[:200]
    try:
        # Line ends inside of strings are wrong, and common.
        return json.loads(text, strict=False)
    except RecursionError:
        raise TooComplexSource from None
    except ValueError:
        raise DamagedSource(format="JSON", place=place) from None


def words(value: Any) -> str:
    """A plain value of JSON as text; empty for lists, objects, true and false."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        # 1e3 is a number that people write 1000.
        return f"{Decimal(str(value)):f}"
    except (InvalidOperation, ValueError):
        return ""
