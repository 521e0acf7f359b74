"""The demo's deals: every state occurs, every history is legal, and the named people find what they were promised."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from marketplace.catalog.models import ProductPicture
from marketplace.core import files, pictures
from marketplace.core.db import db
from marketplace.orders.states import (
    MONEY_TRANSITIONS,
    OFFER_TRANSITIONS,
    TRANSITIONS,
    EventKind,
    MoneyState,
    OfferStatus,
    Pricing,
    Status,
)
from marketplace.threads.services.attachments import file_folder
from tests.seed.conftest import application

BOTH_EVENTS = set(EventKind) - {EventKind.EDITED, EventKind.FILE, EventKind.MODERATED}
CUSTOMER, PERFORMER, MANAGER = "customer@example.com", "performer@example.com", "manager@example.com"


def found(query: str, **values: Any) -> list[Any]:
    """The rows of a query."""
    return list(db.session.execute(text(query), values))


def values(query: str, **parameters: Any) -> set[Any]:
    """The first column of a query."""
    return {row[0] for row in found(query, **parameters)}


OWN = "customer_id = (SELECT id FROM accounts WHERE email = :email)"


def test_every_state_occurs(demo: Flask) -> None:
    assert values("SELECT status FROM orders") == set(Status)
    assert values("SELECT money_state FROM orders") == set(MoneyState)
    assert values("SELECT status FROM offers") == set(OfferStatus)
    assert values("SELECT pricing FROM orders") == set(Pricing)
    assert values("SELECT kind FROM order_events") >= BOTH_EVENTS


def test_histories_follow_the_tables_of_steps(demo: Flask) -> None:
    last: dict[int, Status | None] = defaultdict(lambda: None)
    for order_id, before, after in found(
        "SELECT order_id, from_status, to_status FROM order_events WHERE kind = 'status' ORDER BY order_id, id"
    ):
        assert before == last[order_id]
        assert Status(after) in (TRANSITIONS[Status(before)] if before else {Status.NEW})
        last[order_id] = after
    assert last == {row.id: row.status for row in found("SELECT id, status FROM orders")}


def test_money_follows_its_own(demo: Flask) -> None:
    state: dict[int, MoneyState] = defaultdict(lambda: MoneyState.UNPAID)
    for order_id, after in found(
        "SELECT order_id, detail FROM order_events WHERE kind = 'money' ORDER BY order_id, id"
    ):
        assert MoneyState(after) in MONEY_TRANSITIONS[state[order_id]]
        state[order_id] = MoneyState(after)
    for row in found("SELECT id, money_state, status, paid_at, ready_at, delivered_at FROM orders"):
        assert row.money_state == state[row.id]
        stamps = [moment for moment in (row.paid_at, row.ready_at, row.delivered_at) if moment is not None]
        assert len(stamps) == list(MoneyState).index(MoneyState(row.money_state))
        assert stamps == sorted(stamps)
        if stamps:
            assert row.status in (Status.IN_PROGRESS, Status.COMPLETED)


def test_every_line_of_a_history_comes_after_the_one_before(demo: Flask) -> None:
    wrong = found(
        "SELECT 1 FROM (SELECT at, lag(at) OVER (PARTITION BY order_id ORDER BY id) AS before FROM order_events) e"
        " WHERE before > at"
    )
    assert wrong == []


def test_offers_end_as_offers_do_and_orders_wait_for_live_ones(demo: Flask) -> None:
    told = defaultdict(list)
    for offer_id, detail in found("SELECT subject_id, detail FROM order_events WHERE kind = 'offer' ORDER BY id"):
        told[offer_id].append(OfferStatus(detail))
    for offer_id, status in found("SELECT id, status FROM offers"):
        end = OfferStatus(status)
        assert end is OfferStatus.SENT or end in OFFER_TRANSITIONS[OfferStatus.SENT]
        silent = (OfferStatus.SENT, OfferStatus.SUPERSEDED)
        assert told[offer_id] == [OfferStatus.SENT, *([] if end in silent else [end])]
    live = values("SELECT order_id FROM offers WHERE status = 'sent'")
    assert live == values("SELECT id FROM orders WHERE status = 'quoted'")


def test_whoever_has_a_quoted_order_won_it_with_the_price_that_it_has(demo: Flask) -> None:
    won = {
        row.order_id: (row.performer_id, row.price)
        for row in found("SELECT order_id, performer_id, price FROM offers WHERE status = 'accepted'")
    }
    had = {
        row.id: (row.performer_id, row.price)
        for row in found(
            "SELECT id, performer_id, price FROM orders WHERE pricing = 'quote' AND performer_id IS NOT NULL"
        )
    }
    assert won == had


def test_only_managers_look_after_orders_and_only_people_of_the_order_talk(demo: Flask) -> None:
    assert values("SELECT a.role FROM orders o JOIN accounts a ON a.id = manager_id") == {"manager"}
    strangers = found(
        "SELECT 1 FROM comments c JOIN orders o ON o.thread_id = c.thread_id WHERE c.author_id NOT IN"
        " (o.customer_id, coalesce(o.performer_id, 0), coalesce(o.manager_id, 0))"
    )
    assert strangers == []


def test_the_customer_of_the_demo_has_orders_to_decide_on(demo: Flask) -> None:
    assert values(f"SELECT status FROM orders WHERE {OWN}", email=CUSTOMER) == set(Status)
    compared = values(
        f"SELECT count(*) FROM offers f JOIN orders o ON o.id = order_id WHERE {OWN} AND f.status = 'sent'"
        " GROUP BY o.id",
        email=CUSTOMER,
    )
    assert 3 in compared
    assert {"paid", "ready_for_delivery"} <= values(
        f"SELECT money_state FROM orders WHERE status = 'in_progress' AND {OWN}", email=CUSTOMER
    )


def test_the_performer_of_the_demo_has_offers_that_went_each_way(demo: Flask) -> None:
    statuses = values(
        "SELECT status FROM offers JOIN accounts a ON a.id = performer_id WHERE email = :email", email=PERFORMER
    )
    assert statuses >= {"sent", "declined", "accepted", "withdrawn", "expired"}


def test_the_manager_of_the_demo_has_work_and_finds_more(demo: Flask) -> None:
    under_way = "status NOT IN ('completed', 'cancelled')"
    own = found(
        f"SELECT 1 FROM orders o JOIN accounts a ON a.id = manager_id WHERE email = :email AND {under_way}",
        email=MANAGER,
    )
    assert len(own) >= 5
    assert len(found(f"SELECT 1 FROM orders WHERE manager_id IS NULL AND {under_way}")) >= 12


def test_the_shelf_holds_goods_with_pictures_that_are_on_the_disk(demo: Flask) -> None:
    digests = set(db.session.scalars(select(ProductPicture.digest)))
    assert len(digests) >= 30
    folder = pictures.folder(demo.config["MEDIA_PATH"])
    assert all(pictures.stored(folder, digest, thumb=False).exists() for digest in digests)


def test_the_customer_of_the_demo_has_added_files_that_can_be_opened(databases: dict[str, str]) -> None:
    with application(databases["played"]) as app:
        folder = file_folder(app.config["MEDIA_PATH"])
        rows = found(
            f"SELECT f.* FROM attachments f JOIN orders o ON o.thread_id = f.thread_id WHERE {OWN}", email=CUSTOMER
        )
        assert {row.media_type for row in rows} == {"image/png", "text/plain"}
        assert all(files.place(folder, row.stored_name).stat().st_size == row.size for row in rows)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_people_talk_in_the_language_of_the_order(databases: dict[str, str], demo: Flask, language: str) -> None:
    for title, said in found(
        "SELECT o.title, c.text FROM comments c JOIN orders o ON o.thread_id = c.thread_id"
        " JOIN accounts a ON a.id = o.customer_id WHERE a.locale = :language",
        language=language,
    ):
        assert any("а" <= letter.lower() <= "я" for letter in said) == (language == "ru"), (title, said)
