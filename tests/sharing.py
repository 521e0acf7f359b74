"""How `pytest -n 2` divides the tests: a file stays together, and one worker alone has all that measures seconds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    # Crowds of threads, and windows that must see within a second what others do: never two of them at once.
    "busy": ("tests/races/", "tests/live/", "tests/browser/"),
    # What they look at is made once for each worker.
    "seed": ("tests/seed/test_",),
    "client": ("tests/api/client/",),
    "fuzzing": ("tests/api/fuzzing/",),
}
"""Parts that are more than a file, and where their tests are."""

LONG = (
    "busy",
    "seed",
    "tests/promises/test_private_fields.py",
    "tests/promises/test_hostile_input.py",
    "tests/promises/test_access_matrix.py",
    "tests/cli/test_serve.py",
    "client",
    "fuzzing",
    "tests/promises/test_hostile_json.py",
    "tests/orders/test_order_list_plans.py",
    "tests/promises/test_large_fields.py",
    "tests/orders/test_order_list.py",
    "tests/promises/test_stored_text.py",
    "tests/seed/catalog/test_hostile.py",
    "tests/promises/test_csrf.py",
    "tests/promises/test_headers.py",
    "tests/core/test_embedded.py",
    "tests/seed/catalog/test_samples.py",
    "tests/web/test_order_export.py",
    "tests/architecture/test_migrations.py",
)
"""What takes ten seconds and more, the longest first; the number of its tests does not tell."""


def part_of(nodeid: str) -> str:
    """What the test is sent to a worker together with."""
    path = nodeid.partition("::")[0]
    return next((part for part, places in TOGETHER.items() if path.startswith(places)), path)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes that are no words name no test: what is packed holds its time, and all workers must find the same names."""
    return argname if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every test gets an id of its own; in a worker the longest parts come first, so that both end at the same time."""
    for item in items:
        # Schemathesis calls the tests of all operations alike, and of those who share an id one is run.
        if not item.nodeid.endswith(item.name):
            item._id = type(item.id).parse(f"{item.nodeid.rpartition('::')[0]}::{item.name}")
    twice = [nodeid for nodeid, number in Counter(item.nodeid for item in items).items() if number > 1]
    if twice:
        raise pytest.UsageError(f"tests with one id: {', '.join(twice)}")
    if not hasattr(config, "workerinput"):
        return
    sizes = Counter(part_of(item.nodeid) for item in items)
    first = {part: place for place, part in enumerate(LONG)}

    def turn(item: pytest.Item) -> tuple[int, int, str]:
        part = part_of(item.nodeid)
        return first.get(part, len(first)), -sizes[part], part

    items.sort(key=turn)


class Parts(LoadScopeScheduling):
    """Sends whole parts to the workers, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Parts:
    """For any number of workers."""
    config.option.loadscopereorder = False
    return Parts(config, log)
