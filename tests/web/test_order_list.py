"""The order list page: what each person sees there, how it is filtered and paged, and the filters that people keep."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order, SavedFilter
from marketplace.orders.services.filters import MOST_FILTERS
from tests.client import Browser
from tests.people import LIMIT, People


def numbers(page: BeautifulSoup) -> list[str]:
    return [cell.get_text(strip=True) for cell in page.select("[data-live-row] .row-code")]


def test_everybody_has_the_list_and_sees_their_own_orders_there(people: People, client: Browser) -> None:
    mine, other = people.customer(), people.customer()
    performer = people.performer()
    open_one, taken = people.order(mine), people.taken(performer, mine)
    foreign = people.taken(people.performer(), other)
    assert numbers(client.sign_in(mine).page("/orders")) == [taken.number, open_one.number]
    assert numbers(client.sign_in(performer).page("/orders")) == [taken.number]
    for staff in (people.manager(), people.observer(), people.admin()):
        assert numbers(client.sign_in(staff).page("/orders")) == [foreign.number, taken.number, open_one.number]
