"""P16: a field of four hundred thousand characters is refused about as quickly as it is read."""

from __future__ import annotations

import json
import time

import pytest
from flask import Flask

from marketplace.web.limits import submitted_account
from tests.promises.hostile import FORM, faults, query
from tests.promises.test_hostile_input import fields_of, posts
from tests.promises.town import Town

LENGTH = 400_000
ACCENTS = "\u0323\u0307"
"""Marks in the wrong order: to put them right takes the square of their number."""

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
    ACCENTS,
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


@pytest.mark.parametrize("path", ["/login", "/register", "/password", "/verify", "/admin/accounts/new/"])
def test_accents_without_end_keep_nobody_waiting_for_a_password(town: Town, path: str) -> None:
    who, given = posts()[path]
    right = {name: town.fill(text) for name, text in given.items()} | {"csrf_token": town.keys[who].token}
    for name in fields_of(town, path, who, given):
        body = query({**right, name: "a" + ACCENTS * 35_000})
        started = time.process_time()
        with town.undone():
            answer = town.browser(who).post(town.path(path), data=body, content_type=FORM)
        assert faults(answer) == []
        assert time.process_time() - started < SLOWEST, name


def test_accents_without_end_keep_nobody_waiting_for_a_limit(app: Flask) -> None:
    body = json.dumps({"email": f"a{ACCENTS * 50_000}@example.com", "password": "x"}, ensure_ascii=False)
    with app.test_request_context("/api/v1/auth/login", method="POST", data=body.encode()):
        started = time.process_time()
        submitted_account()
    assert time.process_time() - started < SLOWEST
