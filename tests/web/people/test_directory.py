"""The directory of performers: search in two languages, filters, orders, pages that neither skip nor repeat."""

from __future__ import annotations

import pytest

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.catalog.services import set_specialties
from marketplace.core.db import db
from marketplace.core.paging import encode_cursor
from marketplace.orders.queries import performers
from marketplace.orders.queries.performers import PerformerFilter, Sort
from marketplace.orders.services import hide_review
from tests.client import Browser
from tests.people import People

ALL = ("performers", PerformerFilter())
"""The whole directory."""


def names(browser: Browser, query: str = "") -> list[str]:
    page = browser.page(f"/performers{query}")
    return [link.get_text(strip=True) for link in page.select(".person-card h2")]


def works_in(people: People, account: Account, *slugs: str) -> Account:
    set_specialties(account, [people.category(slug).id for slug in slugs], by=account)
    db.session.commit()
    return account


def test_everybody_sees_active_performers_and_nobody_else(client: Browser, people: People) -> None:
    people.performer(name="Anna")
    people.customer(name="Boris")
    people.manager()
    blocked, demoted = people.performer(name="Vera"), people.performer(name="Gleb")
    admin = people.admin()
    accounts.block_account(blocked.id, reason="spam", by=admin)
    accounts.change_roles([demoted.id], role=Role.OBSERVER, by=admin)
    db.session.commit()
    assert names(client) == ["Anna"]
    assert "1 performer" in client.page("/performers").get_text()
    client.sign_in(people.customer())
    assert names(client) == ["Anna"]


def test_a_card_says_what_a_customer_wants_to_know_and_no_contacts(client: Browser, people: People) -> None:
    performer = people.performer(
        name="Anna",
        headline="Reports that add up",
        phone="+7 912 000-11-22",
        messenger="@anna",
        site="https://anna.example",
    )
    works_in(people, performer, "python", "design")
    people.rated(9, performer)
    people.rated(8, performer)
    card = client.page("/performers").select_one(".person-card")
    assert card is not None
    text = card.get_text(" ", strip=True)
    for words in ("Anna", "Reports that add up", "8.5", "2 reviews", "2 orders completed", "Python", "Design"):
        assert words in text
    for secret in ("912", "@anna", "anna.example"):
        assert secret not in str(card)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("отчёты", True),
        ("отчёта", True),
        ("бухгалтерия", True),
        ("бухгалтерией", True),
        ("report", True),
        ("reporting", True),
        ("Анна", True),
        ("анной", True),
        ('"годовые отчёты"', True),
        ("отчёты -python", True),
        ("отчёты python", False),
        ("отчёты -годовые", False),
        ("вёрстка", False),
        ("и", False),
        ("%", False),
        ("'; drop table accounts; --", False),
        ("& | ! ( ) : *", False),
        ("<script>", False),
        ("\\", False),
    ],
)
def test_words_are_found_in_both_languages_whatever_their_ending(
    client: Browser, people: People, words: str, found: bool
) -> None:
    people.performer(name="Анна", headline="Годовые отчёты", about="Бухгалтерия и reports for small firms.")
    response = client.get("/performers", query_string={"q": words})
    assert response.status_code == 200
    assert ("Годовые отчёты" in response.text) is found
    assert found or "Nobody matches" in response.text


def test_categories_are_those_that_the_performer_chose(client: Browser, people: People) -> None:
    works_in(people, people.performer(name="Anna"), "python", "design")
    works_in(people, people.performer(name="Boris"), "design")
    people.performer(name="Vera")
    assert names(client, "?category=python") == ["Anna"]
    assert sorted(names(client, "?category=design")) == ["Anna", "Boris"]
    people.category("go")
    assert names(client, "?category=go") == []


def test_the_minimum_rating_leaves_out_the_unrated_and_the_hidden(client: Browser, people: People) -> None:
    good, bad = people.performer(name="Good"), people.performer(name="Bad")
    people.performer(name="Unrated")
    people.rated(9, good)
    people.rated(4, bad)
    spoiled = people.rated(1, good)
    assert names(client, "?rating=5") == ["Good"]
    assert names(client, "?rating=6") == []
    hide_review(spoiled.id, by=people.admin())
    db.session.commit()
    assert names(client, "?rating=9") == ["Good"]
    assert sorted(names(client, "?rating=1")) == ["Bad", "Good"]


