"""The two cabinets and the front door."""

from __future__ import annotations

import pytest

from marketplace.core.db import db
from marketplace.orders import services
from tests.client import Browser
from tests.people import People


def tiles(browser: Browser, path: str) -> dict[str, str]:
    page = browser.page(path)
    return {
        pair.select_one("dt").get_text(strip=True): pair.select_one("dd").get_text(strip=True)  # type: ignore[union-attr]
        for pair in page.select("dl.numbers > div")
    }


def test_the_customer_sees_numbers_orders_by_state_and_what_waits_for_a_rating(people: People, client: Browser) -> None:
    customer = people.customer()
    browser = client.sign_in(customer)
    assert "You have not posted anything yet" in browser.page("/customer").get_text()
    people.order(customer, title="Open one")
    people.completed(customer=customer, title="Done one")
    dropped = people.order(customer, title="Dropped one")
    services.cancel_order(dropped.id, reason="x", by=customer)
    db.session.commit()
    assert tiles(browser, "/customer") == {"posted": "3", "completed": "1", "cancelled": "1"}
    page = browser.page("/customer")
    assert "Open one" in page.get_text()
    assert page.select_one(".next-steps a[href$='/rate']")
    assert "Done one" in browser.page("/customer?show=completed").get_text()
    assert "Dropped one" in browser.page("/customer?show=cancelled").get_text()
    assert "No orders in this state" in browser.page("/customer?show=in_progress").get_text()


def test_the_performer_sees_numbers_work_history_and_reviews(people: People, client: Browser) -> None:
    performer = people.performer()
    browser = client.sign_in(performer)
    assert "You have no order in progress" in browser.page("/performer").get_text()
    people.taken(performer, title="Doing it")
    people.rated(7, performer)
    given_back = people.taken(performer, title="Gave it back")
    services.withdraw_order(given_back.id, reason="No time", by=performer)
    db.session.commit()
    assert tiles(browser, "/performer") == {
        "taken": "3", "completed": "1", "withdrawn": "1", "average rating of 10": "7.0"
    }  # fmt: skip
    page = browser.page("/performer")
    assert "Doing it" in page.get_text()
    assert [str(link["href"])[-8:] for link in page.select(".order-card .actions a")] == ["complete", "withdraw"]
    assert "Gave it back" in browser.page("/performer?show=withdrawn").get_text()
    reviews = browser.page("/performer?show=reviews")
    assert "Thank you." in reviews.get_text()
    assert reviews.select_one("svg[role=img]")


def test_the_number_in_progress_counts_more_than_one_page(
    people: People, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    performer = people.performer()
    for _ in range(2):
        people.taken(performer)
    monkeypatch.setattr("marketplace.orders.queries.orders.PAGE_SIZE", 1)
    page = client.sign_in(performer).page("/performer")
    assert len(page.select(".order-card")) == 1
    assert "2 of at most 10 at a time" in page.get_text()


@pytest.mark.parametrize(
    "path", ["/customer?show=nothing", "/performer?show=new", "/customer?cursor=%F0", "/performer?cursor=x"]
)
def test_lists_that_do_not_exist_are_refused(people: People, client: Browser, path: str) -> None:
    person = people.customer() if path.startswith("/customer") else people.performer()
    assert client.sign_in(person).get(path).status_code in (400, 422)


def test_cabinets_are_for_their_own_kind(people: People, client: Browser) -> None:
    assert client.sign_in(people.performer()).get("/customer").status_code == 403
    assert client.sign_in(people.customer()).get("/performer").status_code == 403
    assert Browser.of(people.app).get("/customer").location == "/login?next=/customer"


def test_the_front_door_shows_live_numbers_and_next_steps(people: People, client: Browser) -> None:
    assert tiles(client, "/")["open orders"] == "0"
    customer = people.customer()
    people.order(customer)
    people.completed(customer=customer, title="Rate me")
    people.rated(8)
    shown = tiles(client, "/")
    assert (shown["open orders"], shown["orders completed"], shown["average rating of 10"]) == ("1", "2", "8.0")
    assert "Rate me" in client.sign_in(customer).page("/").get_text()


def test_language_and_theme_are_kept_and_lead_back(people: People, client: Browser) -> None:
    response = client.send("/preferences", locale="ru", theme="dark", next="/board?q=x")
    assert response.location == "/board?q=x"
    page = client.page("/board")
    html = page.select_one("html")
    assert html is not None
    assert (html["lang"], html["data-bs-theme"]) == ("ru", "dark")
    assert client.send("/preferences", locale="de").status_code == 422


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example"]
)
def test_preferences_never_lead_to_another_site(client: Browser, target: str) -> None:
    assert client.send("/preferences", theme="dark", next=target).location == "/"


def test_health(client: Browser) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok"}
