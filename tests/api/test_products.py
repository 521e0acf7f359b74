"""Categories and products by program: what everybody finds, and what the desk writes down."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Account, AuditEntry
from marketplace.api.schemas.catalog import ProductIn, ProductPatch
from marketplace.catalog import services
from marketplace.catalog.models import (
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    SOURCE_LENGTH,
    UNIT_LENGTH,
    Product,
)
from marketplace.core.db import db
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.catalog.shelf import keeper, picture, prices, product
from tests.people import People

Make = Callable[[Account | None], Program]

TABLE = {
    "name": " Oak  table ",
    "description": "Solid oak.\r\nOiled.",
    "price": "1499.9",
    "unit": "pc",
    "source_url": "https://example.com/tables/7",
}


def names(answer: Any) -> list[str]:
    return [item["name"] for item in answer["items"]]


def number_of_products() -> int:
    return db.session.scalar(select(func.count()).select_from(Product)) or 0


class TestCategories:
    """What kinds of work there are."""

    def test_everybody_reads_them_in_their_order_with_what_there_is_to_do(self, people: People, program: Make) -> None:
        people.order(category_id=people.category("design").id)
        people.order(category_id=people.category("design").id)
        people.taken()
        people.category("design").position = 5
        people.category("python").is_active = False
        db.session.commit()
        answer = program(None).get("/categories")
        shown = {item["slug"]: (item["name"], item["open_orders"], item["is_active"]) for item in answer["items"]}
        assert shown == {"python": ("Python", 0, False), "design": ("Design", 2, True)}
        assert [item["slug"] for item in answer["items"]] == ["python", "design"]
        assert answer["next_cursor"] is None
        board = answer["items"][1]["links"]["board"].removeprefix(API)
        assert len(program(None).get(board)["items"]) == 2

    def test_their_names_are_in_the_language_that_is_asked_for(self, people: People, program: Make) -> None:
        people.category()
        answer = told(program(None).ask("GET", "/categories", headers={"Accept-Language": "ru"}), 200)
        assert names(answer) == ["python по-русски"]

    def test_pages_follow_each_other(self, people: People, program: Make) -> None:
        made = [people.category(f"kind-{number}") for number in range(7)]
        for category in made:
            category.position = category.id % 3
        db.session.commit()
        expected = [category.slug for category in sorted(made, key=lambda one: (one.position, one.id))]
        found, cursor = [], ""
        while True:
            page = program(None).get(f"/categories?limit=3{cursor}")
            found += [item["slug"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == expected
        program(None).get("/categories?cursor=x", 422)

    def test_twenty_cost_as_many_questions_as_three(self, people: People, program: Make) -> None:
        for number in range(20):
            people.category(f"kind-{number}")
        costs = []
        for limit in (3, 20):
            with selects() as asked:
                assert len(program(None).get(f"/categories?limit={limit}")["items"]) == limit
            costs.append(len(asked))
        assert costs == [1, 1]


class TestTheList:
    """Looking for products."""

    def test_the_newest_come_first_with_price_and_picture(self, people: People, program: Make) -> None:
        product(people, name="Old")
        made = product(people, name="New", pictures=[picture()], category_id=people.category().id)
        first, second = program(None).get("/products")["items"]
        assert (first["name"], second["name"]) == ("New", "Old")
        assert (first["price"], first["unit"], first["currency"], first["is_hidden"]) == ("12.50", "pcs", "RUB", False)
        assert first["category"] == {"id": people.category().id, "slug": "python", "name": "Python"}
        assert (second["category"], second["thumbnail"]) == (None, None)
        assert first["thumbnail"] == f"/media/pictures/{picture().digest}/thumb"
        assert first["links"] == {"self": f"{API}/products/{made.id}", "page": f"/products/{made.id}"}

    def test_each_filter_of_the_page_finds_the_same(self, people: People, program: Make) -> None:
        product(people, name="Oak table", price=Decimal(900), category_id=people.category().id)
        product(people, name="Steel table", price=Decimal(100), pictures=[picture()])
        product(people, name="Chair", price=Decimal(50), description="For a table.")
        ask = program(None)
        for query, expected in (
            ("q=table", ["Chair", "Steel table", "Oak table"]),
            ("q=oak", ["Oak table"]),
            ("category=python", ["Oak table"]),
            ("price_from=100", ["Steel table", "Oak table"]),
            ("price_to=100.00", ["Chair", "Steel table"]),
            ("price_from=60&price_to=200", ["Steel table"]),
            ("with_pictures=true", ["Steel table"]),
            ("with_pictures=false&q=steel", ["Steel table"]),
            ("q=table&price_from=500&category=python", ["Oak table"]),
            ("q=unheard-of", []),
        ):
            assert names(ask.get(f"/products?{query}")) == expected, query

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("price_from=-1", "price_from"),
            ("price_from=1e3", "price_from"),
            ("price_to=1.999", "price_to"),
            ("price_to=99999999999", "price_to"),
            ("price_from=2&price_to=1", "price_to"),
            ("with_pictures=yes", "with_pictures"),
            ("with_pictures=1", "with_pictures"),
            ("hidden=+", "hidden"),
            ("category=unheard-of", "category"),
            ("q=" + "x" * 101, "q"),
            ("words=x", "words"),
        ],
        ids=lambda value: value[:25],
    )
    def test_what_cannot_be_looked_for_is_named(self, query: str, field: str, people: People, program: Make) -> None:
        assert set(program(None).get(f"/products?{query}", 422)["errors"]) == {field}

    def test_a_damaged_cursor_is_refused(self, people: People, program: Make) -> None:
        product(people)
        for cursor in ("x", "WzBd", "W10"):
            program(None).get(f"/products?cursor={cursor}", 422)

    def test_what_is_off_sale_is_found_by_the_desk_only(self, people: People, program: Make) -> None:
        gone = product(people, name="Gone")
        product(people, name="There")
        services.hide_product(gone.id, by=keeper(people))
        db.session.commit()
        for asker in (None, people.customer(), people.performer(), people.observer()):
            assert names(program(asker).get("/products")) == ["There"]
            program(asker).get("/products?hidden=true", 403)
        for asker in (people.manager(), people.admin()):
            (item,) = program(asker).get("/products?hidden=true")["items"]
            assert (item["name"], item["is_hidden"]) == ("Gone", True)
            assert names(program(asker).get("/products?hidden=false")) == ["There"]

    def test_pages_follow_each_other_without_a_gap(self, people: People, program: Make) -> None:
        made = [product(people, name=f"Number {number}").name for number in range(7)]
        first = program(None).get("/products?limit=3&q=number")
        product(people, name="Number 8")
        found, cursor = names(first), first["next_cursor"]
        while cursor:
            page = program(None).get(f"/products?limit=3&q=number&cursor={cursor}")
            found += names(page)
            cursor = page["next_cursor"]
        assert found == made[::-1]

    def test_twenty_cost_as_many_questions_as_three(self, people: People, program: Make) -> None:
        for number in range(20):
            category = people.category(f"kind-{number % 4}")
            product(people, pictures=[picture()], category_id=category.id)
        costs = []
        for limit in (3, 20):
            with selects() as asked:
                assert len(program(None).get(f"/products?limit={limit}")["items"]) == limit
            costs.append(len(asked))
        # How many there are, which has its use for the plan, and the products.
        assert costs == [2, 2]


class TestOne:
    """Looking at a product."""

    def test_it_is_shown_with_its_pictures_and_what_it_has_cost(self, people: People, program: Make) -> None:
        made = product(people, pictures=[picture("red"), picture("blue")], source_url="https://example.com/1")
        program(keeper(people)).patch(f"/products/{made.id}", {"price": "20"})
        shown = program(None).get(f"/products/{made.id}")
        assert [row["price"] for row in shown["prices"]] == ["12.50", "20.00"]
        assert shown["priced_at"] == shown["prices"][-1]["at"]
        first = shown["pictures"][0]
        assert (first["url"], first["width"], first["height"]) == (f"/media/pictures/{picture('red').digest}", 40, 30)
        assert shown["thumbnail"] == first["thumbnail"]
        assert [row["url"][-64:] for row in shown["pictures"]] == [picture("red").digest, picture("blue").digest]
        assert (shown["description"], shown["source_url"]) == ("Holds cables together.", "https://example.com/1")
        assert shown["actions"] == []

    def test_what_is_off_sale_exists_for_the_desk_only(self, people: People, program: Make) -> None:
        made = product(people)
        services.hide_product(made.id, by=keeper(people))
        db.session.commit()
        for asker in (None, people.customer(), people.performer(), people.observer()):
            program(asker).get(f"/products/{made.id}", 404)
        for asker in (people.manager(), people.admin()):
            assert program(asker).get(f"/products/{made.id}")["actions"] == ["edit", "pictures", "show"]
        program(None).get("/products/999999", 404)

    def test_it_costs_few_questions_and_is_not_sent_again(self, people: People, program: Make) -> None:
        made = product(people, pictures=[picture("red"), picture("blue")], category_id=people.category().id)
        path, asker = f"/products/{made.id}", program(None)
        with selects() as asked:
            tag = asker.ask("GET", path).headers["ETag"]
        assert len(asked) == 3
        assert asker.ask("GET", path, headers={"If-None-Match": tag}).status_code == 304


class TestTheDesk:
    """Keeping the catalogue."""

    def test_a_product_is_written_down_and_on_sale_at_once(self, people: People, program: Make) -> None:
        category = people.category()
        asker = program(people.manager())
        answer = asker.ask("POST", "/products", {**TABLE, "category_id": category.id})
        made = told(answer, 201)
        assert (made["name"], made["price"], made["unit"]) == ("Oak table", "1499.90", "pc")
        assert made["description"] == "Solid oak.\nOiled."
        assert (made["category"]["slug"], made["actions"]) == ("python", ["edit", "pictures", "hide"])
        assert [row["price"] for row in made["prices"]] == ["1499.90"]
        assert answer.headers["Location"] == f"{API}/products/{made['id']}"
        assert answer.headers["ETag"] == asker.ask("GET", f"/products/{made['id']}").headers["ETag"]
        assert names(program(None).get("/products")) == ["Oak table"]
        audited = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "Product")).all()
        assert audited == ["create"]

    def test_the_name_and_the_price_are_enough(self, people: People, program: Make) -> None:
        made = program(people.admin()).post("/products", {"name": "Nail", "price": "0.01"}, 201)
        assert (made["unit"], made["description"], made["category"], made["source_url"]) == ("", "", None, None)

    def test_nobody_else_keeps_the_catalogue(self, people: People, program: Make) -> None:
        made = product(people)
        path = f"/products/{made.id}"
        for account, status in (
            (None, 401),
            (people.customer(), 403),
            (people.performer(), 403),
            (people.observer(), 403),
        ):
            asker = program(account)
            asker.post("/products", {"name": "Nail", "price": "1"}, status)
            asker.patch(path, {"name": "Mine"}, status)
            for act in ("hide", "show"):
                asker.post(f"{path}/{act}", status=status)
        assert (number_of_products(), made.name, made.is_active) == (1, "Cable tie", True)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": " — "}, "name"),
            ({"name": "x" * (NAME_LENGTH + 1)}, "name"),
            ({"name": None}, "name"),
            ({"description": "x" * (DESCRIPTION_LENGTH + 1)}, "description"),
            ({"unit": "x" * (UNIT_LENGTH + 1)}, "unit"),
            ({"price": "0"}, "price"),
            ({"price": "-1"}, "price"),
            ({"price": 5}, "price"),
            ({"price": "1,5"}, "price"),
            ({"price": "1e2"}, "price"),
            ({"price": None}, "price"),
            ({"category_id": 999_999}, "category_id"),
            ({"category_id": "1"}, "category_id"),
            ({"category_id": 0}, "category_id"),
            ({"category_id": 2**70}, "category_id"),
            ({"source_url": "javascript:alert(1)"}, "source_url"),
            ({"source_url": "https://"}, "source_url"),
            ({"source_url": "https://exa mple.com"}, "source_url"),
            ({"source_url": "https://example.com/" + "x" * SOURCE_LENGTH}, "source_url"),
            ({"is_hidden": True}, "is_hidden"),
        ],
        ids=lambda value: repr(value)[:30],
    )
    def test_what_no_product_can_have_is_named_and_nothing_changes(
        self, change: dict[str, Any], field: str, people: People, program: Make
    ) -> None:
        made = product(people)
        asker = program(people.manager())
        assert set(asker.post("/products", {**TABLE, **change}, 422)["errors"]) == {field}
        assert set(asker.patch(f"/products/{made.id}", {"unit": "m", **change}, 422)["errors"]) == {field}
        assert (number_of_products(), made.name, made.unit, prices(made)) == (1, "Cable tie", "pcs", [Decimal("12.50")])

    def test_a_category_that_takes_no_orders_takes_no_products_and_keeps_its_own(
        self, people: People, program: Make
    ) -> None:
        category = people.category()
        made = product(people, category_id=category.id)
        category.is_active = False
        db.session.commit()
        asker = program(people.manager())
        asker.post("/products", {**TABLE, "category_id": category.id}, 422)
        shown = asker.patch(f"/products/{made.id}", {"name": "Tie", "category_id": category.id})
        assert (shown["name"], shown["category"]["id"]) == ("Tie", category.id)

    def test_only_what_is_sent_changes(self, people: People, program: Make) -> None:
        first, second = people.category("first"), people.category("second")
        made = product(people, category_id=first.id, source_url="https://example.com/1")
        asker, path = program(people.manager()), f"/products/{made.id}"
        before = asker.get(path)
        for change, shown in (
            ({"name": "Tie"}, {"name": "Tie"}),
            ({"description": ""}, {"description": ""}),
            ({"unit": "pack"}, {"unit": "pack"}),
            ({"category_id": second.id}, {"category": {"id": second.id, "slug": "second", "name": "Second"}}),
            ({"category_id": None}, {"category": None}),
            ({"source_url": None}, {"source_url": None}),
            ({}, {}),
        ):
            after = asker.patch(path, change)
            assert after == asker.get(path)
            assert {**after, "updated_at": ""} == {**before, **shown, "updated_at": ""}
            before = after
        assert prices(made) == [Decimal("12.50")]

    def test_what_somebody_else_has_changed_meanwhile_stays(self, people: People, program: Make) -> None:
        made = product(people)
        asker, path = program(people.manager()), f"/products/{made.id}"
        tag = asker.ask("GET", path).headers["ETag"]
        answer = asker.ask("PATCH", path, {"price": "20"}, headers={"If-Match": tag})
        assert told(answer, 200)["price"] == "20.00"
        asker.patch(path, {"price": "30"}, 412, headers={"If-Match": tag})
        assert prices(made) == [Decimal("12.50"), Decimal(20)]
        asker.patch(path, {"price": "30"}, headers={"If-Match": answer.headers["ETag"]})
        assert prices(made) == [Decimal("12.50"), Decimal(20), Decimal(30)]

    def test_a_product_goes_off_sale_and_comes_back(self, people: People, program: Make) -> None:
        made = product(people)
        asker, path = program(people.manager()), f"/products/{made.id}"
        for _time in range(2):
            hidden = asker.post(f"{path}/hide")
            assert (hidden["is_hidden"], hidden["actions"]) == (True, ["edit", "pictures", "show"])
        program(None).get(path, 404)
        assert asker.post(f"{path}/show")["is_hidden"] is False
        program(None).get(path)
        audited = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(made.id))).all()
        assert sorted(audited) == ["create", "hide", "show"]

    def test_what_is_not_there_is_not_found(self, people: People, program: Make) -> None:
        asker = program(people.manager())
        asker.patch("/products/999999", {"name": "x"}, 404)
        asker.post("/products/999999/hide", status=404)
        asker.post("/products/999999/show", status=404)

    def test_a_product_sent_twice_is_one(self, people: People, program: Make) -> None:
        asker = program(people.manager())
        answers = [asker.post("/products", TABLE, 201, headers={"Idempotency-Key": "table"}) for _time in range(2)]
        assert answers[0] == answers[1]
        assert number_of_products() == 1


def test_what_can_be_written_down_can_be_changed() -> None:
    assert list(ProductPatch.model_fields) == list(ProductIn.model_fields)
    assert not any(field.is_required() for field in ProductPatch.model_fields.values())