def test_the_three_orders(client: Browser, people: People) -> None:
    first, second, third = (people.performer(name=name) for name in ("First", "Second", "Third"))
    people.rated(7, second)
    people.rated(10, first)
    people.completed(second)
    assert names(client) == names(client, "?sort=rating") == ["First", "Second", "Third"]
    assert names(client, "?sort=completed") == ["Second", "First", "Third"]
    assert names(client, "?sort=newest") == ["Third", "Second", "First"]
    people.rated(9, third)
    assert names(client) == ["First", "Third", "Second"]


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_neither_skip_nor_repeat_while_others_register(people: People, sort: Sort) -> None:
    known = [people.performer() for _ in range(7)]
    for number, performer in enumerate(known[:3]):
        people.rated(5 + number % 2, performer)
    wanted = PerformerFilter(sort=sort)
    seen: list[int] = []
    page = performers.performers(wanted, size=2)
    while True:
        seen += [row.account_id for row in page.items]
        if page.next_cursor is None:
            break
        people.performer()
        page = performers.performers(wanted, page.next_cursor, size=2)
    assert len(seen) == len(set(seen))
    assert {account.id for account in known} <= set(seen)


def test_the_pager_keeps_the_filters(client: Browser, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performers.performers, "__defaults__", (None, 2))
    for name in ("Anna", "Boris", "Vera"):
        works_in(people, people.performer(name=name, headline="Design"), "design")
    people.performer(name="Gleb")
    first = client.page("/performers?category=design&q=design&sort=newest&rating=")
    link = first.select_one(".pager a[rel=next]")
    assert link is not None
    assert (
        "category=design" in str(link["href"])
        and "sort=newest" in str(link["href"])
        and "q=design" in str(link["href"])
    )
    assert names(client, str(link["href"]).removeprefix("/performers")) == ["Anna"]
    assert "3 performers" in first.get_text()


def test_the_directory_of_many_says_more_than(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        people.performer()
    assert performers.count_performers(PerformerFilter()) == (3, False)
    monkeypatch.setattr(performers, "COUNT_LIMIT", 2)
    assert performers.count_performers(PerformerFilter()) == (2, True)


def test_an_empty_directory_helps(client: Browser) -> None:
    assert "There are no performers yet" in client.page("/performers").get_text()
    assert "Nobody matches" in client.page("/performers?q=nobody").get_text()


@pytest.mark.parametrize(
    ("query", "culprit"),
    [
        ("category=no-such", "category"),
        ("category=python%27--", "category"),
        ("rating=11", "rating"),
        ("rating=0", "rating"),
        ("rating=NaN", "rating"),
        ("rating=%C2%B2", "rating"),
        ("rating=-1", "rating"),
        (f"rating={2**70}", "rating"),
        ("sort=best", "sort"),
        ("sort=rating;", "sort"),
        ("q=" + "x" * 101, "q"),
        ("category=no-such&rating=99", "rating"),
    ],
)
def test_a_filter_that_cannot_be_is_said_beside_it(client: Browser, query: str, culprit: str) -> None:
    page = client.page(f"/performers?{query}", status=422)
    assert page.select_one(f"#{culprit}-error") is not None
    assert page.select_one('[role="alert"]') is not None
    assert page.select(".person-card") == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("cursor=%00", 400),
        ("q=%00", 400),
        ("q=%ED%A0%80", 200),
        ("cursor=!!!", 422),
        ("cursor=" + "A" * 201, 422),
        ("cursor=" + "A" * 200, 422),
        ("cursor=W10", 422),
        ("cursor=" + encode_cursor(ALL, "x", 1), 422),
        ("cursor=" + encode_cursor(ALL, 1), 422),
        ("cursor=" + encode_cursor(ALL, 1, 2**70), 422),
        ("cursor=" + encode_cursor(ALL, 2**70, 1), 422),
        ("cursor=" + encode_cursor(ALL, -(2**70), 1), 422),
        ("cursor=" + encode_cursor(ALL, "²", 1), 422),
        ("cursor=" + encode_cursor(ALL, 1, 0), 422),
        ("sort=newest&cursor=" + encode_cursor(("performers", PerformerFilter(sort=Sort.NEWEST)), 900, 5), 422),
        ("page=²", 200),
        ("q=a&q=b&category=&category=x", 200),
        ("q=" + "%F0%9F%98%80" * 50, 200),
        ("x" * 5000, 414),
    ],
)
def test_hostile_addresses_are_answered_politely(client: Browser, people: People, query: str, status: int) -> None:
    people.performer()
    assert client.get(f"/performers?{query}").status_code == status
