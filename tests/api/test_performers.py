"""Performers by program: whom everybody finds, what is shown of them to whom, and what customers say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import PriceUnit
from marketplace.catalog.services import set_specialties
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program
from tests.people import People

Make = Callable[[Account | None], Program]

CONTACTS = {"phone": "+7 900 000-00-01", "messenger": "Telegram @anna", "site": "https://anna.example"}


def names(answer: Any) -> list[str]:
    return [item["name"] for item in answer["items"]]


def anna(people: People) -> Account:
    """A performer who has said everything of herself."""
    made = people.performer(
        name="Anna Kern",
        headline="Reports, quickly",
        about="Ten years of spreadsheets.",
        usual_price=Decimal(1500),
        price_unit=PriceUnit.HOUR,
        links=["https://example.com/works"],
        **CONTACTS,
    )
    set_specialties(made, [people.category("python").id, people.category("design").id], by=made)
    db.session.commit()
    return made


def block(account: Account, people: People) -> None:
    accounts.block_account(account.id, reason="Spam", by=people.admin())
    db.session.commit()


class TestTheDirectory:
    """Looking for somebody who does the work."""

    def test_everybody_reads_it_the_best_first(self, people: People, program: Make) -> None:
        made = anna(people)
        people.rated(9, made)
        people.rated(10, made)
        people.rated(7, people.performer(name="Boris"))
        people.performer(name="Clara")
        answer = program(None).get("/performers")
        assert names(answer) == ["Anna Kern", "Boris", "Clara"]
        first, _second, third = answer["items"]
        assert first == {
            "id": made.id,
            "name": "Anna Kern",
            "rating": 9.5,
            "reviews": 2,
            "headline": "Reports, quickly",
            "completed": 2,
            "usual_price": "1500.00",
            "price_unit": "hour",
            "currency": "RUB",
            "categories": [
                {"id": people.category(slug).id, "slug": slug, "name": slug.title()} for slug in ("python", "design")
            ],
            "created_at": first["created_at"],
            "links": {
                "self": f"{API}/performers/{made.id}",
                "page": f"/performers/{made.id}",
                "reviews": f"{API}/performers/{made.id}/reviews",
            },
        }
        assert (third["rating"], third["reviews"], third["usual_price"], third["categories"]) == (None, 0, None, [])

    def test_each_filter_of_the_page_finds_the_same(self, people: People, program: Make) -> None:
        made = anna(people)
        people.rated(9, made)
        boris = people.performer(name="Boris", headline="Fences")
        for rating in (6, 6):
            people.rated(rating, boris)
        people.performer(name="Clara", about="Reports and fences.")
        ask = program(None)
        for query, expected in (
            ("q=anna", ["Anna Kern"]),
            ("q=report", ["Anna Kern", "Clara"]),
            ("q=unheard-of", []),
            ("category=design", ["Anna Kern"]),
            ("rating=6", ["Anna Kern", "Boris"]),
            ("rating=7", ["Anna Kern"]),
            ("rating=10", []),
            ("sort=rating", ["Anna Kern", "Boris", "Clara"]),
            ("sort=completed", ["Boris", "Anna Kern", "Clara"]),
            ("sort=newest", ["Clara", "Boris", "Anna Kern"]),
            ("q=fences&sort=newest", ["Clara", "Boris"]),
        ):
            assert names(ask.get(f"/performers?{query}")) == expected, query

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("rating=0", "rating"),
            ("rating=11", "rating"),
            ("rating=+", "rating"),
            ("sort=name", "sort"),
            ("category=unheard-of", "category"),
            ("q=" + "x" * 101, "q"),
            ("name=x", "name"),
        ],
        ids=lambda value: value[:20],
    )
    def test_what_cannot_be_looked_for_is_named(self, query: str, field: str, people: People, program: Make) -> None:
        assert set(program(None).get(f"/performers?{query}", 422)["errors"]) == {field}

    def test_it_holds_active_performers_and_nobody_else(self, people: People, program: Make) -> None:
        people.customer()
        people.manager()
        block(people.performer(), people)
        boris = people.performer(name="Boris")
        assert names(program(people.admin()).get("/performers")) == ["Boris"]
        assert boris.active

    @pytest.mark.parametrize("sort", ["rating", "completed", "newest"])
    def test_pages_follow_each_other_without_a_gap(self, sort: str, people: People, program: Make) -> None:
        made = {people.performer(name=f"Number {number}").id for number in range(7)}
        people.rated(8, people.performer(name="Number 8"))
        found: list[int] = []
        cursor = ""
        while True:
            page = program(None).get(f"/performers?limit=3&sort={sort}{cursor}")
            found += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert (len(found), made < set(found)) == (8, True)
        program(None).get(f"/performers?sort={sort}&cursor=x", 422)

    def test_twenty_cost_as_many_questions_as_three(self, people: People, program: Make) -> None:
        for number in range(20):
            made = people.performer()
            set_specialties(made, [people.category(f"kind-{number % 4}").id, people.category().id], by=made)
        db.session.commit()
        costs = []
        for limit in (3, 20):
            with selects() as asked:
                assert len(program(None).get(f"/performers?limit={limit}")["items"]) == limit
            costs.append(len(asked))
        # The people, and what they work in.
        assert costs == [2, 2]


class TestOne:
    """Looking at somebody."""

    def test_everybody_reads_what_they_say_of_themselves(self, people: People, program: Make) -> None:
        made = anna(people)
        shown = program(None).get(f"/performers/{made.id}")
        assert (shown["about"], shown["portfolio"]) == ("Ten years of spreadsheets.", ["https://example.com/works"])
        (listed,) = program(None).get("/performers")["items"]
        assert {name: shown[name] for name in listed} == listed
        assert "email" not in shown

    def test_contacts_are_for_people_with_an_order_in_common_and_for_staff(self, people: People, program: Make) -> None:
        made = anna(people)
        order = people.taken(made)
        path = f"/performers/{made.id}"
        expected = {"id": made.id, "name": "Anna Kern", **CONTACTS}
        for reader in (made, order.customer, people.manager(), people.observer(), people.admin()):
            assert program(reader).get(path)["contacts"] == expected
        for other in (None, people.customer(), people.performer()):
            answer = program(other).ask("GET", path)
            assert answer.get_json()["contacts"] is None
            assert not any(word in answer.text for word in CONTACTS.values())

    def test_others_than_active_performers_have_no_page(self, people: People, program: Make) -> None:
        blocked = people.performer()
        block(blocked, people)
        admin = program(people.admin())
        for number in (blocked.id, people.customer().id, people.manager().id, 999_999):
            admin.get(f"/performers/{number}", 404)
            admin.get(f"/performers/{number}/reviews", 404)

    def test_it_costs_few_questions_and_is_not_sent_again(self, people: People, program: Make) -> None:
        made = anna(people)
        path, nobody, somebody = f"/performers/{made.id}", program(None), program(people.customer())
        with selects() as asked:
            tag = nobody.ask("GET", path).headers["ETag"]
        assert len(asked) == 2
        assert nobody.ask("GET", path, headers={"If-None-Match": tag}).status_code == 304
        with selects() as asked:
            somebody.get(path)
        # Who asks, the row, what they work in, the account, whether they have an order in common.
        assert len(asked) == 5


class TestReviews:
    """What customers say."""

    def test_the_latest_comes_first_with_its_answer(self, people: People, program: Make) -> None:
        made = people.performer()
        first, second = people.rated(7, made), people.rated(9, made)
        orders.answer_review(first.id, answer="It rained.", by=made)
        db.session.commit()
        latest, oldest = program(None).get(f"/performers/{made.id}/reviews")["items"]
        assert (latest["rating"], oldest["rating"]) == (9, 7)
        assert (oldest["answer"], oldest["answered_at"] is None, latest["answer"]) == ("It rained.", False, None)
        assert latest["customer"] == {"id": second.customer_id, "name": second.customer.name}
        assert (latest["text"], latest["order_title"], latest["order_id"]) == ("Thank you.", "Fix the report", None)

    def test_the_order_is_named_to_those_who_see_it(self, people: People, program: Make) -> None:
        made = people.performer()
        order = people.rated(7, made)
        path = f"/performers/{made.id}/reviews"
        for reader in (made, order.customer, people.observer()):
            assert program(reader).get(path)["items"][0]["order_id"] == order.id
        for other in (None, people.customer(), people.performer()):
            assert program(other).get(path)["items"][0]["order_id"] is None
        orders.hide_order(order.id, by=people.admin())
        db.session.commit()
        for other in (None, made):
            (review,) = program(other).get(path)["items"]
            assert (review["order_id"], review["order_title"]) == (None, None)

    def test_what_moderators_have_hidden_is_not_there(self, people: People, program: Make) -> None:
        made = people.performer()
        hidden, shown = people.rated(1, made), people.rated(9, made)
        orders.hide_review(hidden.id, by=people.admin())
        db.session.commit()
        for reader in (None, made, people.admin()):
            items = program(reader).get(f"/performers/{made.id}/reviews")["items"]
            assert [item["rating"] for item in items] == [shown.review.rating if shown.review else 0]
        assert program(None).get(f"/performers/{made.id}")["rating"] == 9.0

    def test_pages_follow_and_twenty_cost_as_many_questions_as_three(self, people: People, program: Make) -> None:
        made = people.performer()
        for number in range(20):
            people.rated(number % 10 + 1, made)
        path, costs, found = f"/performers/{made.id}/reviews", [], []
        for limit in (3, 20):
            with selects() as asked:
                page = program(None).get(f"{path}?limit={limit}")
            assert len(page["items"]) == limit
            costs.append(len(asked))
        # The performer, the reviews with their orders and customers.
        assert costs == [2, 2]
        expected = [item["created_at"] for item in page["items"]]
        cursor = ""
        while True:
            page = program(None).get(f"{path}?limit=7{cursor}")
            found += [item["created_at"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == expected
        program(None).get(f"{path}?cursor=x", 422)
        program(None).get(f"{path}?rating=1", 422)
