"""Filters of the admin lists: each is one plain form field, and reads nothing that the database could choke on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from flask_admin.model.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from marketplace.core import clock
from marketplace.web.fields import DAY
from marketplace.web.language import time_zone

Choices = Sequence[tuple[str, Any]]


class PlainFilter(BaseFilter):
    """`slug` is its name in the address; `condition` turns a clean value into SQL."""

    kind = "text"

    def __init__(self, slug: str, name: Any, condition: Callable[[Any], ColumnElement[bool]]) -> None:
        super().__init__(name)
        self.slug = slug
        self.condition = condition

    def choices(self) -> Choices:
        """What can be chosen, as (value, words); empty when anything can be typed."""
        return ()

    def operation(self) -> Any:
        """Every filter of ours asks for equality, in its own sense."""
        return _l("is")

    def clean(self, value: str) -> Any:
        """The value for `condition`; ValueError refuses it."""
        return value.strip()

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """`query` with the filter in it."""
        return query.filter(self.condition(value))


class ChoiceFilter(PlainFilter):
    """One of a few values."""

    kind = "choice"

    def __init__(
        self, slug: str, name: Any, choices: Callable[[], Choices], condition: Callable[[Any], ColumnElement[bool]]
    ) -> None:
        super().__init__(slug, name, condition)
        self.choices = choices  # type: ignore[method-assign]  # asked per request: categories change

    def clean(self, value: str) -> str:
        if value not in dict(self.choices()):
            raise ValueError
        return value


class DayFilter(PlainFilter):
    """A day; `condition` gets the moment at which it begins in the person's time zone, or ends when `until`."""

    kind = "day"
    years = range(2000, 2100)

    def __init__(
        self, slug: str, name: Any, condition: Callable[[datetime], ColumnElement[bool]], *, until: bool = False
    ) -> None:
        super().__init__(slug, name, condition)
        self.until = until

    def clean(self, value: str) -> datetime:
        if not DAY.fullmatch(value):
            raise ValueError
        day = date.fromisoformat(value)
        if day.year not in self.years:
            raise ValueError
        return clock.midnight(day, time_zone(), days=self.until)
