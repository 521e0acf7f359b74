"""The story of docs/api.md, told with a client that a generator made of the description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from marketplace.api.protocol.operations import OPERATIONS
from tests.api.client.generated import Caller, Generated

DEADLINE = date.today() + timedelta(days=30)  # noqa: DTZ011  # the day is the customer's
CONTENT = b"10 pieces: 5 %\n100 pieces: 8 %\n"


class People:
    """Those who are in the story, and the shapes that they send."""

    def __init__(self, generated: Generated, address: str) -> None:
        self.generated, self.address = generated, address
        self.callers: list[Caller] = []
        self.nobody = self.caller()

    def caller(self, token: str | None = None) -> Caller:
        """A program with this token."""
        self.callers.append(Caller(self.generated, self.address, token))
        return self.callers[-1]

    def shape(self, model: str, /, **fields: Any) -> Any:
        """One of the models."""
        return self.generated.model(model)(**fields)

    def join(self, name: str, role: str) -> tuple[Caller, Any]:
        """Registers somebody and signs them in; their program and their tokens."""
        email, password = f"{name.lower()}@example.com", f"{name}-likes-green-tea"
        kinds = self.generated.model("RegistrationRole")
        registration = self.shape("Registration", email=email, password=password, name=name, role=kinds(role))
        me = self.nobody.get("register_account", body=registration)
        assert (me.email, me.name, str(me.role)) == (email, name, role)
        tokens = self.nobody.get("sign_in", body=self.shape("SignIn", email=email, password=password))
        assert (tokens.token_type, tokens.expires_in) == ("Bearer", 900)
        return self.caller(tokens.access_token), tokens


@pytest.fixture
def people(generated: Generated, address: str) -> Iterator[People]:
    """The cast."""
    people = People(generated, address)
    yield people
    for caller in people.callers:
        caller.close()


def test_the_generator_understands_all_of_the_description(generated: Generated) -> None:
    assert re.findall("(?i)warning.*|error.*|cannot.*", generated.said) == []
    made = {file.stem for file in generated.folder.glob("api/*/*.py")} - {"__init__"}
    assert made == set(OPERATIONS)


def test_the_whole_story_is_told_with_the_generated_client(people: People) -> None:
    anna, annas_tokens = people.join("Anna", "customer")
    boris, _tokens = people.join("Boris", "performer")

    category = people.nobody.get("list_categories").items[0]
    pricing = people.generated.model("Pricing")
    wanted = people.shape(
        "OrderIn",
        title="Repair the price calculator",
        description="Discounts are counted twice.",
        category_id=category.id,
        pricing=pricing.QUOTE,
        deadline=DEADLINE,
    )
    posted = anna.ask("post_order", body=wanted, idempotency_key="order-1")
    order = posted.parsed
    assert (posted.status_code, order.title, order.deadline) == (201, wanted.title, DEADLINE)
    assert posted.headers["Location"] == order.links["self"]

    again = anna.ask("post_order", body=wanted, idempotency_key="order-1")
    assert (again.status_code, again.parsed.id, again.headers["Idempotent-Replayed"]) == (201, order.id, "true")
    assert [one.id for one in people.nobody.get("list_board", q="calculator").items] == [order.id]

    offer = boris.get("post_offer", order.id, body=people.shape("OfferIn", price="12000.00", days=4, terms=order.terms))
    assert [one.id for one in anna.get("list_order_offers", order.id).items] == [offer.id]
    accepted = anna.get("accept_offer", offer.id)
    assert (accepted.status, accepted.price) == ("accepted", "12000.00")

    comment = anna.get("post_comment", order.id, body=people.shape("CommentIn", text="The rules are in the file."))
    assert comment.author.name == "Anna"
    package = people.generated.part("types")
    file = package.File(payload=BytesIO(CONTENT), file_name="discounts.txt", mime_type="text/plain")
    sent = anna.get("post_attachments", order.id, body=people.shape("PostAttachmentsBody", files=[file]))
    read = boris.get("get_attachment_content", order.id, sent.items[0].id)
    assert read.payload.read() == CONTENT

    completed = boris.get("complete_order", order.id)
    assert (completed.status, completed.performer.name) == ("completed", "Boris")
    rated = anna.get("rate_order", order.id, body=people.shape("Rating", rating=9, text="On time and careful."))
    assert (rated.review.rating, rated.performer.rating) == (9, 9.0)
    assert isinstance(rated.completed_at, datetime)
    assert rated.completed_at.utcoffset() == timedelta()
    assert rated.completed_at > datetime(2026, 1, 1, tzinfo=UTC)

    history = anna.get("list_order_events", order.id)
    assert [event.to_status for event in history.items if event.kind == "status"] == [
        *("new", "quoting", "quoted", "in_progress", "completed")
    ]
    feed = boris.get("list_events", after=0)
    assert {item.id for item in feed.items} >= {event.id for event in history.items[1:] if event.kind == "status"}

    fresh = people.nobody.get("refresh_tokens", body=people.shape("Refresh", refresh_token=annas_tokens.refresh_token))
    anna = people.caller(fresh.access_token)
    assert anna.get("get_me").as_customer.completed == 1
    assert anna.ask("sign_out").status_code == 204
    assert anna.ask("get_me").status_code == 401


def test_refusals_are_read_as_problems(people: People) -> None:
    dora, _tokens = people.join("Dora", "customer")
    problem = dora.ask("get_order", 999_999).parsed
    assert isinstance(problem, people.generated.model("Problem"))
    assert (problem.status, problem.type_) == (404, "urn:podryad:problem:no-such-order")
    wrong = people.shape("ProfileChange", time_zone="Nowhere/At all")
    refused = dora.ask("edit_me", body=wrong).parsed
    assert (refused.status, list(refused.errors.additional_properties)) == (422, ["time_zone"])


def test_what_has_changed_meanwhile_is_not_overwritten(people: People) -> None:
    egon, _tokens = people.join("Egon", "performer")
    first = egon.ask("get_me")
    change = people.shape("ProfileChange", about="Ten years of reports.")
    tag = first.headers["ETag"]
    assert egon.ask("get_me", if_none_match=tag).status_code == 304
    assert egon.ask("edit_me", body=change, if_match=tag).parsed.about == "Ten years of reports."
    assert egon.ask("edit_me", body=change, if_match=tag).status_code == 412
