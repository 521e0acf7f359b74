"""Every operation of the API, and what each program is answered there by policy, out of the tables of answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marketplace.web.programs import API
from tests.promises import order_answers
from tests.promises.api_answers import ACTS, BODIES, DOORS, FOR_THE_DESK
from tests.promises.town import Who

DESK = (Who.MANAGER, Who.OBSERVER, Who.ADMIN)
OUTSIDE = (Who.ANONYMOUS, Who.BLOCKED)
EVERYBODY_SEES = ("open", "quoting", "quoted")


@dataclass(frozen=True)
class ApiDoor:
    """One operation on one thing, in one state of the world, with the answer for everybody."""

    method: str
    path: str
    answers: dict[Who, int]
    body: Any

    def sent(self, who: Who) -> Any:
        """The body as `who` sends it: only the desk names whom it acts for."""
        if not isinstance(self.body, dict) or who in DESK:
            return self.body
        return {name: value for name, value in self.body.items() if name not in FOR_THE_DESK}

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix(API)}"


def api_doors() -> Iterator[ApiDoor]:
    """All of them."""
    yield from act_doors()
    yield from other_doors()


def act_doors() -> Iterator[ApiDoor]:
    """What the table of acts says, for the programs of the same people."""
    lines = order_answers.ACTS.strip("\n").splitlines()
    columns = [Who(name) for name in lines[0].split()]
    state = ""
    for line in lines[1:]:
        words = line.split()
        if not line.startswith(" "):
            state = words[0]
        elif words[0] in ACTS:
            method, end, done, body = ACTS[words[0]]
            cells = zip(columns, words[1:], strict=True)
            answers = {who: done if cell == "ok" else int(cell) for who, cell in cells}
            answers |= dict.fromkeys(OUTSIDE, 401)
            if method == "GET":
                answers[Who.ANONYMOUS] = 200 if state in EVERYBODY_SEES else 404
            yield ApiDoor(method, f"{API}/orders/{{{state}}}{end}", answers, body)


def other_doors() -> Iterator[ApiDoor]:
    """What the table of everything else says."""
    lines = DOORS.strip("\n").splitlines()
    columns = [Who(name) for name in lines[0].split()]
    for line in filter(None, lines[1:]):
        method, path, *cells = line.split()
        answers = dict(zip(columns, map(int, cells), strict=True))
        yield ApiDoor(method, API + path, answers, BODIES.get(f"{method} {path}"))
