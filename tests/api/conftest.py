"""Programs of people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from marketplace.accounts.models import Account
from tests.api.program import Program
from tests.api.robots import ROBOT, sign_in
from tests.people import People


@pytest.fixture
def program(app: Flask) -> Callable[[Account | None], Program]:
    """Makes a program of somebody, or of nobody."""
    return lambda account: Program(app, account)


@pytest.fixture
def nobody(app: Flask) -> Program:
    """A program that has not signed in."""
    return Program(app)


@pytest.fixture
def owner(people: People) -> Account:
    """Whose program `robot` is."""
    return people.performer()


@pytest.fixture
def robot(app: Flask, owner: Account) -> Program:
    """A program that has signed in with the password of its owner."""
    program = Program(app)
    sign_in(program, owner, headers={"User-Agent": ROBOT})
    return program
