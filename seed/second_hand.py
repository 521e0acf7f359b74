"""A second process that does part of the work in a transaction of its own and commits only when it is told to."""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType

from marketplace.core.db import db
from marketplace.core.parent import end_with_parent

DONE = "done"
COMMIT = "commit"


class HalfFailed(RuntimeError):
    """The second process ended before its part was done; it has said why on the standard error."""


class SecondHand:
    """Starts `work` at once. Leaving the block without `commit` undoes it.

    The process is a fork and knows all that this one knows; this one must hold no database connection at that moment.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        context = get_context("fork")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(work, theirs, self._ours))
        self._process.start()
        theirs.close()

    def __enter__(self) -> SecondHand:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A killed process leaves its transaction to be rolled back by the database.
        self._process.kill()
        self._process.join()
        self._ours.close()

    def wait(self) -> None:
        """Returns when the work is done and only the commit is missing; raises HalfFailed."""
        self._expect()

    def commit(self) -> None:
        """Returns when the work is committed; raises HalfFailed."""
        self._expect(COMMIT)

    def _expect(self, *orders: str) -> None:
        try:
            for order in orders:
                self._ours.send(order)
            self._ours.recv()
        except (EOFError, OSError):
            raise HalfFailed("The second half of the demo data failed.") from None


def _run(work: Callable[[], None], theirs: Connection, ours: Connection) -> None:
    # Only with our copy of the other end closed does the pipe tell us that the first process is gone.
    ours.close()
    end_with_parent(signal.SIGKILL)
    # The first process decides what Ctrl-C means; it ends this one when it leaves.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    work()
    theirs.send(DONE)
    try:
        theirs.recv()
    except EOFError:
        db.session.rollback()
        return
    db.session.commit()
    theirs.send(DONE)
