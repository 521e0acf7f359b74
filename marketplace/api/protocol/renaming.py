"""Refusals under the names that fields have here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from marketplace.core.errors import Invalid


@contextmanager
def renamed(**names: str) -> Iterator[None]:
    """Lets refusals of the domain inside blame the fields of the API: `renamed(category="category_id")`."""
    try:
        yield
    except Invalid as error:
        error.field = names.get(error.field or "", error.field)
        raise
