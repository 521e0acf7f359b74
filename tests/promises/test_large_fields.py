"""P16: a field of four hundred thousand characters is refused about as quickly as it is read."""

from __future__ import annotations

import time

import pytest

from tests.promises.hostile import FORM, faults, query
from tests.promises.test_hostile_input import fields_of, posts
from tests.promises.town import Town

LENGTH = 400_000
PATTERNS = (
    "a",
    "0 ",
    "1,",
    "1.",
    " ",
    "\n",
    "(",
    "@",
    "a@a.",
    "https://",
    "я",
    "<",
    "&",
    '"',
    "-",
    "\\",
    "%",
    "0\u0301",
)
SLOWEST = 1.5
"""Seconds of this process, so that a busy machine does not matter: reading and showing again takes a tenth of it."""


@pytest.mark.parametrize("path", posts())
def test_a_huge_field_costs_no_more_than_reading_it(town: Town, path: str) -> None:
    who, given = posts()[path]
    right = {name: town.fill(text) for name, text in given.items()} | {"csrf_token": town.keys[who].token}
    wrong = []
    for number, name in enumerate(fields_of(town, path, who, given), len(path)):
        # Two patterns for each field, others for the next one: all fields of a kind together meet them all.
        for pattern in (PATTERNS[number % len(PATTERNS)], PATTERNS[(number * 7 + 3) % len(PATTERNS)]):
            length = LENGTH // len(query({"": pattern}))
            body = query({**right, name: pattern * length})
            started = time.process_time()
            with town.undone():
                answer = town.browser(who).post(town.path(path), data=body, content_type=FORM)
            seconds = time.process_time() - started
            found = faults(answer) + ([f"takes {seconds:.1f} s"] if seconds > SLOWEST else [])
            wrong += [f"{name}={pattern!r}… {answer.status_code} {fault}" for fault in found]
    assert wrong == []
