"""Filters of the order list that people keep: by name, only what the list knows, and nobody else's."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import SavedFilter
from marketplace.orders.queries.order_list import saved_filters
from marketplace.orders.services.filters import MOST_FILTERS
from tests.client import Browser
from tests.people import People
from tests.web.test_order_list import numbers


def keep(client: Browser, name: str, query: str) -> int:
    return client.send("/orders/filters", name=name, query=query).status_code


def kept(user: Account) -> list[tuple[str, str]]:
    return [(one.name, one.query) for one in saved_filters(user)]


def test_a_filter_is_kept_opened_replaced_and_deleted(people: People, client: Browser) -> None:
    user = people.manager()
    order = people.order()
    client.sign_in(user)
    form = client.page("/orders?status=new&sort=-total&junk=1").select_one("form[action='/orders/filters']")
    query = str(form.select_one("[name=query]")["value"])  # type: ignore[union-attr,index]
    assert keep(client, "Cheap ones", query) == 302
    assert kept(user) == [("Cheap ones", "status=new&sort=-total")]
    link = client.page("/orders").select_one(".chip a")
    assert link is not None and numbers(client.page(str(link["href"]))) == [order.number]
    assert keep(client, "Cheap ones", "status=cancelled") == 302
    assert kept(user) == [("Cheap ones", "status=cancelled")]
    assert client.send(f"/orders/filters/{saved_filters(user)[0].id}/delete").status_code == 302
    assert kept(user) == []


@pytest.mark.parametrize(
    ("query", "stored"),
    [
        ("junk=1&next=//evil.example&csrf_token=x&cursor=abc&status=new", "status=new"),
        ("q=%D0%BE%D1%82%D1%87%D1%91%D1%82&status=new&status=new", "q=%D0%BE%D1%82%D1%87%D1%91%D1%82&status=new"),
        ("?status=new", ""),
        ("", ""),
        ("total_from=1+499%2C90", "total_from=1+499%2C90"),
    ],
)
def test_only_parameters_that_the_list_knows_are_kept(people: People, client: Browser, query: str, stored: str) -> None:
    user = people.customer()
    assert keep(client.sign_in(user), "Mine", query) == 302
    assert kept(user) == [("Mine", stored)]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("", "status=new"),
        ("   ", "status=new"),
        ("x" * 61, "status=new"),
        ("Mine", "status=nonsense"),
        ("Mine", "q=%00"),
        ("Mine", "total_from=NaN"),
        ("Mine", "&".join(["a=b"] * 300)),
        ("Mine", "q=" + "x" * 3000),
        ("Mine", "sort=nothing"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_stored(
    people: People, client: Browser, name: str, query: str
) -> None:
    user = people.customer()
    assert keep(client.sign_in(user), name, query) == 422
    assert kept(user) == []


def test_a_filter_that_is_refused_comes_back_with_its_name(people: People, client: Browser) -> None:
    client.sign_in(people.customer())
    answer = client.send("/orders/filters", name="x" * 61, query="status=new")
    page = BeautifulSoup(answer.text, "html.parser")
    form = page.select_one("form[action='/orders/filters']")
    assert form is not None and form.select_one("[name=name]")["value"] == "x" * 61  # type: ignore[index]
    assert form.select_one("[name=query]")["value"] == "status=new"  # type: ignore[index]


def test_one_filter_too_many_is_refused(people: People, client: Browser) -> None:
    user = people.customer()
    for number in range(MOST_FILTERS):
        services.save_filter(f"Filter {number}", query="", by=user)
    db.session.commit()
    assert keep(client.sign_in(user), "One more", "") == 409
    assert len(kept(user)) == MOST_FILTERS


def test_somebody_elses_filter_is_neither_shown_nor_deleted(people: People, client: Browser) -> None:
    owner = people.customer()
    services.save_filter("Secret plan", query="status=new", by=owner)
    db.session.commit()
    mine = db.session.query(SavedFilter.id).filter_by(account_id=owner.id).scalar()
    for other in (people.customer(), people.manager(), people.admin()):
        client.sign_in(other)
        assert "Secret plan" not in client.get("/orders").text
        assert client.send(f"/orders/filters/{mine}/delete").status_code == 404
    assert kept(owner) == [("Secret plan", "status=new")]
