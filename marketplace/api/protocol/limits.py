"""How much one caller may ask in a minute, over all processes together.

A process takes leave for several requests at once and then serves them from memory, so that counting does not cost
every request a write. It may therefore refuse a caller early, by LEAVE requests for each thread of the other processes
at the most, and never late. A process that serves more than MOST_CALLERS in one minute forgets what it had leave for,
so those callers may lose as much again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from flask import Flask, Response, current_app, g
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests

from marketplace.api.protocol.repeating import caller
from marketplace.core.db import let_go
from marketplace.core.limits import PostgresStorage
from marketplace.web.programs import is_for_program

WINDOW = 60
LEAVE = 20
MOST_CALLERS = 10_000


class Leave(NamedTuple):
    """How many requests of a caller may be served without asking again, until `until` (seconds since the epoch).

    `rest` is how many there are besides; none is left to ask for once it is 0.
    """

    left: int
    rest: int
    until: int


class Leaves:
    """What this process has leave for; `count_up` counts for all processes, as `Storage.incr` does."""

    def __init__(self, limit: int, count_up: Callable[[str, int, int], int]) -> None:
        self.limit = limit
        self._count_up = count_up
        self._held: dict[str, Leave] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> Leave:
        """Counts one request; `left` is -1 when there was no leave for it."""
        now = int(time.time())
        with self._lock:
            held = self._held.get(key)
            if held is None or held.until <= now or (held.left <= 0 < held.rest):
                held = None
            else:
                held = self._held[key] = held._replace(left=max(held.left - 1, -1))
        return held if held is not None else self._ask(key, now)

    def _ask(self, key: str, now: int) -> Leave:
        until = now - now % WINDOW + WINDOW
        name = f"api {key} {until}"
        wanted = min(LEAVE, self.limit)
        counted = self._count_up(name, until - now, wanted)
        granted = max(wanted - max(counted - self.limit, 0), 0)
        with self._lock:
            held = self._held.get(key)
            # Another thread may have asked meanwhile; what it was granted and has not used is good yet.
            unused, rest = 0, max(self.limit - counted, 0)
            if held is not None and held.until == until:
                # It may also have counted later than this one, which only now writes down how much there was.
                unused, rest = max(held.left, 0), min(rest, held.rest)
            leave = Leave(unused + granted - 1, rest, until)
            if len(self._held) >= MOST_CALLERS:
                self._make_room(now)
            if held is None or held.until <= until:
                self._held[key] = leave
        return leave

    def _make_room(self, now: int) -> None:
        """For callers of this minute, at the cost of those of earlier ones as long as there are any."""
        self._held = {key: leave for key, leave in self._held.items() if leave.until > now}
        if len(self._held) >= MOST_CALLERS:
            self._held = {}


def count_up(key: str, seconds: int, amount: int) -> int:
    """Counts in the database, on a connection of its own; all that has happened by now is that the caller was read."""
    let_go()
    return PostgresStorage().incr(key, seconds, amount)


def init_app(app: Flask) -> None:
    """Counts every request to the API, and says in every answer what is left."""
    leaves = Leaves(app.config["API_REQUESTS_PER_MINUTE"], count_up)

    def count() -> None:
        if not is_for_program() or not current_app.config["RATELIMIT_ENABLED"]:
            return
        g.api_leave = leave = leaves.take(caller())
        if leave.left < 0:
            raise TooManyRequests(_("Too many requests. Wait a moment."), retry_after=leave.until - int(time.time()))

    def tell(answer: Response) -> Response:
        leave: Leave | None = g.get("api_leave")
        if leave is not None and is_for_program():
            # draft-ietf-httpapi-ratelimit-headers
            answer.headers["RateLimit-Policy"] = f'"minute";q={leaves.limit};w={WINDOW}'
            seconds = max(leave.until - int(time.time()), 0)
            answer.headers["RateLimit"] = f'"minute";r={max(leave.left, 0) + leave.rest};t={seconds}'
        return answer

    app.before_request(count)
    app.after_request(tell)
