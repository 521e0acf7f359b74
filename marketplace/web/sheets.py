"""Lists as CSV and XLSX files in which no spreadsheet finds a formula."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import IO, Any

from flask import Response, stream_with_context
from werkzeug.wsgi import FileWrapper
from xlsxwriter import Workbook

from marketplace.core import clock

PART = 64 * 1024

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets read as the beginning of a formula, the full-width forms of East Asian keyboards included."""

# Excel reads a file without this mark in the machine's old code page, and Russian becomes noise.
BYTE_ORDER_MARK = "\ufeff"


# XML cannot hold them, not even written as numbers.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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


def sheet_answer(parts: Iterator[bytes], mimetype: str, name: str) -> Response:
    """A file called `name` that is made after the view has ended, within its context.

    The view's session ends with the view. So until somebody reads the file, which may take a while where many export at
    once, it holds no connection of the database.
    """
    answer = Response(stream_with_context(parts), mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The lines of the file one by one, so that a long one needs no memory."""
    writer = csv.writer(_Echo())
    yield (BYTE_ORDER_MARK + str(writer.writerow([inert(title) for title in titles]))).encode()
    for row in rows:
        # A number cannot be run, and its minus is one.
        cells = [cell(v) if isinstance(v, int | Decimal) else inert(cell(v)) for v in row]
        yield str(writer.writerow(cells)).encode()


def xlsx_parts(sheet: str, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A workbook, which is written as a whole before its first part is there."""
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, sheet, titles, rows)
        file.seek(0)
        yield from FileWrapper(file, PART)


def write_xlsx(file: IO[bytes], sheet: str, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes a workbook of one sheet into `file`, row by row: numbers as numbers, days as days, all else as text.

    Moments are written as they are in their own zone, because workbooks know no zones.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder}
        book = Workbook(file, {**plain, "strings_to_numbers": False})
        page = book.add_worksheet(sheet)
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        day, moment = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))
        page.freeze_panes(1, 0)
        page.set_column(0, len(titles) - 1, 16)
        for column, title in enumerate(titles):
            page.write_string(0, column, UNWRITABLE.sub("", title), bold)
        for place, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                match value:
                    case None | "":
                        continue
                    case bool():
                        page.write_string(place, column, cell(value))
                    case int():
                        page.write_number(place, column, value)
                    case Decimal():
                        page.write_number(place, column, value, money)
                    case datetime():
                        page.write_datetime(place, column, value.replace(tzinfo=None, microsecond=0), moment)
                    case date():
                        page.write_datetime(place, column, value, day)
                    case _:
                        page.write_string(place, column, UNWRITABLE.sub("", cell(value)))
        page.autofilter(0, 0, 0, len(titles) - 1)
        book.close()


def file_name(stem: str, kind: str = "csv") -> str:
    """A name that says what was exported and when."""
    return f"{stem}-{clock.now():%Y-%m-%d-%H%M}.{kind}"
