"""What all operations have in common: who asks, how bodies are read, refusals, repetitions and conditions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.orders.errors import NotACustomer, NotAPerformer
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.states import Status
from marketplace.threads.errors import NoSuchFile
from marketplace.web.problems import kind_of
from marketplace.web.programs import API
from tests.api.program import PROBLEM, Program, told
from tests.people import People

Make = Callable[[Account | None], Program]


def test_an_order_is_taken_by_token_and_the_answer_shows_it(people: People, program: Make) -> None:
    order, performer = people.order(), people.performer()
    shown = program(performer).post(f"/orders/{order.id}/take")
    assert (shown["status"], shown["performer"]["id"]) == ("in_progress", performer.id)
    assert shown["price"] == "1500.00"
    assert shown["actions"] == ["withdraw", "complete", "comments", "attachments"]


def test_a_cookie_counts_for_nothing(people: People, program: Make) -> None:
    order, nobody = people.order(), program(None)
    nobody.browser.sign_in(people.performer())
    nobody.post(f"/orders/{order.id}/take", status=401)
    assert db.session.get_one(Order, order.id).status is Status.NEW


def test_who_has_not_signed_in_is_told_how(people: People, program: Make) -> None:
    answer = program(None).ask("POST", f"/orders/{people.order().id}/take")
    told(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c", "Bearer " + "x" * 5000])
def test_a_wrong_token_is_refused_even_where_none_is_needed(header: str, people: People, program: Make) -> None:
    told(program(None).ask("GET", f"/orders/{people.order().id}", headers={"Authorization": header}), 401)


def test_an_unknown_address_and_a_wrong_method_are_problems_too(people: People, program: Make) -> None:
    asker = program(people.customer())
    asker.get("/nothing", 404)
    answer = asker.ask("DELETE", f"/orders/{people.order().id}")
    told(answer, 405)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"[1]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b'{"reason": "a", "reason": "b"}', 400),
        (b'{"reason": NaN}', 400),
        (b'{"reason": Infinity}', 400),
        (b'{"reason": 1}', 422),
        (b'{"reason": "\\ud800"}', 422),
        (b'{"reason": "\\u0000"}', 422),
        (b'{"reason": "x", "else": 1}', 422),
        (b"{}", 422),
        (b"", 415),
        (b'{"reason": "\xff"}', 400),
        (b"\xef\xbb\xbf{}", 400),
        (b'{"reason":' * 100_000, 400),
        (b"[" * 100_000, 400),
        (b'{"reason": ' + b"9" * 5000 + b"}", 400),
        (b'{"reason": "' + b"x" * 1_100_000 + b'"}', 413),
        (b'{"reason": "' + b"x" * 600_000 + b'"}', 422),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_body_that_is_not_as_documented_changes_nothing(
    raw: bytes, status: int, people: People, program: Make
) -> None:
    order = people.order()
    answer = program(order.customer).ask(
        "POST",
        f"/orders/{order.id}/cancel",
        data=raw,
        headers={"Content-Type": "application/json"} if raw else {},
    )
    told(answer, status)
    assert db.session.get_one(Order, order.id).status is Status.NEW


def test_another_type_than_json_is_refused(people: People, program: Make) -> None:
    order = people.order()
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ):
        answer = program(order.customer).ask("POST", f"/orders/{order.id}/cancel", data=b"{}", content_type=kind)
        told(answer, 415)


def test_fields_and_parameters_that_are_not_documented_are_named(people: People, program: Make) -> None:
    order = people.order()
    asker = program(order.customer)
    problem = asker.post(f"/orders/{order.id}/cancel", {"reason": "No", "why": 1}, 422)
    assert problem["errors"] == {"why": ["There is no such field."]}
    assert asker.get(f"/orders/{order.id}?verbose=1", 422)["errors"] == {"verbose": ["There is no such parameter."]}


def test_words_are_in_the_language_that_is_asked_for(people: People, program: Make) -> None:
    answer = program(None).ask("GET", "/orders/1", headers={"Accept-Language": "ru"})
    assert told(answer, 404)["detail"] != told(program(None).ask("GET", "/orders/1"), 404)["detail"]


def test_a_refusal_of_the_domain_has_a_name_that_does_not_change(people: People, program: Make) -> None:
    order = people.taken()
    problem = program(people.performer()).post(f"/orders/{order.id}/take", status=409)
    assert problem["type"] == "urn:podryad:problem:illegal-step"


@pytest.mark.parametrize(
    ("error", "kind"),
    [(NotAPerformer, "not-a-performer"), (NotACustomer, "not-a-customer"), (NoSuchFile, "no-such-file")],
)
def test_the_type_of_a_problem_has_a_hyphen_between_all_its_words(error: type[DomainError], kind: str) -> None:
    assert kind_of(error) == f"urn:podryad:problem:{kind}"


class TestIdempotencyKey:
    """A request that is sent again."""

    KEY = {"Idempotency-Key": "4f9c"}

    def test_the_same_request_has_one_effect_and_one_answer(self, people: People, program: Make) -> None:
        order = people.order()
        asker = program(people.performer())
        first = asker.ask("POST", f"/orders/{order.id}/take", headers=self.KEY)
        again = asker.ask("POST", f"/orders/{order.id}/take", headers=self.KEY)
        assert (first.status_code, again.status_code) == (200, 200)
        assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
        assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
        events = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.to_status == Status.IN_PROGRESS)
        assert len(db.session.scalars(events).all()) == 1

    def test_another_request_under_the_key_is_refused(self, people: People, program: Make) -> None:
        customer = people.customer()
        one, other = people.order(customer), people.order(customer)
        asker = program(customer)
        asker.post(f"/orders/{one.id}/cancel", {"reason": "No"}, headers=self.KEY)
        asker.post(f"/orders/{one.id}/cancel", {"reason": "Other"}, 422, headers=self.KEY)
        asker.post(f"/orders/{other.id}/cancel", {"reason": "No"}, 422, headers=self.KEY)
        assert db.session.get_one(Order, other.id).status is Status.NEW

    def test_the_keys_of_others_are_others(self, people: People, program: Make) -> None:
        for _number in range(2):
            order = people.order()
            program(order.customer).post(f"/orders/{order.id}/cancel", {"reason": "No"}, headers=self.KEY)

    def test_a_refused_request_may_be_sent_again_under_its_key(self, people: People, program: Make) -> None:
        order = people.order()
        asker = program(order.customer)
        asker.post(f"/orders/{order.id}/cancel", {}, 422, headers=self.KEY)
        asker.post(f"/orders/{order.id}/cancel", {"reason": "No"}, headers=self.KEY)

    @pytest.mark.parametrize("key", ["", "x" * 201, "with blank", "ключ".encode().decode("latin-1")])
    def test_a_key_that_cannot_be_kept_is_refused(self, key: str, people: People, program: Make) -> None:
        order = people.order()
        asker = program(order.customer)
        asker.post(f"/orders/{order.id}/cancel", {"reason": "No"}, 422, headers={"Idempotency-Key": key})
        assert db.session.get_one(Order, order.id).status is Status.NEW


def test_a_thing_that_has_not_changed_is_not_sent_again(people: People, program: Make) -> None:
    order = people.order()
    asker = program(order.customer)
    first = asker.ask("GET", f"/orders/{order.id}")
    assert first.headers["Vary"] == "Accept-Language, Authorization"
    again = asker.ask("GET", f"/orders/{order.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    asker.post(f"/orders/{order.id}/cancel", {"reason": "No"})
    changed = asker.ask("GET", f"/orders/{order.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_whoever_reads_only_what_is_there_reads_it(people: People, program: Make) -> None:
    asker, path = program(people.customer()), f"/orders/{people.order().id}"
    tag = asker.ask("GET", path).headers["ETag"]
    for wanted, status in (("*", 200), (tag, 200), (f'"x", {tag}', 200), ('"x"', 412), ("", 412), (f"W/{tag}", 412)):
        told(asker.ask("GET", path, headers={"If-Match": wanted}), status)
    assert asker.ask("GET", path, headers={"If-Match": "*", "If-None-Match": tag}).status_code == 304


def test_every_answer_has_the_headers_of_the_site_and_sets_no_cookie(people: People, program: Make) -> None:
    for path, status in ((f"/orders/{people.order().id}", 200), ("/orders/1", 404), ("/me/too", 404)):
        answer = program(people.customer()).ask("GET", path)
        assert answer.status_code == status
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "no-cache" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]


def test_the_description_is_served_as_it_is_made(program: Make) -> None:
    described: dict[str, Any] = json.loads(program(None).browser.get(f"{API}/openapi.json").text)
    assert described["openapi"] == "3.1.0"
    assert described["paths"][f"{API}/orders/{{order_id}}/take"]["post"]["operationId"] == "take_order"
    assert PROBLEM in described["components"]["responses"]["404"]["content"]


def test_a_condition_that_nobody_compares_is_refused_and_nothing_is_done(people: People, program: Make) -> None:
    order = people.order()
    asker = program(order.customer)
    asker.post(f"/orders/{order.id}/cancel", {"reason": "No"}, 400, headers={"If-Match": '"stale"'})
    assert db.session.get_one(Order, order.id).status is Status.NEW


def test_what_is_no_list_and_no_object_is_called_so(people: People, program: Make) -> None:
    asker = program(people.customer())
    assert asker.patch("/me", {"portfolio": 5}, 422)["errors"] == {"portfolio": ["This is not a list."]}
    assert asker.patch("/me", [1], 422)["errors"] == {"body": ["This is not an object."]}


def test_what_is_cut_away_counts_too(people: People, program: Make) -> None:
    order = people.order()
    asker = program(order.customer)
    title = "Fix the report" + "\u200b" * 200
    assert asker.patch(f"/orders/{order.id}", {"title": title}, 422)["errors"]["title"]
    assert asker.patch(f"/orders/{order.id}", {"title": " Mend\u200b  the report\n"})["title"] == "Mend the report"
