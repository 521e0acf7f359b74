"""P14: every route answers everybody by policy, in every state of the order, and a refusal changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.figures import LINES
from tests.promises.api_doors import api_doors
from tests.promises.doors import Door, doors
from tests.promises.page_answers import CHANGES_NOTHING
from tests.promises.town import Town, Who

DOORS = list(doors())
OUTSIDE = (Who.ANONYMOUS, Who.BLOCKED)


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """Counts what the zeros below are worth, and prints it."""
    counter: Counter[str] = Counter()
    yield counter
    request.config.stash.setdefault(LINES, []).append(
        f"P14: {counter['wrong']} wrong and {counter['failures']} 5xx of {counter['cells']} cells;"
        f" {counter['traces']} of {counter['refusals']} refusals left a trace in the database"
    )


def test_the_table_holds_every_route_and_no_other(town: Town) -> None:
    adapter = town.app.url_map.bind("localhost")
    listed = {(door.path, door.method) for door in DOORS} | {(door.path, door.method) for door in api_doors()}
    matched = {(adapter.match(town.path(path).partition("?")[0], method)[0], method) for path, method in listed}
    routes = {
        (rule.endpoint, method)
        for rule in town.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert matched == routes


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert all(set(door.answers) == set(Who) for door in DOORS)
    assert sum(len(door.answers) for door in DOORS) >= 1000


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_answers_everybody_by_policy(town: Town, door: Door, seen: Counter[str]) -> None:
    ask = look if door.method == "GET" else send
    wrong = [f"{who}: {fault}" for who in Who for fault in ask(town, door, who, seen)]
    if door.method == "GET" and town.trace() != town.untouched:
        wrong.append("looking has changed something")
    seen["wrong"] += len(wrong)
    assert wrong == []


def look(town: Town, door: Door, who: Who, seen: Counter[str]) -> Iterator[str]:
    """What is wrong with the answer to a GET of `who`."""
    answer = town.ask(who, "GET", town.path(door.path))
    yield from compare(answer.status_code, door.answers[who], seen)
    if door.answers[who] == 302 and who in OUTSIDE and not (answer.location or "").startswith("/login?next=/"):
        yield f"sent to {answer.location}"


def send(town: Town, door: Door, who: Who, seen: Counter[str]) -> Iterator[str]:
    """What is wrong with the answer to a POST of `who`, who has filled the form in rightly."""
    expected = door.answers[who]
    with town.undone() as connection:
        answer = town.ask(
            who, "POST", town.path(door.path), {name: town.fill(text) for name, text in door.fields.items()}
        )
        is_changed = town.trace(connection) != town.untouched
    yield from compare(answer.status_code, expected, seen)
    if expected >= 400:
        seen["refusals"] += 1
        seen["traces"] += is_changed
        if is_changed:
            yield "refused, and yet something was written"
    elif is_changed != acts(door, who):
        yield "something was done" if is_changed else "nothing was done"


def compare(status: int, expected: int, seen: Counter[str]) -> Iterator[str]:
    """Whether the answer is the expected one."""
    seen["cells"] += 1
    seen["failures"] += status >= 500
    if status != expected:
        yield f"{status} instead of {expected}"


def acts(door: Door, who: Who) -> bool:
    """Whether a redirect in answer to the form means that something was done."""
    if door.path in CHANGES_NOTHING:
        return False
    if door.path in ("/login", "/register"):
        # Whoever has signed in is only led home.
        return who in OUTSIDE
    return door.path != "/logout" or who not in OUTSIDE
