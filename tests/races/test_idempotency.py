"""P09: a POST that is sent again under its Idempotency-Key has one effect, also while the first is still at work."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from marketplace.core.db import db
from marketplace.core.repeats import KeptAnswer
from marketplace.orders.models import Order
from marketplace.threads.models import Comment
from tests.api.program import Program as Caller
from tests.people import People
from tests.races.conftest import application_on
from tests.races.crowd import PATIENCE
from tests.races.site import Answer, Program, Site, running

PARALLEL, KEYS = 16, 30


class Street:
    """A customer with a running site, and what they post there: orders, and comments on one of them."""

    def __init__(self, app: Flask, site: Site) -> None:
        self.app, self.site = app, site
        people = People(app)
        customer, other = people.customer(), people.customer()
        self.order = people.order(customer).id
        self.category = people.category().id
        self.programs = [Program.sign_in(app, customer) for _ in range(PARALLEL)]
        self.other = Program.sign_in(app, other)
        db.session.rollback()

    def requests(self, number: int) -> dict[str, tuple[str, dict[str, Any]]]:
        """What is posted under key `number`, by what it makes: an address and a body that nobody else sends."""
        order = {"title": f"Work {number}", "description": "As described.", "category_id": self.category}
        return {
            "order": ("/orders", order),
            "comment": (f"/orders/{self.order}/comments", {"text": f"Word {number}"}),
        }

    def at_once(self, path: str, body: Any, key: str) -> list[Answer]:
        """The same request by the customer's programs at the same moment, over all web processes."""
        gate = threading.Barrier(PARALLEL)

        def one(program: Program) -> Answer:
            connection = self.site.connect()
            gate.wait(PATIENCE)
            return self.site.ask(connection, path, program, body, key)

        with ThreadPoolExecutor(PARALLEL) as pool:
            return list(pool.map(one, self.programs))

    def once(self, path: str, body: Any, key: str, program: Program | None = None) -> Answer:
        """One request."""
        return self.site.ask(self.site.connect(), path, program or self.programs[0], body, key)

    def effects(self) -> Counter[str]:
        """How often each title and each text is there."""
        db.session.rollback()
        return Counter([*db.session.scalars(select(Order.title)), *db.session.scalars(select(Comment.text))])


@pytest.fixture(scope="module")
def street(fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """The site that all repetitions of this module happen on."""
    url = fresh_database()
    log = tmp_path_factory.mktemp("site") / "site.log"
    with application_on(url) as app, running(url, log) as site:
        yield Street(app, site)


def words(body: dict[str, Any]) -> str:
    """What is there once when the request had one effect."""
    return str(body.get("title") or body["text"])


class Tally(NamedTuple):
    """How the answers to one request that was sent PARALLEL times were."""

    done: set[str]
    at_work: int


def judge(answers: Sequence[Answer]) -> Tally:
    """Every answer is the one 2xx, or a 409 that says that the first request is still at work."""
    refused = [answer for answer in answers if answer.status != 201]
    assert {answer.status for answer in refused} <= {409}, refused
    assert all("still at work" in json.loads(answer.text)["detail"] for answer in refused)
    return Tally({answer.text for answer in answers if answer.status == 201}, len(refused))


def test_sixteen_posts_under_one_key_have_one_effect_and_one_answer(
    street: Street, figure: Callable[[str], None]
) -> None:
    at_work = 0
    sent = []
    for number in range(KEYS):
        for kind, (path, body) in street.requests(number).items():
            key = f"{kind} {number}".replace(" ", "-")
            done, waiting = judge(street.at_once(path, body, key))
            assert len(done) == 1
            # Whoever was told to wait comes again.
            again = street.once(path, body, key)
            assert (again.status, {again.text}) == (201, done)
            at_work += waiting
            sent.append(words(body))
    effects = street.effects()
    wrong = {name: effects[name] for name in sent if effects[name] != 1}
    assert wrong == {}
    assert db.session.scalar(select(func.count()).select_from(KeptAnswer)) == 2 * KEYS
    figure(
        f"P09 two web processes: {len(wrong)} of {len(sent)} keys with more or less than one effect,"
        f" {PARALLEL} POSTs at once on each; {at_work} told that the first is at work, all others the same answer"
    )


def test_another_request_under_the_key_is_refused_and_does_nothing(street: Street) -> None:
    for kind, (path, body) in street.requests(1000).items():
        key = f"{kind}-1000"
        assert street.once(path, body, key).status == 201
        other = {name: f"Other {kind}" if name in ("title", "text") else value for name, value in body.items()}
        assert {answer.status for answer in street.at_once(path, other, key)} <= {422, 409}
        assert street.once(path, other, key).status == 422
        assert street.effects()[f"Other {kind}"] == 0
        assert street.effects()[words(body)] == 1


def test_the_same_key_of_somebody_else_is_another_key(street: Street) -> None:
    path, body = street.requests(2000)["order"]
    first = street.once(path, body, "shared-key")
    second = street.once(path, body, "shared-key", street.other)
    assert (first.status, second.status) == (201, 201)
    assert first.text != second.text
    assert street.effects()[body["title"]] == 2


def test_the_race_is_real_without_the_memory_of_keys(
    fresh_database: Callable[[], str], tmp_path: Path, figure: Callable[[str], None]
) -> None:
    url = fresh_database()
    with application_on(url) as app, running(url, tmp_path / "site.log", "tests.races.unrepeated:app") as site:
        street = Street(app, site)
        sent = []
        for number in range(3):
            for kind, (path, body) in street.requests(number).items():
                street.at_once(path, body, f"{kind}-{number}")
                sent.append(words(body))
        effects = street.effects()
    double = sum(effects[name] > 1 for name in sent)
    assert double == len(sent)
    figure(f"P09 control without the memory of keys: {double} of {len(sent)} keys with more than one effect")


REFUSE_AT_COMMIT = """
CREATE FUNCTION refuse_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no commit'; END $$;
CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_at_commit();
"""
ALLOW_AGAIN = "DROP TRIGGER refuse_at_commit ON {table}; DROP FUNCTION refuse_at_commit()"


@pytest.mark.parametrize("table", ["orders", "kept_answers"])
def test_an_effect_and_its_answer_are_committed_together_or_not_at_all(race_app: Flask, table: str) -> None:
    people = People(race_app)
    caller = Caller(race_app, people.customer())
    order = {"title": "Work", "description": "As described.", "category_id": people.category().id}
    key = {"Idempotency-Key": "once"}

    def rows() -> tuple[int | None, int | None]:
        db.session.rollback()
        counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (Order, KeptAnswer)]
        return counts[0], counts[1]

    def run(statements: str) -> None:
        db.session.execute(text(statements.format(table=table)))
        db.session.commit()

    run(REFUSE_AT_COMMIT)
    assert caller.ask("POST", "/orders", order, headers=key).status_code == 500
    assert rows() == (0, 0)
    run(ALLOW_AGAIN)
    first = caller.post("/orders", order, 201, headers=key)
    assert caller.post("/orders", order, 201, headers=key) == first
    assert rows() == (1, 1)
