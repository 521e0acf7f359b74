"""Two admins who take each other's rights at the same moment do not leave the house without one, whichever way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from tests.api.program import Program
from tests.client import Browser
from tests.people import PASSWORD, People
from tests.races.crowd import PATIENCE, Crowd, size

ACTS: dict[str, Callable[[int, Account], Any]] = {
    "demote": lambda other, by: services.change_roles([other], role=Role.OBSERVER, by=by),
    "block": lambda other, by: services.block_account(other, reason="Mine now", by=by),
}


@pytest.mark.parametrize("act", ACTS)
def test_of_two_admins_who_end_each_other_one_stays(race_app: Flask, act: str) -> None:
    people = People(race_app)
    with Crowd(race_app, 2) as crowd:
        for _ in range(size(10, 100)):
            one, other = people.admin().id, people.admin().id
            db.session.rollback()
            pair = {one, other}

            def end_the_other(by: Account, pair: set[int] = pair) -> Any:
                return ACTS[act]((pair - {by.id}).pop(), by)

            answers = crowd.at_once([one, other], end_the_other)
            assert [isinstance(answer, NotAllowed) for answer in answers].count(True) == 1
            left = select(func.count()).where(Account.id.in_((one, other)), Account.role == Role.ADMIN, Account.active)
            assert db.session.scalar(left) == 1
            db.session.rollback()


class Desk:
    """Two admins and what each of them ends the other with: a browser or a program."""

    def __init__(self, app: Flask, people: People, ways: tuple[str, str]) -> None:
        made = [people.admin(), people.admin()]
        self.ids = [account.id for account in made]
        self.hands = {
            account.id: Browser.of(app).sign_in(account) if way == "page" else Program(app, account)
            for account, way in zip(made, ways, strict=True)
        }
        db.session.rollback()

    def end_the_other(self, act: str, by: Account) -> int:
        """What the one is answered who ends the other."""
        (other,) = set(self.ids) - {by.id}
        hand = self.hands[by.id]
        if isinstance(hand, Program):
            path, body = ("role", {"role": "observer"}) if act == "demote" else ("block", {"reason": "Mine now"})
            return hand.ask("POST", f"/users/{other}/{path}", body).status_code
        page, fields = ("roles", {"role": "observer"}) if act == "demote" else ("block", {"reason": "Mine now"})
        return hand.send(f"/admin/accounts/{page}/?id={other}", **fields).status_code

    def left(self) -> int:
        """How many of the two still have their rights."""
        found = select(func.count()).where(Account.id.in_(self.ids), Account.role == Role.ADMIN, Account.active)
        number = db.session.scalar(found) or 0
        db.session.rollback()
        return number


WAYS = [("program", "program"), ("page", "program")]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("ways", WAYS, ids="-".join)
def test_of_two_admins_at_their_doors_one_stays(race_app: Flask, ways: tuple[str, str], act: str) -> None:
    people = People(race_app)
    with Crowd(race_app, 2) as crowd:
        for _ in range(size(8, 60)):
            desk = Desk(race_app, people, ways)
            answers = crowd.at_once(desk.ids, lambda by, desk=desk: desk.end_the_other(act, by))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            # Whoever comes second is none any more, or not even signed in, if they come later.
            assert sorted(answer in (200, 302) for answer in answers) == [False, True], answers
            assert {answer for answer in answers if answer not in (200, 302)} <= {401, 403}
            assert desk.left() == 1


def test_without_the_lock_both_would_be_gone(race_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Barrier(2)

    def unlocked(account_ids: Iterable[int]) -> list[Account]:
        found = [db.session.get_one(Account, account_id) for account_id in sorted(set(account_ids))]
        gate.wait(PATIENCE)
        return found

    monkeypatch.setattr(queries, "locked_accounts", unlocked)
    people = People(race_app)
    with Crowd(race_app, 2) as crowd:
        desk = Desk(race_app, people, WAYS[0])
        answers = crowd.at_once(desk.ids, lambda by: desk.end_the_other("demote", by))
    assert (answers, desk.left()) == ([200, 200], 0)


def test_of_many_who_block_somebody_at_once_one_does_and_nothing_of_them_lives(race_app: Flask) -> None:
    people = People(race_app)
    with Crowd(race_app, 8) as crowd:
        for _ in range(size(5, 40)):
            somebody = people.performer()
            robot = Program(race_app, somebody)
            admins = {account.id: Program(race_app, account) for account in (people.admin() for _ in range(4))}
            number, email = somebody.id, somebody.email
            db.session.rollback()

            def act(
                by: Account,
                admins: dict[int, Program] = admins,
                robot: Program = robot,
                number: int = number,
                email: str = email,
            ) -> int:
                if by.id in admins:
                    return admins[by.id].ask("POST", f"/users/{number}/block", {"reason": "Spam"}).status_code
                refresh = {"refresh_token": robot.refresh_token}
                way, body = ("refresh", refresh) if by.id % 2 else ("login", {"email": email, "password": PASSWORD})
                return Program(race_app).ask("POST", f"/auth/{way}", body).status_code

            answers = crowd.at_once([*admins, number], act)
            assert answers[:4] == [200] * 4
            assert answers[4] in (200, 401)
            blocked = select(func.count()).where(AuditEntry.action == "block", AuditEntry.subject_id == str(number))
            assert db.session.scalar(blocked) == 1
            assert queries.live_sessions(db.session.get_one(Account, number)) == []
            db.session.rollback()
            robot.get("/me", 401)
