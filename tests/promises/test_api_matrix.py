"""P14 for programs: every operation answers everybody by policy, and a refusal changes nothing, under a key too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.api.program import PROBLEM
from tests.figures import LINES
from tests.promises.api_answers import CHANGES_NOTHING
from tests.promises.api_doors import ApiDoor, api_doors
from tests.promises.town import Town, Who

DOORS = list(api_doors())
KEYS: tuple[dict[str, str], ...] = ({}, {"Idempotency-Key": "8d1f"})


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """Counts what the zeros below are worth, and prints it."""
    counter: Counter[str] = Counter()
    yield counter
    request.config.stash.setdefault(LINES, []).append(
        f"P14 API: {counter['wrong']} wrong and {counter['failures']} 5xx of {counter['cells']} cells;"
        f" {counter['traces']} of {counter['refusals']} refusals left a trace in the database"
    )


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert all(set(door.answers) == set(Who) for door in DOORS)
    assert sum(len(door.answers) for door in DOORS) >= 900
    assert len({str(door) for door in DOORS}) == len(DOORS)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_an_operation_answers_everybody_by_policy(town: Town, door: ApiDoor, seen: Counter[str]) -> None:
    ask = look if door.method == "GET" else send
    wrong = [f"{who}: {fault}" for who in Who for fault in ask(town, door, who, seen)]
    if door.method == "GET" and town.trace() != town.untouched:
        wrong.append("looking has changed something")
    seen["wrong"] += len(wrong)
    assert wrong == []


def look(town: Town, door: ApiDoor, who: Who, seen: Counter[str]) -> Iterator[str]:
    """What is wrong with the answer to a GET of `who`."""
    yield from compare(town.call(who, "GET", town.path(door.path)), door.answers[who], seen)


def send(town: Town, door: ApiDoor, who: Who, seen: Counter[str]) -> Iterator[str]:
    """What is wrong with the answer to what `who` sends; what is refused is tried without a key and with one."""
    expected = door.answers[who]
    is_refused = expected >= 400
    with town.undone() as connection:
        for headers in KEYS if is_refused and door.method == "POST" else KEYS[:1]:
            answer = town.call(who, door.method, town.path(door.path), door.sent(who), headers=headers)
            yield from compare(answer, expected, seen)
            seen["refusals"] += is_refused
        is_changed = town.trace(connection) != town.untouched
    if is_refused:
        seen["traces"] += is_changed
        if is_changed:
            yield "refused, and yet something was written"
    elif is_changed != (str(door) not in CHANGES_NOTHING):
        yield "something was done" if is_changed else "nothing was done"


def compare(answer: TestResponse, expected: int, seen: Counter[str]) -> Iterator[str]:
    """Whether the answer is the expected one; a refusal is a problem, and nothing sets a cookie."""
    status = answer.status_code
    seen["cells"] += 1
    seen["failures"] += status >= 500
    if status != expected:
        yield f"{status} instead of {expected}: {answer.text[:200]}"
    if status >= 400 and answer.mimetype != PROBLEM:
        yield f"{status} is told as {answer.mimetype}"
    if "Set-Cookie" in answer.headers:
        yield "sets a cookie"
