"""Refusals of what a program sends: in the caller's language, at places that were sent, and none of it guessed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, get_origin

import pytest
from flask import Flask
from pydantic import BaseModel, ValidationError

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.api.protocol import reading
from marketplace.api.protocol.operations import OPERATIONS
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.states import Status
from tests.api.program import Program, told
from tests.people import People
from tests.promises.hostile_json import BROKEN, PARTS

Make = Callable[[Account | None], Program]

JSON = "application/json"
RUSSIAN = {"Accept-Language": "ru"}
BROKEN_TEXT = ["The text holds characters that cannot be stored (NUL or broken Unicode)."]
TOO_LARGE = "A number in the JSON is too large."
TOO_DEEP = "The JSON is nested too deeply."


@pytest.mark.parametrize(
    ("raw", "errors"),
    [
        (rb'{"title": "\ud800", "category_id": 1}', {"title": BROKEN_TEXT}),
        (rb'{"lines": [{"name": "a"}, {"name": "\udc00"}]}', {"lines.1.name": BROKEN_TEXT}),
        (rb'{"lines": [{"\udc00": 1}]}', {"lines.0": BROKEN_TEXT}),
        (rb'{"\ud800": 1}', {"body": BROKEN_TEXT}),
        (rb'"\ud800"', {"body": BROKEN_TEXT}),
    ],
)
def test_half_a_character_is_named_by_its_place(
    raw: bytes, errors: dict[str, list[str]], people: People, program: Make
) -> None:
    answer = program(people.customer()).ask("POST", "/orders", data=raw, content_type=JSON)
    assert told(answer, 422)["errors"] == errors


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'{"lines": ' + b"[" * 900 + b"]" * 900 + b"}", TOO_DEEP),
        (b'{"lines": ' + b"[" * 250 + b"]" * 250 + b"}", TOO_DEEP),
        (b'{"lines": ' + b"[" * 100_000, TOO_DEEP),
        (b'{"category_id": ' + b"1" * 5000 + b"}", TOO_LARGE),
        (b'{"category_id": -' + b"1" * 500 + b"}", TOO_LARGE),
        (b'{"category_id": 1e999}', TOO_LARGE),
    ],
    ids=["deep", "less deep", "very deep", "long", "below zero", "infinite"],
)
def test_json_that_nobody_can_hold_is_called_so(raw: bytes, words: str, people: People, program: Make) -> None:
    answer = program(people.customer()).ask("POST", "/orders", data=raw, content_type=JSON)
    assert told(answer, 400)["detail"] == words


def test_a_pattern_is_told_in_words(people: People, program: Make) -> None:
    asker = program(people.admin())
    slug = {"slug": "A B", "name_ru": "А", "name_en": "A"}
    assert asker.post("/categories", slug, 422)["errors"] == {"slug": ["Use small Latin letters, digits and hyphens."]}
    load = {"url": "https://example.com", "price_from": "1.5", "price_to": "7"}
    words = ["This is not an amount in whole units such as 1500."]
    assert asker.post("/catalog/loads", load, 422)["errors"] == {"price_from": words}


def models() -> Iterator[tuple[type[BaseModel], bool]]:
    """All that comes in, and whether it comes as JSON."""
    for made in OPERATIONS.values():
        for model, is_json in ((made.body, True), (made.query, False)):
            if model is not None:
                yield model, is_json


def tries(value: Any) -> Iterator[Any]:
    """The value where a list may be wanted or an object, too."""
    yield from (value, [value], {"name": value}, [{"name": value, "quantity": value, "unit_price": value}])


def refused(model: type[BaseModel], is_json: bool) -> Iterator[Any]:
    """What pydantic says of every hostile value in every field of the model."""
    fields: dict[str, Any] = dict(model.model_fields)
    for value in (*PARTS, *([] if is_json else BROKEN)):
        for name in fields:
            for tried in tries(value) if is_json else (str(value), [str(value)]):
                if not is_json and isinstance(tried, list) is not (get_origin(fields[name].annotation) is list):
                    continue
                for inside in (tried, dict.fromkeys(fields, tried)) if is_json else (tried,):
                    try:
                        if is_json:
                            model.model_validate_json(json.dumps({name: inside}))
                        else:
                            model.model_validate({name: inside})
                    except ValidationError as error:
                        yield from error.errors(include_url=False, include_input=False)


def test_no_words_of_pydantic_reach_the_caller(app: Flask) -> None:
    assert any(model for model, _is_json in models())
    with app.test_request_context():
        unsaid = reading.OTHERWISE
        found = {
            (model.__name__, *map(str, detail["loc"]), detail["type"])
            for model, is_json in set(models())
            for detail in refused(model, is_json)
            if reading.told(detail) in (unsaid, detail["msg"])
        }
    assert found == set()


def test_what_nobody_has_thought_of_is_not_in_pydantics_words(app: Flask) -> None:
    with app.test_request_context(headers=RUSSIAN):
        assert "Input" not in reading.told({"type": "uuid_type", "loc": ("a",), "msg": "Input is bad", "input": 1})


@pytest.mark.parametrize("charset", ["windows-1251", "latin-1", "utf-16", '"cp1251"', "us-ascii"])
def test_another_character_set_than_utf_8_is_refused(charset: str, people: People, program: Make) -> None:
    order = people.order()
    asker, kind = program(order.customer), f"{JSON}; charset={charset}"
    answer = asker.ask("POST", f"/orders/{order.id}/cancel", data=b'{"reason": "No"}', content_type=kind)
    assert told(answer, 415)["detail"] == "Send the body in UTF-8."
    assert db.session.get_one(Order, order.id).status is Status.NEW


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_utf_8_may_be_named(charset: str, people: People, program: Make) -> None:
    order = people.order()
    kind = f"{JSON}; charset={charset}"
    body = '{"reason": "Нет"}'.encode()
    told(program(order.customer).ask("POST", f"/orders/{order.id}/cancel", data=body, content_type=kind), 200)


def test_a_part_that_cannot_be_read_is_not_called_missing(people: People, program: Make) -> None:
    order = people.order()
    raw = b'--x\r\nContent-Disposition: form-data; name="files"; filename="\xff.txt"\r\n\r\nhello\r\n--x--\r\n'
    asker, path = program(order.customer), f"/orders/{order.id}/attachments"
    answer = asker.ask("POST", path, data=raw, content_type="multipart/form-data; boundary=x")
    words = "The parts cannot be read: send them whole, with their headers in UTF-8."
    assert told(answer, 422)["errors"] == {"files": [words]}
    other = asker.ask("POST", path, data=raw, content_type="multipart/form-data; boundary=x; charset=latin-1")
    told(other, 415)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "header",
    [{"If-None-Match": "*"}, {"If-None-Match": '"a"'}, {"If-Unmodified-Since": "Sat, 01 Jan 2028 00:00:00 GMT"}],
)
def test_a_condition_that_nobody_compares_changes_nothing(
    method: str, header: dict[str, str], people: People, program: Make
) -> None:
    order = people.order()
    asker = program(order.customer)
    kept = asker.post("/me/filters", {"name": "Mine", "filter": {"status": ["new"]}}, 201)
    path, body = {
        "POST": (f"/orders/{order.id}/cancel", {"reason": "No"}),
        "PATCH": (f"/orders/{order.id}", {"title": "Another"}),
        "DELETE": (f"/me/filters/{kept['id']}", None),
    }[method]
    before = asker.get(f"/orders/{order.id}"), asker.get("/me/filters")
    assert next(iter(header)) in told(asker.ask(method, path, body, headers=header), 400)["detail"]
    assert (asker.get(f"/orders/{order.id}"), asker.get("/me/filters")) == before
    assert [one["id"] for one in before[1]["items"]] == [kept["id"]]


@pytest.mark.parametrize("limit", ["1_0", "+5", "%2B5", "%205", "5%0A", "%D9%A5", "1e1", "5."])
def test_a_number_in_an_address_is_spelled_in_digits(limit: str, program: Make) -> None:
    problem = told(program(None).ask("GET", f"/board?limit={limit}"), 422)
    assert problem["errors"] == {"limit": ["This is not a whole number."]}


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_body_that_is_packed_is_refused_for_that_and_not_as_bad_json(
    coding: str, people: People, program: Make
) -> None:
    customer, packed = people.customer(), {"Content-Encoding": coding}
    asker, address = program(customer), f"/orders/{people.order(customer).id}/attachments"
    asker.patch("/me", {"about": "Packed"}, 415, headers=packed)
    files = {"files": (BytesIO(b"text"), "plan.txt")}
    told(asker.ask("POST", address, data=files, content_type="multipart/form-data", headers=packed), 415)
    asker.patch("/me", {"about": "Plain"}, headers={"Content-Encoding": "identity"})


def test_a_list_has_no_state_to_compare(people: People, program: Make) -> None:
    asker = program(people.customer())
    for header in ({"If-Match": "*"}, {"If-Match": '"a"'}, {"If-Unmodified-Since": "Sat, 01 Jan 2028 00:00:00 GMT"}):
        told(asker.ask("GET", "/board", headers=header), 400)
    for header in ({"If-None-Match": "*"}, {"If-Modified-Since": "Sat, 01 Jan 2028 00:00:00 GMT"}):
        told(asker.ask("GET", "/board", headers=header), 200)


def test_every_operation_compares_a_state_or_says_that_it_does_not(people: People, program: Make) -> None:
    programs = {role: program(people.account(role)) for role in Role}
    answers: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    for made in OPERATIONS.values():
        asker = next(programs[role] for role in Role if role in (made.gate.roles or Role))
        asker = asker if made.asks_who else program(None)
        answer = asker.ask(made.method, re.sub("<[^>]+>", str(10**17), made.rule), headers={"If-Match": '"stale"'})
        is_refused = answer.status_code == 400 and "takes no If-Match" in answer.text
        assert is_refused is (412 not in made.errors), (made.name, answer.status_code, answer.text[:200])
        answers[is_refused][answer.status_code] += 1
    assert set(answers[False]) <= {404, 412, 415, 422}


def test_an_address_that_is_too_long_is_called_so(program: Make) -> None:
    told(program(None).ask("POST", "/auth/login?" + "x" * 9000), 414)
    told(program(None).ask("GET", "/orders/1?" + "x" * 9000), 414)
