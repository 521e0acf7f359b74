"""One market for all made-up requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.api.fuzzing.asking import door
from tests.api.fuzzing.market import Market


@pytest.fixture(scope="package")
def market(fresh_database: Callable[[], str]) -> Iterator[Market]:
    """The demo, on a database of its own."""
    with Market(fresh_database()).open() as market:
        door.app = market.app
        yield market
