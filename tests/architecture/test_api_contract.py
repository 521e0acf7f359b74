"""What was promised to other tools by name is in the description of the API; test_description.py reads all of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from flask import Flask

from marketplace.api.description.document import described
from marketplace.web.programs import API

CONTRACT = """
POST   /auth/register
POST   /auth/login
POST   /auth/refresh
POST   /auth/logout
GET    /me
PATCH  /me
GET    /board
GET    /orders
POST   /orders
GET    /orders/{order_id}
PATCH  /orders/{order_id}
POST   /orders/{order_id}/take
POST   /orders/{order_id}/withdraw
POST   /orders/{order_id}/complete
POST   /orders/{order_id}/cancel
POST   /orders/{order_id}/rate
POST   /orders/{order_id}/request-quote
POST   /orders/{order_id}/pay
POST   /orders/{order_id}/ready
GET    /orders/{order_id}/events
GET    /orders/{order_id}/lines
POST   /orders/{order_id}/lines
GET    /orders/{order_id}/lines/{line_id}
GET    /orders/{order_id}/offers
POST   /orders/{order_id}/offers
GET    /orders/{order_id}/comments
POST   /orders/{order_id}/comments
GET    /orders/{order_id}/comments/{comment_id}
GET    /orders/{order_id}/attachments
POST   /orders/{order_id}/attachments
GET    /orders/{order_id}/attachments/{attachment_id}
POST   /offers/{offer_id}/accept
POST   /offers/{offer_id}/decline
POST   /offers/{offer_id}/withdraw
GET    /categories
GET    /products
GET    /products/{product_id}
GET    /performers
GET    /performers/{performer_id}
GET    /performers/{performer_id}/reviews
GET    /users
GET    /users/{user_id}
GET    /events
"""
SENT = {
    "POST /auth/register": "email password name role",
    "POST /auth/login": "email password",
    "POST /orders": "title description category_id price deadline pricing",
    "PATCH /orders/{order_id}": "title description category_id price deadline",
    "POST /orders/{order_id}/cancel": "reason",
    "POST /orders/{order_id}/withdraw": "reason",
    "POST /orders/{order_id}/rate": "rating text",
    "POST /orders/{order_id}/offers": "price days message valid_until",
    "POST /orders/{order_id}/comments": "text",
    "POST /orders/{order_id}/lines": "product_id name quantity unit_price",
}
ORDER = (
    "id number title description category price currency status money_state deadline customer manager performer total"
    " created_at updated_at actions links"
)
ANSWERED = {
    "POST /auth/login": "access_token refresh_token token_type expires_in",
    "POST /auth/refresh": "access_token refresh_token token_type expires_in",
    **dict.fromkeys(("GET /orders/{order_id}", "POST /orders", "POST /orders/{order_id}/take"), ORDER),
}
INSIDE_AN_ORDER = {"category": "id slug name", "customer": "id name", "performer": "id name rating reviews"}
LISTS = {
    *("/board", "/orders", "/offers", "/categories", "/products", "/catalog/loads", "/performers", "/users", "/audit"),
    *(f"/orders/{{order_id}}/{part}" for part in ("events", "lines", "offers", "comments", "attachments")),
    "/performers/{performer_id}/reviews",
}
OTHER_LISTS = {
    # Goes on after an event, and never ends.
    "/events",
    # A hundred at most.
    "/me/sessions",
    # Thirty at most.
    "/me/filters",
}
PROMISED = CONTRACT.strip().splitlines()


@cache
def description() -> dict[str, Any]:
    """The description, in the words of the ids that we use, whatever those are called in it."""
    return described()


@pytest.fixture(autouse=True)
def _application(shared_app: Flask) -> None:
    """Operations are declared when the application is made."""


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """`METHOD /path` below the base, with what is said of it."""
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path.removeprefix(API)}", operation


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind its reference; of several, the one that is no null."""
    if "$ref" in schema:
        return resolved(description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    others = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    return resolved(others[0]) if len(others) == 1 else schema


def body_of(operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of the JSON that is sent; {} where none is."""
    content = operation.get("requestBody", {}).get("content", {})
    return resolved(content["application/json"]["schema"]) if "application/json" in content else {}


def answer_of(operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of the JSON that is answered when all is well; {} where there is none."""
    done = next(answer for status, answer in operation["responses"].items() if status[0] == "2")
    content = done.get("content", {})
    return resolved(content["application/json"]["schema"]) if "application/json" in content else {}


@pytest.mark.parametrize("line", PROMISED)
def test_what_was_promised_is_there(line: str) -> None:
    assert " ".join(line.split()) in dict(operations())


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_has_the_promised_names_and_no_others_go_through(name: str) -> None:
    body = body_of(dict(operations())[name])
    assert set(SENT[name].split()) <= set(body["properties"])
    assert body["additionalProperties"] is False


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_answered_has_the_promised_names(name: str) -> None:
    answer = answer_of(dict(operations())[name])
    assert set(ANSWERED[name].split()) <= set(answer["properties"])
    if ANSWERED[name] == ORDER:
        for part, names in INSIDE_AN_ORDER.items():
            assert set(names.split()) <= set(resolved(answer["properties"][part])["properties"]), part
        for amount in ("price", "total"):
            assert resolved(answer["properties"][amount])["type"] == "string"


def test_the_rating_is_a_whole_number_from_one_to_ten() -> None:
    rating = resolved(body_of(dict(operations())["POST /orders/{order_id}/rate"])["properties"]["rating"])
    assert (rating["type"], rating["minimum"], rating["maximum"]) == ("integer", 1, 10)


def test_lists_come_in_pages_of_a_promised_shape() -> None:
    found = dict(operations())
    for path in LISTS:
        operation = found[f"GET {path}"]
        assert {"items", "next_cursor"} <= set(answer_of(operation)["properties"]), path
        parameters = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}
        limit = parameters["limit"]
        assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 25), path
        assert "cursor" in parameters, path
    others = {
        name.removeprefix("GET ")
        for name, operation in found.items()
        if name.startswith("GET ") and "items" in answer_of(operation).get("properties", {})
    }
    assert others == LISTS | OTHER_LISTS, "a list that nobody thought of"


def test_the_feed_of_events_goes_on_after_one_of_them() -> None:
    operation = dict(operations())["GET /events"]
    parameters = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}
    assert set(parameters) == {"after", "limit"}
    assert (parameters["limit"]["minimum"], parameters["limit"]["maximum"]) == (1, 100)
    assert {"items", "last_id"} <= set(answer_of(operation)["properties"])
