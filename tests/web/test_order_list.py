"""The order list page: what each person sees there, how it is filtered and paged, and the filters that people keep."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.states import MoneyState
from tests.client import Browser
from tests.people import LIMIT, People


def numbers(page: BeautifulSoup) -> list[str]:
    return [cell.get_text(strip=True) for cell in page.select("[data-live-row] .row-code")]


def cells(row: BeautifulSoup) -> dict[str, str]:
    return {str(cell["data-label"]): cell.get_text(" ", strip=True) for cell in row.select("td[data-label]")}


def test_everybody_has_the_list_and_sees_their_own_orders_there(people: People, client: Browser) -> None:
    mine, other = people.customer(), people.customer()
    performer = people.performer()
    open_one, taken = people.order(mine), people.taken(performer, mine)
    foreign = people.taken(people.performer(), other)
    assert numbers(client.sign_in(mine).page("/orders")) == [taken.number, open_one.number]
    assert numbers(client.sign_in(performer).page("/orders")) == [taken.number]
    for staff in (people.manager(), people.observer(), people.admin()):
        assert numbers(client.sign_in(staff).page("/orders")) == [foreign.number, taken.number, open_one.number]


def test_who_has_not_signed_in_is_sent_to_do_so(people: People, client: Browser) -> None:
    order = people.order()
    for path in ("/orders", "/orders.csv", "/orders.xlsx", f"/orders/{order.id}/row", f"/orders/{order.id}/status"):
        assert client.get(path).headers["Location"].startswith("/login"), path
    for path in ("/orders/filters", "/orders/filters/1/delete", f"/orders/{order.id}/status"):
        assert client.send(path).status_code == 401


def test_a_row_tells_number_people_states_sum_and_times(people: People, client: Browser) -> None:
    customer, performer, manager = people.customer(name="Anna"), people.performer(name="Pavel"), people.manager()
    order = people.taken(performer, customer, title="Paint the fence", price=Decimal("1499.90"))
    services.assign_manager(order.id, manager_id=manager.id, by=manager)
    services.set_money(order.id, state=MoneyState.PAID, by=manager)
    db.session.commit()
    row = client.sign_in(people.observer()).page("/orders").select_one(f"tr#order-row-{order.id}[data-live-row]")
    assert row is not None and row["data-order-id"] == str(order.id)
    assert row.select_one(f'a[href="/orders/{order.id}"]').get_text() == "Paint the fence"  # type: ignore[union-attr]
    told = cells(row)  # type: ignore[arg-type]  # a Tag has what a soup has
    assert told.pop("Created").endswith("ago") or told.pop("Created", "now")
    assert told == {
        "No.": "1",
        "Customer": "Anna",
        "Manager": manager.name,
        "Performer": "Pavel",
        "Status": "In progress",
        "Money": "Paid",
        "Sum": "₽1,499.90",
    }


def test_who_has_only_sent_an_offer_sees_neither_manager_nor_money(people: People, client: Browser) -> None:
    manager, performer = people.manager(), people.performer()
    order = people.order()
    services.assign_manager(order.id, manager_id=manager.id, by=manager)
    services.request_quote(order.id, by=order.customer)
    services.send_offer(order.id, services.OfferInput(days=1, price=Decimal(5)), by=performer)
    db.session.commit()
    row = client.sign_in(performer).page("/orders").select_one("[data-live-row]")
    told = cells(row)  # type: ignore[arg-type]
    assert (told["Manager"], told["Money"], told["Status"]) == ("—", "—", "Quoted")
    assert manager.name not in client.get(f"/orders/{order.id}/row").text
    assert manager.name not in client.get("/orders.csv").text
    services.take_order(people.order().id, limit=LIMIT, by=performer)
    services.cancel_order(order.id, reason="No longer needed", by=order.customer)
    db.session.commit()
    assert order.number not in numbers(client.page("/orders"))
    assert client.get(f"/orders/{order.id}/row").status_code == 404


def test_hidden_orders_are_marked(people: People, client: Browser) -> None:
    order = people.order()
    services.hide_order(order.id, by=people.admin())
    db.session.commit()
    for user in (people.manager(), order.customer):
        assert "hidden by a moderator" in client.sign_in(user).page("/orders").get_text()


@pytest.fixture
def assorted(people: People) -> dict[str, Order]:
    anna, boris = people.customer(name="Anna Berg"), people.customer(name="Boris")
    pavel, manager = people.performer(name="Pavel"), people.manager()
    made = {}
    for name, at, customer, values in (
        ("cheap", "2026-03-10T12:00", anna, {"title": "Cheap parser", "price": Decimal(100), "deadline": None}),
        ("dear", "2026-03-10T21:30", boris, {"title": "Dear server", "price": Decimal("9000.50")}),
        ("open", "2026-05-01T12:00", anna, {"title": "Logo", "price": None, "category_id": people.category("go").id}),
        ("taken", "2027-01-01T12:00", boris, {"title": "Report", "price": Decimal(100)}),
    ):
        with clock.fixed(datetime.fromisoformat(f"{at}:00+00:00")):
            made[name] = people.order(customer, **values)
    services.take_order(made["taken"].id, limit=LIMIT, by=pavel)
    services.assign_manager(made["dear"].id, manager_id=manager.id, by=manager)
    services.set_money(made["taken"].id, state=MoneyState.PAID, by=manager)
    db.session.commit()
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["taken", "open", "dear", "cheap"]),
        ("sort=created", ["cheap", "dear", "open", "taken"]),
        ("sort=total", ["cheap", "taken", "dear", "open"]),
        ("sort=-total", ["dear", "taken", "cheap", "open"]),
        ("sort=deadline", ["dear", "open", "taken", "cheap"]),
        ("number=2027-", ["taken"]),
        ("number=2026", ["open", "dear", "cheap"]),
        ("customer=anna", ["open", "cheap"]),
        ("customer=berg+an", ["open", "cheap"]),
        ("performer=pavel", ["taken"]),
        ("manager=none", ["taken", "open", "cheap"]),
        ("status=in_progress", ["taken"]),
        ("status=in_progress&status=new", ["taken", "open", "dear", "cheap"]),
        ("status=cancelled", []),
        ("money=paid", ["taken"]),
        ("money=unpaid&money=paid", ["taken", "open", "dear", "cheap"]),
        ("category=go", ["open"]),
        ("total_from=100&total_to=100", ["taken", "cheap"]),
        ("total_from=100,01", ["dear"]),
        ("q=parsers", ["cheap"]),
        ("q=cheap+logo", []),
        # The site is in Moscow: half past nine in the evening in UTC is the next day there.
        ("created_from=2026-03-11&created_to=2026-03-11", ["dear"]),
        ("created_to=2026-03-10", ["cheap"]),
        ("unknown=1&utm_source=x", ["taken", "open", "dear", "cheap"]),
    ],
)
def test_filters_in_the_address(
    assorted: dict[str, Order], people: People, client: Browser, query: str, found: list[str]
) -> None:
    assert numbers(client.sign_in(people.observer()).page(f"/orders?{query}")) == [assorted[n].number for n in found]


def test_filters_by_number_and_by_people_as_they_are(
    assorted: dict[str, Order], people: People, client: Browser
) -> None:
    dear = assorted["dear"]
    manager = dear.manager
    assert manager is not None
    client.sign_in(manager)
    for query in (
        f"number={dear.number}",
        f"number={dear.id}",
        f"number={dear.id:06}",
        "manager=mine",
        f"manager={manager.id}",
        f"manager={quote(manager.name)}",
        f"customer={dear.customer_id}&q=server",
        f"customer={quote(dear.customer.email)}&q=server",
    ):
        assert numbers(client.page(f"/orders?{query}")) == [dear.number], query


@pytest.mark.parametrize(
    "query",
    [
        *("number=²", "number=x", "number=2026-x", "number=" + "9" * 19, "number=-1", "number=2026-000123'--"),
        *("total_from=NaN", "total_to=-1", "total_from=1e5", f"total_from={10**30}", "total_from=Infinity"),
        *("created_from=0000-00-00", "created_from=2026-13-01", "created_to=²", "created_from=1026-01-01"),
        *("created_from=2026-02-02&created_to=2026-02-01", "total_from=2&total_to=1"),
        *("status=open", "status=", "status=new&status=x", "money=x", "category=nowhere", "sort=title", "sort=--total"),
        *("q=" + "x" * 101, "customer=" + "x" * 101, "cursor=x", "cursor=" + "x" * 201),
    ],
)
def test_filters_that_mean_nothing_are_refused(people: People, client: Browser, query: str) -> None:
    people.order()
    client.sign_in(people.manager())
    for path in ("/orders", "/orders.csv", "/orders.xlsx"):
        status = client.get(f"{path}?{query}").status_code
        assert status == 422 or (status == 200 and path != "/orders" and "cursor" in query), path


def test_hostile_addresses_are_refused_or_find_nothing(people: People, client: Browser) -> None:
    people.order()
    client.sign_in(people.manager())
    assert client.get("/orders?q=%00").status_code == 400
    assert client.get("/orders?customer=%00").status_code == 400
    assert client.get("/orders?" + "&".join(["status=new"] * 5000)).status_code == 414
    assert client.get("/orders?" + "&".join(["status=new"] * 300)).status_code == 200
    for words in ("&|!():*", "²", "'; DROP TABLE orders; --", "<script>", "%", "\\", "٣"):
        for field in ("q", "customer", "performer", "manager"):
            answer = client.get(f"/orders?{urlencode({field: words})}")
            assert answer.status_code == 200 and "<script>alert" not in answer.text, (field, words)


def test_a_name_that_too_many_have_is_refused_with_a_hint(people: People, client: Browser) -> None:
    for _ in range(51):
        people.customer(name="Ivan")
    page = client.sign_in(people.manager()).page("/orders?customer=ivan", status=422)
    assert "More than 50 people are called so" in page.get_text()


def test_pages_go_on_numbering_and_keep_the_filters(people: People, client: Browser) -> None:
    customer = people.customer()
    orders = [people.order(customer, price=Decimal(100 + number % 7)) for number in range(60)]
    client.sign_in(people.manager())
    seen: list[str] = []
    places: list[str] = []
    following = "/orders?sort=total&status=new"
    while following:
        page = client.page(following)
        seen += numbers(page)
        places += [cell.get_text(strip=True) for cell in page.select(".row-number")]
        link = page.select_one("a[rel=next]")
        following = str(link["href"]) if link else ""
        assert not following or ("sort=total" in following and "status=new" in following)
    assert seen == [order.number for order in sorted(orders, key=lambda order: (order.total or 0, order.id))]
    assert places == [str(number) for number in range(1, 61)]


def test_the_number_of_a_row_alone_is_the_one_that_was_asked_for(people: People, client: Browser) -> None:
    order = people.order()
    client.sign_in(people.manager())
    row = client.page(f"/orders/{order.id}/row?n=17")
    assert [cell.get_text(strip=True) for cell in row.select(".row-number")] == ["17"]
    for place in ("", "²", "-1", "0", "1" * 40, "x", "%00"):
        answer = client.get(f"/orders/{order.id}/row?n={place}")
        assert answer.status_code == (400 if place == "%00" else 200)
    listed = client.page("/orders").select_one(f"#order-row-{order.id}")
    alone = client.page(f"/orders/{order.id}/row?n=1").select_one(f"#order-row-{order.id}")
    for one in (listed, alone):
        for field in one.select("[name=csrf_token]"):  # type: ignore[union-attr]
            del field["value"]
    assert str(listed) == str(alone)


def test_an_empty_list_says_what_to_do(people: People, client: Browser) -> None:
    assert client.sign_in(people.customer()).page("/orders").select_one(".empty a[href='/orders/new']")
    assert client.sign_in(people.performer()).page("/orders").select_one(".empty a[href='/board']")
    assert client.sign_in(people.observer()).page("/orders").select_one(".empty a") is None
    assert client.sign_in(people.manager()).page("/orders?q=x").select_one(".empty a[href='/orders']")


def test_who_writes_orders_has_the_button_for_it(people: People, client: Browser) -> None:
    people.order()
    writers = [people.customer(), people.manager(), people.admin()]
    for user in (*writers, people.performer(), people.observer()):
        button = client.sign_in(user).page("/orders").select_one(".page-head a[href='/orders/new']")
        assert (button is not None) == (user in writers), user.role


def test_what_is_asked_for_can_be_left_out_one_by_one(
    assorted: dict[str, Order], people: People, client: Browser
) -> None:
    page = client.sign_in(people.manager()).page("/orders?status=new&status=quoted&total_from=100&manager=none")
    chips = {
        chip.get_text(" ", strip=True).split(" ×")[0]: link["href"]
        for chip in page.select(".list-head .chip")
        for link in chip.select("a")
    }
    assert list(chips) == ["Manager: Nobody yet", "Status: New, Quoted", "Sum from: ₽100"]
    assert chips["Status: New, Quoted"] == "/orders?manager=none&total_from=100"


def test_the_day_begins_where_the_person_is(people: People, client: Browser) -> None:
    with clock.fixed(datetime(2026, 3, 10, 3, 0, tzinfo=UTC)):
        order = people.order()
    manager = people.manager()
    client.sign_in(manager)
    assert numbers(client.page(f"/orders?created_from={date(2026, 3, 10)}")) == [order.number]
    manager.time_zone = "America/New_York"
    db.session.commit()
    assert numbers(client.page(f"/orders?created_from={date(2026, 3, 10)}")) == []
    assert numbers(client.page(f"/orders?created_to={date(2026, 3, 9)}")) == [order.number]
