"""P15 and P17 for programs: nobody reads what is not theirs, and text comes back as the text that it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from werkzeug.test import TestResponse

from tests.api.program import PROBLEM
from tests.promises.api_crawl import readings, searches
from tests.promises.test_private_fields import DESK, SECRETS
from tests.promises.test_private_fields import plant as plant_secrets
from tests.promises.test_stored_text import CANARIES, canary
from tests.promises.test_stored_text import plant as plant_canaries
from tests.promises.town import Town, Who
from tests.races.crowd import size

STRIDE = size(3, 1)
"""In everyday runs every third secret is searched for."""

MORE = {
    # Whoever runs the house may see every contact; only admins have a page of them all.
    "emailstranger": {Who.STRANGER} | DESK,
    "phonecustomer": {Who.CUSTOMER} | DESK,
    # One's own device; the page knows it by another name.
    "agentofadevice": {Who.PERFORMER},
}
"""Who may find what no page shows them."""

NOT_SHOWN: set[str] = set()
"""Secrets that a page shows to somebody, and the API to nobody."""


def may_find(secret: str) -> set[Who]:
    """Who may find the secret; a program whose token is worth nothing finds not even what is public."""
    return MORE.get(secret, SECRETS[secret][2]) - {Who.BLOCKED}


def test_a_program_finds_what_its_person_may_see_and_nothing_else(town: Town, figure: Callable[[str], None]) -> None:
    finders: dict[str, set[Who]] = {secret: set() for secret in SECRETS}
    number = 0
    with town.undone() as connection:
        plant_secrets(town, connection, SECRETS)
        for who in Who:
            for _address, answer in readings(town, who):
                number += 1
                said = answer.get_data().decode("utf-8", "replace")
                for secret in SECRETS:
                    if secret in said:
                        finders[secret].add(who)
    leaks = {secret: sorted(found - may_find(secret)) for secret, found in finders.items() if found - may_find(secret)}
    assert leaks == {}
    hidden = {secret for secret, found in finders.items() if not found and may_find(secret)}
    assert hidden == NOT_SHOWN, "a secret that nobody finds proves nothing of those who do not"
    figure(f"P15 API: {len(leaks)} leaks of {len(SECRETS) * len(Who)} (secret, visitor) in {number} answers")


def test_a_search_by_program_finds_nothing_by_a_word_that_its_person_may_not_read(town: Town) -> None:
    wrong, number = [], 0
    with town.undone() as connection:
        plant_secrets(town, connection, SECRETS)
        for who, strangers in ((Who.ANONYMOUS, searches(is_public=True)), (Who.STRANGER, searches())):
            for place, secret in enumerate(SECRETS):
                if who in may_find(secret) or place % STRIDE:
                    continue
                for search in strangers:
                    answer = town.call(who, "GET", search.format(secret))
                    number += answer.status_code == 200
                    if answer.status_code == 200 and answer.get_json()["items"]:
                        wrong.append(f"{search} as {who}: {secret}")
    assert wrong == []
    assert number > 100


def texts(value: Any) -> Iterator[str]:
    """Every text in what was answered."""
    match value:
        case dict():
            for part in value.values():
                yield from texts(part)
        case list():
            for part in value:
                yield from texts(part)
        case str():
            yield value


def holes(answer: TestResponse) -> list[str]:
    """Where an answer could be taken for a page, or a canary is not the text that was written."""
    found = []
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        found.append("may be taken for something else")
    if answer.mimetype not in ("application/json", PROBLEM):
        # Small copies of pictures are made by us, whatever was sent.
        if answer.mimetype != "image/jpeg" and not answer.headers.get("Content-Disposition", "").startswith(
            "attachment"
        ):
            found.append(f"{answer.mimetype} to be shown")
        return found
    for told in texts(json.loads(answer.data)):
        found += [told[:60] for mark in CANARIES if f"{mark}\"'>" in told and canary(mark) not in told]
        if "1771561" in told or "&lt;b" in told:
            found.append(told[:60])
    return found


def test_text_of_anybody_comes_back_as_it_was_written_and_as_json(town: Town, figure: Callable[[str], None]) -> None:
    wrong, number, seen = [], 0, set()
    with town.undone() as connection:
        plant_canaries(connection)
        for who in (Who.ANONYMOUS, Who.OWNER, Who.PERFORMER, Who.ADMIN):
            for address, answer in readings(town, who):
                number += 1
                said = answer.get_data().decode("utf-8", "replace")
                seen |= {mark for mark in CANARIES if f"{mark}\\\"'" in said}
                wrong += [f"{address} as {who}: {hole}" for hole in holes(answer)]
    assert wrong == []
    figure(f"P17 API: {len(wrong)} holes of {len(seen)} text fields in {number} answers")
    assert {CANARIES[mark][0] for mark in seen} >= {"orders", "profiles", "reviews", "categories"}
