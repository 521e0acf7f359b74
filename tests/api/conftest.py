"""Programs of people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from marketplace.accounts.models import Account
from tests.api.program import Program


@pytest.fixture
def program(app: Flask) -> Callable[[Account | None], Program]:
    """Makes a program of somebody, or of nobody."""
    return lambda account: Program(app, account)
