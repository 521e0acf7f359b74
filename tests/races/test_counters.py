"""P04 at speed: counters equal a recount after many people did everything there is to do at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Table, select, update
from sqlalchemy.engine import Connection

from marketplace.orders.listeners import counters
from marketplace.orders.queries.counters import OWNERS, differences, missing_rows
from tests.orders.histories import illegal_steps, wrong_people
from tests.orders.recounts import cells
from tests.races.crowd import size
from tests.races.market import Market

CLIENTS = 16
ACTS = {
    "post": 2,
    "take": 8,
    "withdraw": 3,
    "complete": 4,
    "cancel": 1,
    "edit": 3,
    "reassign": 2,
    "hide": 3,
    "rate": 5,
    "hide_review": 3,
    "restock": 5,
}


def test_every_counter_equals_its_recount_after_many_acts_at_once(
    race_app: Flask, figure: Callable[[str], None]
) -> None:
    market = Market(race_app, stalls=12, customers=100, performers=150)
    # The same people also act in several windows at once.
    market.customers[10:] = market.customers[10:] + market.customers[:10] * 30
    market.performers[10:] = market.performers[10:] + market.performers[:10] * 40
    tally = market.open(CLIENTS, size(8, 60), ACTS)
    assert list(differences()) == []
    assert [missing_rows(table) for table in OWNERS] == [0] * len(OWNERS)
    assert illegal_steps() == []
    assert wrong_people() == []
    assert set(tally.done) == set(ACTS)
    number = cells()
    assert number >= 2000
    figure(f"P04 at speed: 0 of {number} cells differ from their recount, {CLIENTS} clients, {tally}")


def test_counters_go_wrong_when_they_are_added_up_in_python(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    add = counters._add

    def add_in_python(connection: Connection, table: Table, owner: int, **amounts: int) -> None:
        # What adds nothing writes nothing, as in `add`: or an edit would lock its old category before a lower one.
        if table is not counters.CATEGORIES or not amounts["open_orders"]:
            add(connection, table, owner, **amounts)
            return
        column, key = table.c.open_orders, table.c.category_id
        number = connection.execute(select(column).where(key == owner)).scalar_one()
        # Or hardly anybody would come between, on some machines.
        time.sleep(0.01)
        values = {column: number + amounts["open_orders"]}
        connection.execute(update(table).where(key == owner).values(values))

    monkeypatch.setattr(counters, "_add", add_in_python)
    market = Market(race_app, stalls=8, customers=5, performers=10)
    tally = market.open(CLIENTS, 2, ACTS)
    wrong = list(differences())
    assert {row.table for row in wrong} == {"category_counters"}
    figure(f"P04 control, adding in Python: {len(wrong)} cells differ, {tally}")
