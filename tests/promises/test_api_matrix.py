"""P14 for programs: every operation answers everybody by policy, and a refusal changes nothing, under a key too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from marketplace.web.programs import API
from tests.api.program import PROBLEM
from tests.figures import LINES
from tests.promises.api_answers import CHANGES_NOTHING
from tests.promises.api_crawl import PARAMETER
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


FIRST = {PARAMETER.sub("{}", str(door)): door for door in reversed(DOORS) if min(door.answers.values()) < 300}
"""One success of each operation."""

TOKENS = {"/auth/login", "/auth/refresh", "/auth/logout", "/me/password"}
"""Answers that nobody keeps; `tests/api` repeats these requests."""


@pytest.mark.parametrize(
    "door",
    [door for door in FIRST.values() if door.method == "POST" and door.path.removeprefix(API) not in TOKENS],
    ids=str,
)
def test_a_success_that_is_sent_again_under_its_key_is_told_again_and_does_nothing(town: Town, door: ApiDoor) -> None:
    who = next(who for who in Who if door.answers[who] < 300)
    with town.undone() as connection:
        first = town.call(who, "POST", town.path(door.path), door.sent(who), headers=KEYS[1])
        after = town.trace(connection)
        again = town.call(who, "POST", town.path(door.path), door.sent(who), headers=KEYS[1])
        assert (first.status_code, again.status_code) == (door.answers[who], door.answers[who])
        assert again.data == first.data
        assert [again.headers.get(name) for name in ("ETag", "Location", "Content-Type", "Idempotent-Replayed")] == [
            *(first.headers.get(name) for name in ("ETag", "Location", "Content-Type")),
            "true",
        ]
        other = town.call(who, "POST", town.path(door.path) + "?again=1", door.sent(who), headers=KEYS[1])
        assert other.status_code == 422
        assert town.trace(connection) == after


@pytest.mark.parametrize("door", [door for door in FIRST.values() if door.method == "PATCH"], ids=str)
def test_a_change_is_made_to_the_state_that_its_caller_has_seen_and_to_no_other(town: Town, door: ApiDoor) -> None:
    who = next(who for who in Who if door.answers[who] < 300)
    path, body = town.path(door.path), door.sent(who)
    with town.undone() as connection:
        seen = town.call(who, "GET", path).headers["ETag"]
        for tag in ('"0"', '""', "x", f"W/{seen}", ""):
            assert town.call(who, "PATCH", path, body, headers={"If-Match": tag}).status_code == 412, tag
        assert town.trace(connection) == town.untouched
        done = town.call(who, "PATCH", path, body, headers={"If-Match": f'"0", {seen}'})
        assert (done.status_code, done.headers["ETag"] != seen) == (200, True)
        assert town.call(who, "GET", path, headers={"If-None-Match": done.headers["ETag"]}).status_code == 304
        assert town.call(who, "PATCH", path, body, headers={"If-Match": seen}).status_code == 412
        assert town.call(who, "PATCH", path, body, headers={"If-Match": "*"}).status_code == 200


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
