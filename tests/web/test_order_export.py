"""The order list as a file: what is filtered and nothing else, read back equal, and nothing in it that runs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, text
from werkzeug.test import EnvironBuilder

from marketplace.app import create_app
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.web.orders import export
from marketplace.web.sheets import write_xlsx
from tests.client import Browser
from tests.conftest import settings_for
from tests.people import People
from tests.races.conftest import application_on
from tests.races.site import Visitor

MANY = 10_000
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example")', "\uff1d1", "=cmd|' /C calc'!A0"]
MOSCOW = ZoneInfo("Europe/Moscow")


def read_csv(client: Browser, query: str = "") -> list[list[str]]:
    answer = client.get(f"/orders.csv?{query}")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))


def read_xlsx(client: Browser, query: str = "") -> list[tuple[Any, ...]]:
    answer = client.get(f"/orders.xlsx?{query}")
    assert answer.status_code == 200 and answer.mimetype == export.XLSX
    return list(load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))


def test_a_file_holds_what_is_filtered_in_its_order(people: People, client: Browser) -> None:
    customer = people.customer(name="Anna")
    cheap, dear = (people.order(customer, price=Decimal(price), title=f"For {price}") for price in ("100", "1499.90"))
    people.taken(customer=customer)
    client.sign_in(people.observer())
    for query, orders in (("status=new&sort=total", [cheap, dear]), ("status=new&sort=-total", [dear, cheap])):
        lines, rows = read_csv(client, query), read_xlsx(client, query)
        assert [line[1] for line in lines[1:]] == [row[1] for row in rows[1:]] == [order.number for order in orders]
        assert [line[0] for line in lines[1:]] == ["1", "2"] and [row[0] for row in rows[1:]] == [1, 2]
        assert [line[9] for line in lines[1:]] == [str(order.total) for order in orders]
        assert [row[9] for row in rows[1:]] == [float(order.total or 0) for order in orders]
    assert lines[0] == list(rows[0])
    assert lines[1][2:10] == ["For 1499.90", "Python", "Anna", "", "", "New", "Unpaid", "1499.90"]
    assert read_csv(client, "status=cancelled") == [lines[0]]


def test_a_file_holds_only_what_the_person_may_see(people: People, client: Browser) -> None:
    mine, other = people.customer(), people.customer()
    order = people.order(mine, title="My own")
    people.order(other, title="Somebody else's")
    client.sign_in(mine)
    assert [line[1] for line in read_csv(client)[1:]] == [order.number]
    assert "else" not in client.get("/orders.csv").text
    assert [row[1] for row in read_xlsx(client)[1:]] == [order.number]


def test_no_cell_is_a_formula(people: People, client: Browser) -> None:
    customer = people.customer(name="=1+cmd|calc")
    for title in FORMULAS:
        people.order(customer, title=title)
    client.sign_in(people.manager())
    lines = read_csv(client, "sort=created")[1:]
    assert [line[2] for line in lines] == [f"'{title}" for title in FORMULAS]
    assert {line[4] for line in lines} == {"'=1+cmd|calc"}
    book = load_workbook(BytesIO(client.get("/orders.xlsx?sort=created").data))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.column == 3][1:] == FORMULAS
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert not [cell for cell in cells if cell.hyperlink]


def test_control_characters_do_not_break_a_workbook() -> None:
    file = BytesIO()
    write_xlsx(
        file, "Sheet", ["A\x01"], [["a\x00b\x0b\x1f\ud800\ufffe\tc"], ["_x0041_"], ["https://example.com"], [True]]
    )
    book = load_workbook(file).worksheets[0]
    values = [cell.value for (cell,) in book.iter_rows()]
    assert values[:2] == ["A", "ab\tc"] and values[3:] == ["https://example.com", "yes"]
    assert not [cell for (cell,) in book.iter_rows() if cell.hyperlink]


@pytest.mark.parametrize("path", ["/orders.csv", "/orders.xlsx", "/admin/orders/export/csv/"])
def test_an_export_that_waits_holds_no_connection(fresh_database: Callable[[], str], path: str) -> None:
    with application_on(fresh_database()) as app:
        visitor = Visitor.sign_in(app, People(app).admin())
        environ = EnvironBuilder(path, headers=[("Cookie", f"session={visitor.cookie}")]).get_environ()
        db.session.remove()
        pool: Any = db.engine.pool

        def read() -> None:
            start: Any = lambda *_: None  # noqa: E731
            made: Any = app(environ, start)
            assert pool.checkedout() == 0
            assert len(b"".join(made)) > 100
            made.close()
            assert pool.checkedout() == 0

        # As servers do: the context of this test would keep the session of the request.
        Context().run(read)


def test_more_orders_than_a_file_holds_are_refused_in_words(
    people: People, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_IN_CSV", 3)
    monkeypatch.setattr(export, "MOST_IN_XLSX", 2)
    customer = people.customer()
    for _ in range(3):
        people.order(customer)
    client.sign_in(customer)
    assert len(read_csv(client)) == 4
    answer = client.get("/orders.xlsx")
    assert answer.status_code == 422 and "A file holds at most 2 orders" in answer.text
    people.order(customer)
    assert client.get("/orders.csv").status_code == 422


def test_exports_are_counted_per_person(fresh_database: Callable[[], str]) -> None:
    app = create_app(settings_for(fresh_database(), RATELIMIT_ENABLED="1"))
    app.test_client_class = Browser
    with app.app_context():
        people = People(app)
        one, other = Browser.of(app).sign_in(people.customer()), Browser.of(app).sign_in(people.customer())
        answers = [one.get("/orders.csv").status_code for _ in range(12)]
        assert answers == [200] * 10 + [429] * 2
        assert other.get("/orders.csv").status_code == 200
        assert one.get("/orders").status_code == 200
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def full(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """A site with MANY orders, copied out of one by SQL, as no test could post them."""
    with application_on(fresh_database()) as app:
        people = People(app)
        order = people.order(title="Номер — “один”, с запятой; и точкой")
        people.order(order.customer, price=None, deadline=None, title="Quote \" and ' and \\ and \t tab")
        manager = people.manager()
        services.assign_manager(order.id, manager_id=manager.id, by=manager)
        db.session.commit()
        columns = "description, category_id, deadline, customer_id, author_id, manager_id, status, money_state"
        db.session.execute(
            text(
                f"INSERT INTO orders (title, price, created_at, updated_at, {columns})"
                " SELECT title || ' ' || n, CASE WHEN price IS NOT NULL THEN n * 7 + 1 END,"
                f" created_at + n * interval '37 minutes', updated_at, {columns}"
                " FROM orders, generate_series(1, :copies) AS n"
            ),
            {"copies": MANY // 2 - 1},
        )
        db.session.commit()
        yield app


def test_ten_thousand_orders_are_read_back_equal(full: Flask, figure: Callable[[str], None]) -> None:
    client = Browser.of(full).sign_in(People(full).observer())
    lines, rows = read_csv(client)[1:], read_xlsx(client)[1:]
    # Loaded last, as each request makes stale what was loaded, and then it is asked for one by one.
    orders = db.session.scalars(select(Order).order_by(Order.created_at.desc(), Order.id.desc())).all()
    assert len(orders) == MANY
    wrong = 0
    for place, (order, line, row) in enumerate(zip(orders, lines, rows, strict=True), start=1):
        people = [order.customer.name, order.manager.name if order.manager else "", ""]
        title = f"'{order.title}" if order.title[0] in "=+-@" else order.title
        created, changed = (moment.astimezone(MOSCOW) for moment in (order.created_at, order.updated_at))
        wrong += line != [
            str(place), order.number, title, "Python", *people, "New", "Unpaid",
            "" if order.total is None else str(order.total), order.deadline.isoformat() if order.deadline else "",
            created.isoformat(timespec="seconds"), changed.isoformat(timespec="seconds"), "",
        ]  # fmt: skip
        day = order.deadline and datetime.combine(order.deadline, datetime.min.time())
        plain = [moment.replace(tzinfo=None, microsecond=0) for moment in (created, changed)]
        wrong += list(row) != [
            place, order.number, order.title, "Python", *(name or None for name in people), "New", "Unpaid",
            None if order.total is None else float(order.total), day, *plain, None,
        ]  # fmt: skip
    figure(f"P24: {wrong} changed rows of {len(lines)} in CSV and {len(rows)} in XLSX")
    assert wrong == 0
