"""What programs read when they are refused speaks of requests; what people read speaks of pages and forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.accounts.models import Account
from marketplace.api.description.wording import REFUSALS
from marketplace.web.errors import FOR_PROGRAMS, MESSAGES, TITLES
from tests.api.program import Program, told
from tests.client import Browser
from tests.people import People

JSON = "application/json"

ASKED: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "no length": (411, "POST", "/orders", {"headers": {"Transfer-Encoding": "chunked"}}),
    "too large": (413, "POST", "/orders", {"data": b"x" * 11_000_000, "content_type": JSON}),
    "a long address": (414, "GET", "/board?q=" + "x" * 5000, {}),
    "a form": (415, "POST", "/orders", {"data": {"title": "x"}}),
    "packed": (415, "POST", "/orders", {"data": b"x", "content_type": JSON, "headers": {"Content-Encoding": "gzip"}}),
    "JSON for files": (415, "POST", "/orders/{order}/attachments", {"data": b"{}", "content_type": JSON}),
    "no JSON": (400, "POST", "/orders", {"data": b"title=x", "content_type": JSON}),
    "a body": (400, "POST", "/orders/{order}/complete", {"data": b'{"a": 1}', "content_type": JSON}),
    "NUL": (400, "GET", "/board?q=%00", {}),
    "nowhere": (404, "GET", "/nothing", {}),
    "no order": (404, "GET", "/orders/999999", {}),
    "no number": (404, "GET", "/orders/none", {}),
    "another method": (405, "DELETE", "/orders", {}),
    "the state": (412, "GET", "/orders/{order}", {"headers": {"If-Match": '"0"'}}),
}
"""By what is wrong: the status, the method, the path and what is sent."""

OF_PAGES = ("form", "page", "filter", "reload", "button", "field below")


@pytest.fixture
def robot(app: Flask, owner: Account) -> Program:
    """A program of somebody."""
    return Program(app, owner)


@pytest.fixture
def owner(people: People) -> Account:
    """A customer, with an order."""
    return people.customer()


def asked(robot: Program, owner: Account, people: People, what: str) -> TestResponse:
    """The answer to what is wrong in this way."""
    _status, method, path, sent = ASKED[what]
    return robot.ask(
        method, path.format(order=people.order(owner).id), **{**sent, "headers": {**sent.get("headers", {})}}
    )


@pytest.mark.parametrize("what", ASKED)
def test_a_refusal_speaks_of_the_request(robot: Program, owner: Account, people: People, what: str) -> None:
    problem = told(asked(robot, owner, people, what), ASKED[what][0])
    words = f"{problem['title']} {problem['detail']}".lower().replace("multipart/form-data", "")
    assert [word for word in OF_PAGES if word in words] == []
    assert len(problem["detail"]) > 10


@pytest.mark.parametrize("what", ["no length", "too large", "a long address", "a form", "no JSON", "the state"])
def test_the_description_shows_what_is_really_said(robot: Program, owner: Account, people: People, what: str) -> None:
    status = ASKED[what][0]
    problem = told(asked(robot, owner, people, what), status)
    shown = REFUSALS[status]
    assert (problem["title"], problem["detail"]) == (shown.title, shown.detail)


def test_an_empty_object_is_no_body(people: People, program: Callable[[Account], Program]) -> None:
    order = people.taken()
    assert order.performer is not None
    assert program(order.performer).post(f"/orders/{order.id}/complete", {})["status"] == "completed"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_choices_are_listed_without_words_of_another_language(nobody: Program, language: str) -> None:
    sent = {"email": "a@example.com", "password": "long enough", "name": "A", "role": "manager"}
    problem = nobody.post("/auth/register", sent, 422, headers={"Accept-Language": language})
    assert problem["errors"]["role"][0].endswith(": 'customer', 'performer'.")


def test_what_is_not_known_is_asked_to_send_a_token(nobody: Program) -> None:
    assert nobody.get("/me", 401)["detail"] == REFUSALS[401].detail


@pytest.mark.parametrize(
    ("status", "words", "sent"),
    [
        (411, "Say how long the form is before sending it.", {"headers": {"Transfer-Encoding": "chunked"}}),
        (413, "What you sent is larger than this page accepts.", {"data": {"title": "x" * 11_000_000}}),
        (414, "Shorten the filters and try again.", {"query_string": "q=" + "x" * 5000}),
        (415, "This address takes forms only.", {"data": b"{}", "content_type": JSON}),
        (400, "The form has expired.", {"data": {"title": "x"}}),
    ],
)
def test_pages_keep_their_words(app: Flask, owner: Account, status: int, words: str, sent: dict[str, Any]) -> None:
    page = Browser.of(app).sign_in(owner).post("/orders/new", **sent)
    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert words in page.text


def test_no_words_for_programs_speak_of_pages(app: Flask) -> None:
    assert set(FOR_PROGRAMS) >= {code for code, words in MESSAGES.items() if any(one in str(words) for one in OF_PAGES)}
    with app.test_request_context():
        said = [str(words).lower() for words in FOR_PROGRAMS.values()]
        assert [words for words in said if any(one in words for one in OF_PAGES)] == []
        assert set(FOR_PROGRAMS) <= set(TITLES)
