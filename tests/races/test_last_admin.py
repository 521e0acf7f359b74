"""Two admins who take each other's rights at the same moment do not leave the house without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts import services
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from tests.people import People
from tests.races.crowd import Crowd, size

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
