"""Every link in every answer leads somewhere: whoever is given it may follow it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from marketplace.web.programs import API
from tests.promises.api_crawl import readings
from tests.promises.town import Town, Who

ORDER_PARTS = {"lines", "offers", "comments", "attachments", "events"}
NEEDED = {"self", "page", "order", *ORDER_PARTS}
"""So much a crawl of those who run the house comes past, or it shows nothing."""


def links_in(value: Any) -> Iterator[tuple[str, str]]:
    """The names and addresses of all links in an answer, however deep."""
    if isinstance(value, list):
        for part in value:
            yield from links_in(part)
    elif isinstance(value, dict):
        found = value.get("links")
        # What a person links to in their profile is a list.
        if isinstance(found, dict):
            yield from found.items()
        for part in value.values():
            yield from links_in(part)


def is_answered(town: Town, who: Who, address: str) -> int:
    """The status that following the address has: of the program for the API, of the browser for pages."""
    answer = town.call(who, "GET", address) if address.startswith(f"{API}/") else town.ask(who, "GET", address)
    return answer.status_code


@pytest.mark.parametrize(
    ("who", "parts"),
    [
        (Who.ANONYMOUS, {"lines"}),
        (Who.CUSTOMER, {"lines"}),
        (Who.STRANGER, {"lines", "offers"}),
        *((who, ORDER_PARTS) for who in (Who.OWNER, Who.MANAGER, Who.OBSERVER, Who.ADMIN)),
    ],
)
def test_an_order_on_the_board_leads_each_to_what_they_may_read(who: Who, parts: set[str], town: Town) -> None:
    with town.undone():
        found = town.call(who, "GET", town.path(f"{API}/orders/{{open}}")).get_json()["links"]
    assert set(found) == {"self", "page", *parts}


def test_who_may_read_an_order_no_more_after_their_act_is_led_nowhere(town: Town) -> None:
    path = town.path(f"{API}/orders/{{hidden_taken}}")
    with town.undone():
        assert set(town.call(Who.PERFORMER, "GET", path).get_json()["links"]) == {"self", "page", *ORDER_PARTS}
        assert town.call(Who.PERFORMER, "POST", f"{path}/withdraw", {"reason": "No time"}).get_json()["links"] == {}
        assert town.call(Who.PERFORMER, "GET", path).status_code == 404


@pytest.mark.parametrize("who", list(Who))
def test_every_link_in_every_answer_can_be_followed(who: Who, town: Town) -> None:
    with town.undone():
        answers = list(readings(town, who))
        given: dict[str, set[tuple[str, str]]] = {}
        for address, answer in answers:
            if answer.status_code == 200 and answer.is_json:
                for name, link in links_in(answer.json):
                    given.setdefault(link, set()).add((name, address))
        # Other tests have deleted this one, and no rollback brings it back to the disk.
        given.pop(town.path(f"{API}/orders/{{in_progress}}/attachments/{{file_spare}}/content"), None)
        dead = {
            link: (status, sorted(places)[0])
            for link, places in given.items()
            if (status := is_answered(town, who, link)) != 200
        }
    assert dead == {}
    names = {name for places in given.values() for name, _address in places}
    if who in (Who.OWNER, Who.PERFORMER, Who.MANAGER, Who.OBSERVER, Who.ADMIN):
        assert names >= NEEDED
