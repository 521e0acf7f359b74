"""Lists as CSV files that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from marketplace.core import clock

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets read as the beginning of a formula, the full-width forms of East Asian keyboards included."""

# Excel reads a file without this mark in the machine's old code page, and Russian becomes noise.
BYTE_ORDER_MARK = "\ufeff"


def inert(text: str) -> str:
    """`text`, with an apostrophe in front when a spreadsheet would run it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def cell(value: Any) -> str:
    """A value for machines and people alike: plain text, ISO moments, no locale."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, list | tuple):
        return "; ".join(map(cell, value))
    return str(value)


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of the file one by one, so that a long one needs no memory."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + str(writer.writerow([inert(title) for title in titles]))
    for row in rows:
        yield str(writer.writerow([inert(cell(value)) for value in row]))


def file_name(stem: str) -> str:
    """A name that says what was exported and when."""
    return f"{stem}-{clock.now():%Y-%m-%d-%H%M}.csv"
