"""Every kind of event that can happen: what it says, that the description says so, and to whom it says less."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from marketplace.accounts.models import Account
from marketplace.api.description.document import described
from marketplace.api.schemas.events import EventOut
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.services import talking
from marketplace.orders.states import EventKind, MoneyState
from marketplace.threads.services import file_folder, remove_file
from tests.api.program import Program
from tests.orders.offers import accept, line, send
from tests.people import LIMIT, People
from tests.web.talking import comment_on, file_on, media

assert media
Make = Callable[[Account | None], Program]


class Street(NamedTuple):
    """Orders that everything has happened to, and all who had to do with them."""

    order: Order
    customer: Account
    winner: Account
    rival: Account
    gone: Account
    """Has had the order and given it back."""
    desk: Account
    admin: Account


SAID_BY_THE_GONE = "My reasons are my own"
SAID_TO_THE_RIVAL = "Dearer than the others"


@pytest.fixture
def street(people: People, media: Path) -> Street:
    """Everything that an order can be told of, at least once."""
    customer, winner, rival, gone = people.customer(), people.performer(), people.performer(), people.performer()
    desk, admin = people.manager(), people.admin()
    order = people.order(customer, price=None)
    services.take_order(order.id, limit=LIMIT, by=gone)
    services.withdraw_order(order.id, reason=SAID_BY_THE_GONE, by=gone)
    services.add_line(order.id, line("Pipes"), by=customer)
    services.request_quote(order.id, by=customer)
    services.assign_manager(order.id, manager_id=desk.id, by=desk)
    services.assign_manager(order.id, manager_id=None, by=desk)
    services.hide_order(order.id, by=admin)
    services.show_order(order.id, by=admin)
    services.withdraw_offer(send(order, rival, "7771").id, reason="A slip", by=rival)
    services.decline_offer(send(order, rival, "7772").id, reason=SAID_TO_THE_RIVAL, by=customer)
    send(order, rival, "7773", expires_at=clock.now() + timedelta(hours=1))
    db.session.commit()
    with clock.fixed(clock.now() + timedelta(hours=2)):
        services.expire_offers()
        db.session.commit()
    accept(send(order, winner, "900"))
    comment = comment_on(order, winner, "A word too many")
    talking.edit_comment(order.id, comment.id, text="A rude word", by=winner)
    talking.hide_comment(order.id, comment.id, by=admin)
    talking.show_comment(order.id, comment.id, by=admin)
    talking.delete_comment(order.id, comment.id, by=winner)
    file = file_on(order, customer, media)
    remove_file(file_folder(str(media)), talking.delete_attachment(order.id, file.id, by=admin))
    for state in (MoneyState.PAID, MoneyState.UNPAID, *list(MoneyState)[1:]):
        services.set_money(order.id, state=state, by=desk)
        db.session.flush()
    services.complete_order(order.id, by=winner)
    services.rate_order(order.id, rating=9, text="Good", by=customer)
    services.answer_review(order.id, answer="Thank you", by=winner)
    db.session.commit()
    return Street(order, customer, winner, rival, gone, desk, admin)


ALWAYS = {"id", "order_id", "kind", "at", "links"}
TOLD: dict[str, tuple[set[str], set[str]]] = {
    "status": ({"to_status"}, {"actor", "performer", "from_status", "note"}),
    "money": ({"actor"}, set()),
    "manager": ({"actor"}, {"manager"}),
    "edited": ({"actor"}, set()),
    "offer": ({"performer", "subject_id"}, {"actor", "note"}),
    "comment": ({"actor", "subject_id"}, set()),
    "file": ({"actor", "subject_id"}, set()),
    "review": ({"actor", "performer"}, set()),
    "moderated": ({"actor"}, set()),
}
"""For each kind: what is always there, and what may be; all else is empty. `detail` is below."""

DETAILS: dict[str, set[str]] = {
    "status": {""},
    "money": {"unpaid", "paid", "ready_for_delivery", "delivered"},
    "manager": {""},
    "edited": {""},
    "offer": {"sent", "accepted", "declined", "withdrawn", "expired"},
    "comment": {"added", "edited", "deleted", "hidden", "shown"},
    "file": {"added", "deleted"},
    "review": {"rated", "answered"},
    "moderated": {"hidden", "shown"},
}


def feed(program: Program) -> list[dict[str, Any]]:
    items, after = [], 0
    while True:
        answer = program.get(f"/events?after={after}")
        items += answer["items"]
        after = answer["last_id"]
        if not answer["more"]:
            return items


def events(program: Program) -> list[dict[str, Any]]:
    """What the feed tells of, where it tells what it was."""
    return [item["event"] for item in feed(program) if item["event"] is not None]


def history(program: Program, order: Order, limit: int = 100) -> list[dict[str, Any]]:
    path = f"/orders/{order.id}/events?limit={limit}"
    page = program.get(path)
    found = page["items"]
    while page["next_cursor"]:
        assert len(page["items"]) == limit, "a short page would say that something is left out"
        page = program.get(f"{path}&cursor={page['next_cursor']}")
        assert page["items"], "an empty page would say that something is left out"
        found += page["items"]
    return list(found)


def test_every_kind_has_a_shape_of_its_own(street: Street, program: Make) -> None:
    told = events(program(street.admin))
    assert {one["kind"] for one in told} == set(EventKind) == set(TOLD) == set(DETAILS)
    for one in told:
        needed, possible = TOLD[one["kind"]]
        filled = {name for name, value in one.items() if value not in (None, "")} - ALWAYS - {"detail"}
        assert set(one) == set(EventOut.model_fields)
        assert needed <= filled <= needed | possible, one
    assert {kind: {one["detail"] for one in told if one["kind"] == kind} for kind in TOLD} == DETAILS
    assert [one["manager"] is None for one in told if one["kind"] == "manager"] == [False, True]


def test_the_description_says_what_each_kind_tells() -> None:
    shape = described()["components"]["schemas"]["EventOut"]["properties"]
    words = shape["kind"]["description"]
    for kind, details in DETAILS.items():
        (sentence,) = (one for one in words.split("\n") if one.startswith(f"- `{kind}`"))
        for detail in details - {""}:
            assert f"`{detail}`" in sentence, (kind, detail)
        for name in (TOLD[kind][0] | TOLD[kind][1]) - {"actor"}:
            assert f"`{name}`" in sentence, (kind, name)


def test_the_history_is_the_feed_of_one_order_without_talk(street: Street, program: Make) -> None:
    for account in (street.customer, street.winner, street.desk, street.admin):
        asker = program(account)
        wanted = [
            one
            for one in events(asker)
            if one["order_id"] == street.order.id and one["kind"] not in ("comment", "file")
        ]
        assert [one["detail"] for one in wanted if one["kind"] == "review"] == ["rated", "answered"]
        assert history(asker, street.order) == wanted
        for limit in (1, 2, 5):
            assert history(asker, street.order, limit) == wanted


def test_the_page_tells_of_the_same_steps_and_shows_the_review_itself(street: Street, program: Make) -> None:
    for account in (street.customer, street.winner, street.desk):
        asker = program(account)
        page = asker.browser.sign_in(account).page(f"/orders/{street.order.id}")
        steps = [one for one in history(asker, street.order) if one["kind"] != "review"]
        assert len(page.select(".timeline > li")) == len(steps)
        asker.browser.delete_cookie("session")


def test_a_winner_learns_nothing_of_the_offers_of_others(street: Street, program: Make) -> None:
    asker = program(street.winner)
    told = [*events(asker), *history(asker, street.order)]
    assert {one["performer"]["id"] for one in told if one["kind"] == "offer"} == {street.winner.id}
    said = str([feed(asker), told])
    for secret in (street.rival.name, SAID_TO_THE_RIVAL, "A slip", "7771.00", "7772.00", "7773.00"):
        assert secret not in said


def test_who_hid_a_comment_or_deleted_a_file_is_told_to_staff_alone(
    street: Street, people: People, program: Make
) -> None:
    def who(account: Account) -> dict[tuple[str, str], str | None]:
        told = [one for one in events(program(account)) if one["kind"] in ("comment", "file")]
        return {(one["kind"], one["detail"]): one["actor"] and one["actor"]["name"] for one in told}

    moderated = {("comment", "hidden"), ("comment", "shown"), ("file", "deleted")}
    for account in (street.desk, people.observer(), street.admin):
        assert {who(account)[act] for act in moderated} == {street.admin.name}
    for account in (street.customer, street.winner):
        told = who(account)
        assert {told[act] for act in moderated} == {None}
        assert told["comment", "added"] == told["comment", "deleted"] == street.winner.name
        assert told["file", "added"] == street.customer.name
    everything = str([feed(program(street.admin)), feed(program(street.customer))])
    assert "rude" not in everything and "too many" not in everything


def test_whoever_deletes_their_own_file_is_told_so(people: People, program: Make, media: Path) -> None:
    order = people.order()
    file = file_on(order, order.customer, media)
    talking.delete_attachment(order.id, file.id, by=order.customer)
    db.session.commit()
    told = [one for one in events(program(order.customer)) if one["kind"] == "file"]
    assert [one["actor"]["id"] for one in told] == [order.customer_id] * 2


def test_of_a_cancelled_order_strangers_learn_that_it_is_gone_and_not_why(people: People, program: Make) -> None:
    offerer, gone, other = people.performer(), people.performer(), people.performer()
    order = people.order(price=None)
    services.take_order(order.id, limit=LIMIT, by=gone)
    services.withdraw_order(order.id, reason=SAID_BY_THE_GONE, by=gone)
    services.request_quote(order.id, by=order.customer)
    send(order, offerer)
    services.cancel_order(order.id, reason="We are broke", by=order.customer)
    db.session.commit()
    for account in (offerer, gone, other, people.customer()):
        asker = program(account)
        asker.get(f"/orders/{order.id}/events", 404)
        items = [item for item in feed(asker) if item["order_id"] == order.id]
        assert {item["kind"] for item in items} <= {"board", "offer"}
        assert all(item["event"] is None for item in items if item["kind"] == "board")
        assert all(item["event"]["performer"]["id"] == account.id for item in items if item["kind"] == "offer")
        for secret in ("broke", SAID_BY_THE_GONE):
            assert secret not in str(items)
    assert "broke" in str(history(program(order.customer), order))


def test_somebody_who_had_the_order_once_reads_no_more_of_it(street: Street, program: Make) -> None:
    asker = program(street.gone)
    asker.get(f"/orders/{street.order.id}/events", 404)
    assert [item for item in feed(asker) if item["event"] is not None] == []
