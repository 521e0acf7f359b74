"""A category that comes between the reading of the categories and that of the orders is named all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import Account
from marketplace.orders.queries import board
from tests.api.program import Program
from tests.client import Browser
from tests.people import People


@pytest.fixture
def meanwhile(people: People, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A manager; as soon as the categories have been read for the first time, there is an order in a new one."""
    manager = people.manager()
    category_choices: Callable[[], Sequence[Any]] = board.category_choices
    seen: list[Sequence[Any]] = []

    def read_early() -> Sequence[Any]:
        if not seen:
            seen.append([choice for choice in category_choices() if choice.category.slug != "brand-new"])
            return seen[0]
        return category_choices()

    people.order(category_id=people.category("brand-new").id, title="In the new one")
    for place in ("orders.queries.board", "web.orders.list_forms", "api.orders.listing"):
        monkeypatch.setattr(f"marketplace.{place}.category_choices", read_early)
    return manager


@pytest.mark.parametrize("path", ["/orders", "/orders.csv"])
def test_pages_name_it(meanwhile: Account, client: Browser, path: str) -> None:
    client.sign_in(meanwhile)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "In the new one" in answer.text


@pytest.mark.parametrize("path", ["/board", "/orders"])
def test_programs_are_told_of_it(meanwhile: Account, app: Flask, path: str) -> None:
    (item,) = Program(app, meanwhile).get(path)["items"]
    assert (item["title"], item["category"]["slug"]) == ("In the new one", "brand-new")
