"""Every route of the site, and what each visitor is answered there by policy, out of the tables of answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.promises.order_answers import ACT_FIELDS, ACTS
from tests.promises.page_answers import ADMIN, FIELDS, PAGES
from tests.promises.town import Who


@dataclass(frozen=True)
class Door:
    """One address and method, in one state of the world, with the answer for everybody."""

    method: str
    path: str
    answers: dict[Who, int]
    fields: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors() -> Iterator[Door]:
    """All of them."""
    yield from order_doors()
    yield from page_doors()
    yield from admin_doors()


def order_doors() -> Iterator[Door]:
    """What the table of acts says."""
    lines = ACTS.strip("\n").splitlines()
    columns = [Who(name) for name in lines[0].split()]
    state = ""
    for line in lines[1:]:
        words = line.split()
        if not line.startswith(" "):
            state = words[0]
            continue
        act, cells = words[0], dict(zip(columns, words[1:], strict=True))
        for method in ("GET",) if act == "show" else ("GET", "POST"):
            done = 200 if method == "GET" else 302
            answers = {who: done if cell == "ok" else int(cell) for who, cell in cells.items()}
            at_the_gate = sent_to_sign_in(method)
            if act == "show":
                at_the_gate = 200 if state in ("open", "quoting", "quoted") else 404
            answers |= dict.fromkeys((Who.ANONYMOUS, Who.BLOCKED), at_the_gate)
            path = f"/orders/{{{state}}}" + ("" if act == "show" else f"/{act}")
            yield Door(method, path, answers, ACT_FIELDS.get(act, {}))


def page_doors() -> Iterator[Door]:
    """What the table of pages says."""
    lines = PAGES.strip("\n").splitlines()
    columns = [Who(name) for name in lines[0].split()]
    for line in lines[1:]:
        method, path, *cells = line.split()
        answers = dict(zip(columns, map(int, cells), strict=True))
        yield Door(method, path, answers, FIELDS.get(path, {}))


def admin_doors() -> Iterator[Door]:
    """What the table of the admin pages says."""
    for line in ADMIN.strip("\n").splitlines():
        method, path, cell = line.split()
        answers = dict.fromkeys(Who, 403)
        answers |= dict.fromkeys((Who.ANONYMOUS, Who.BLOCKED), sent_to_sign_in(method))
        answers[Who.ADMIN] = int(cell)
        yield Door(method, path, answers, FIELDS.get(path.partition("?")[0], {}))


def sent_to_sign_in(method: str) -> int:
    """A page can be come back to; a form that was sent cannot be carried along."""
    return 302 if method == "GET" else 401
