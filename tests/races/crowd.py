"""Many people at the same moment, each in a thread, an application context and a database session of their own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import DomainError

PATIENCE = 60
"""Seconds after which whoever waits for the others gives up, so that a hanging race fails instead of hanging."""


def is_full() -> bool:
    """True with PROMISES=full in the environment: sizes as promised, which take minutes."""
    return os.environ.get("PROMISES") == "full"


def size(small: int, full: int) -> int:
    """How large something is: `small` in everyday runs."""
    return full if is_full() else small


class Crowd:
    """Threads that stay, so that a second round of the same people costs nothing."""

    def __init__(self, app: Flask, number: int) -> None:
        self.app = app
        self.number = number
        self._pool = ThreadPoolExecutor(number)

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        with self.app.app_context():
            db.engine.dispose()

    def at_once(
        self,
        people: Sequence[int],
        act: Callable[[Account], Any],
        *,
        before: Callable[[], Any] = lambda: None,
    ) -> list[Any]:
        """Lets everybody in `people` (ids of accounts) do `act` at the same moment, and commit.

        `before` runs first in each one's session, as a page loads what it shows before somebody presses its button.
        Returns what each did, or the DomainError that refused it. Any other error, such as a deadlock, is raised.
        """
        gate = threading.Barrier(len(people))

        def one(account_id: int) -> Any:
            with self.app.app_context():
                by = db.session.get_one(Account, account_id)
                # Held like the variable of a view is: a session forgets what nobody holds.
                seen = before()
                gate.wait(PATIENCE)
                try:
                    done = act(by)
                    db.session.commit()
                except DomainError as refusal:
                    db.session.rollback()
                    return refusal
                finally:
                    del seen
                return done

        assert len(people) <= self.number
        return list(self._pool.map(one, people))
