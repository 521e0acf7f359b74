"""P16 for programs: whatever they send, they get an answer or a problem that says why not, and a refusal does nothing.

What is tried follows the description: every parameter and every field of every operation.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import pytest
from werkzeug.test import TestResponse

from tests.api.program import PROBLEM
from tests.figures import LINES
from tests.promises.api_doors import ApiDoor, api_doors
from tests.promises.callers import Files
from tests.promises.hostile import VALUES, query
from tests.promises.hostile_json import (
    BODIES,
    BROKEN,
    JSON,
    NO_BODY,
    PARTS,
    PATH_IDS,
    dead_tokens,
    description,
    encoded,
    fits,
    good_token,
    of_text,
    put,
    with_one_wrong,
)
from tests.promises.test_hostile_requests import BODIES as FORMS
from tests.promises.town import Town, Who
from tests.races.crowd import size

# In everyday runs each field meets every fifth value and each parameter every twelfth, the next one the next ones.
FIELD_STRIDE, PARAMETER_STRIDE = size(5, 1), size(12, 1)


class Sound(NamedTuple):
    """An operation, a door where somebody succeeds with it, and who that is."""

    operation: dict[str, Any]
    door: ApiDoor
    who: Who

    def parameters(self, place: str) -> list[dict[str, Any]]:
        """Those of the address or of its query."""
        return [one for one in self.operation.get("parameters", []) if one["in"] == place]

    @property
    def sends(self) -> dict[str, Any]:
        """The types of body that it takes, with their schemas."""
        content: dict[str, Any] = self.operation.get("requestBody", {}).get("content", {})
        return content


PARAMETER = re.compile(r"{\w+}")


@cache
def operations() -> dict[str, dict[str, Any]]:
    """All that are described, by `METHOD /path/{}`."""
    return {
        f"{method.upper()} {PARAMETER.sub('{}', path)}": operation
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    }


@cache
def sound() -> dict[str, Sound]:
    """One success of each operation, by its name."""
    found: dict[str, Sound] = {}
    for door in api_doors():
        operation = operations().get(f"{door.method} {PARAMETER.sub('{}', door.path.partition('?')[0])}")
        may = [who for who in (*Who,)[::-1] if door.answers[who] < 300]
        if operation is not None and may:
            found.setdefault(operation["operationId"], Sound(operation, door, may[0]))
    return found


NAMES = sorted(sound())
WITH_JSON = [name for name in NAMES if JSON in sound()[name].sends]
WITH_FILES = [name for name in NAMES if "multipart/form-data" in sound()[name].sends]
WRITING = [name for name in NAMES if sound()[name].door.method in ("POST", "PATCH")]


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """Counts the requests, and prints what the zero is worth."""
    counter: Counter[str] = Counter()
    yield counter
    request.config.stash.setdefault(LINES, []).append(
        f"P16 API: {counter['5xx']} 5xx and {counter['faults']} other faults of {counter['requests']} hostile requests;"
        f" {counter['traces']} of {counter['refused']} refused ones left a trace in the database"
    )


def faults(answer: TestResponse, *, refuse: bool) -> list[str]:
    """What is wrong with an answer to what is hostile, and, if so, has to be refused."""
    found = []
    if answer.status_code >= 500:
        found.append(f"answers {answer.status_code}")
    if refuse and answer.status_code < 400:
        found.append(f"lets it in: {answer.status_code}")
    if answer.status_code >= 400:
        told = json.loads(answer.data) if answer.mimetype == PROBLEM else {}
        if not {"type", "title", "status", "detail", "request_id"} <= set(told):
            found.append(f"answers {answer.status_code} without saying why")
    return found


class Trial:
    """The hostile requests of one test."""

    def __init__(self, town: Town, one: Sound, seen: Counter[str]) -> None:
        self.town, self.one, self.seen = town, one, seen
        self.path = town.path(one.door.path)
        self.right = town.fill_json(one.door.sent(one.who))
        self.wrong: list[str] = []

    def ask(self, what: str, *, refuse: bool, path: str | None = None, **kwargs: Any) -> None:
        """Sends one, and notes what is wrong with the answer."""
        body = None if "data" in kwargs else self.right
        answer = self.town.programs.call(
            self.one.who, self.one.door.method, self.path if path is None else path, body, **kwargs
        )
        found = faults(answer, refuse=refuse)
        self.seen["requests"] += 1
        self.seen["refused"] += answer.status_code >= 400
        self.seen["5xx"] += answer.status_code >= 500
        self.seen["faults"] += len(found) - (answer.status_code >= 500)
        self.wrong += [f"{what[:100]}: {fault} {answer.text[:150]}" for fault in found]

    @contextmanager
    def refused(self) -> Iterator[None]:
        """A block of requests each of which must do nothing."""
        with self.town.undone() as connection:
            yield
            if self.town.trace(connection) != self.town.untouched:
                self.seen["traces"] += 1
                self.wrong.append("something was refused, and yet something was written")

    @contextmanager
    def free(self) -> Iterator[None]:
        """A request that may do something."""
        with self.town.undone():
            yield


def body_of(value: Any) -> dict[str, Any]:
    """How a request carries it as JSON."""
    return {} if value is None else {"data": encoded(value), "content_type": JSON}


@pytest.fixture(params=NAMES)
def trial(request: pytest.FixtureRequest, town: Town, seen: Counter[str]) -> Iterator[Trial]:
    """One operation to be tried."""
    made = Trial(town, sound()[request.param], seen)
    yield made
    assert not made.wrong, "\n".join(made.wrong[:20])


def test_every_operation_of_the_description_is_among_those_below() -> None:
    assert set(NAMES) == {operation["operationId"] for operation in operations().values()}


def test_an_id_that_no_row_can_have_is_refused(trial: Trial) -> None:
    pattern, places = trial.one.door.path, PARAMETER.findall(trial.one.door.path)
    with trial.refused():
        for place in places:
            for text in PATH_IDS:
                path = trial.town.path(pattern.replace(place, text, 1))
                trial.ask(f"{place} {text}", refuse=True, path=path)
            missing = trial.town.path(pattern.replace(place, str(2**63 - 1), 1))
            trial.ask(f"{place} of nothing", refuse=True, path=missing)


def test_a_parameter_is_as_documented_or_refused(trial: Trial) -> None:
    for number, parameter in enumerate(trial.one.parameters("query")):
        name, schema = parameter["name"], parameter["schema"]
        for value in VALUES[number % PARAMETER_STRIDE :: PARAMETER_STRIDE]:
            broken = "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
            refuse = broken or not fits(schema, of_text(schema, value))
            with trial.refused() if trial.one.door.method == "GET" else trial.free():
                trial.ask(f"?{name}={value!r}", refuse=refuse, path=f"{trial.path}?{query({name: value})}")
    with trial.refused():
        trial.ask("?unknown=1", refuse=True, path=f"{trial.path}?unknown=1")
        trial.ask("?%00=1", refuse=True, path=f"{trial.path}?%00=1")
        for parameter in trial.one.parameters("query"):
            name = parameter["name"]
            if "array" not in (kind := parameter["schema"]).get("type", "") and "anyOf" not in kind:
                trial.ask(f"{name} twice", refuse=True, path=f"{trial.path}?{name}=1&{name}=1")


@pytest.mark.parametrize("trial", WITH_JSON, indirect=True)
def test_a_field_is_as_documented_or_refused(trial: Trial) -> None:
    schema = trial.one.sends[JSON]["schema"]
    free: list[tuple[str, Any]] = []
    with trial.refused():
        for number, (place, body) in enumerate(with_one_wrong(schema, trial.right or {})):
            for value in (*PARTS[number % FIELD_STRIDE :: FIELD_STRIDE], *BROKEN):
                sent = put(body, value)
                what = f"{place}={value!r}"
                if value not in BROKEN and fits(schema, sent):
                    free.append((what, sent))
                else:
                    trial.ask(what, refuse=True, **body_of(sent))
        trial.ask("unknown field", refuse=True, **body_of({**(trial.right or {}), "unknown": None}))
    for what, sent in free:
        with trial.free():
            trial.ask(what, refuse=False, **body_of(sent))


@pytest.mark.parametrize("trial", WRITING, indirect=True)
def test_a_body_that_is_no_object_of_documented_fields_is_refused(trial: Trial) -> None:
    may_be_left_out = not trial.one.operation.get("requestBody", {}).get("required", False)
    with trial.refused():
        for what, (kind, body) in BODIES.items():
            if not (may_be_left_out and what in NO_BODY):
                trial.ask(what, refuse=True, data=body, content_type=kind)
        chunked = {"Transfer-Encoding": "chunked"}
        trial.ask("no length", refuse=True, data=b"{}", content_type=JSON, headers=chunked)


@pytest.mark.parametrize("trial", WITH_FILES, indirect=True)
def test_files_that_are_none_are_refused(trial: Trial) -> None:
    with trial.refused():
        for what, (kind, body, _answers) in FORMS.items():
            if (kind or "").startswith("multipart/form-data"):
                trial.ask(what, refuse=True, data=body, content_type=kind)
        for name in ("files", "other"):
            for file in (b"", b"MZ\x90", b"<script>alert(1)</script>", b"\x89PNG\r\n\x1a\n" + b"x" * 500):
                trial.ask(name, refuse=True, **Files({"x.png": file}, name).parts())
        trial.ask("too many", refuse=True, **Files({f"{number}.txt": b"a" for number in range(50)}).parts())


def test_a_token_that_is_not_good_is_refused_everywhere(town: Town, seen: Counter[str]) -> None:
    secret = town.app.config["SECRET_KEY"]
    wrong = []
    with town.undone() as connection:
        # Registering, signing in and refreshing look at no token.
        asking = [one for one in sound().values() if one.operation["security"]]
        assert len(asking) == len(sound()) - 3
        for number, one in enumerate(asking):
            name = one.who if one.who is not Who.ANONYMOUS else Who.OWNER
            dead = list(dead_tokens(town.programs, name, secret))
            # Each operation meets some of them, and one operation all.
            for what, token in dead if one.operation["operationId"] == "take_order" else dead[number % 5 :: 5]:
                headers = {"Authorization": f"Bearer {token}"}
                answer = town.call(
                    name, one.door.method, town.path(one.door.path), one.door.sent(name), headers=headers
                )
                seen["requests"] += 1
                seen["refused"] += 1
                found = faults(answer, refuse=True)
                if answer.status_code != 401 or not answer.headers["WWW-Authenticate"].startswith("Bearer"):
                    found.append(f"answers {answer.status_code}")
                wrong += [f"{one.door} {what}: {fault}" for fault in found]
        assert town.trace(connection) == town.untouched
        good = {"Authorization": f"Bearer {good_token(town.programs, Who.PERFORMER, secret)}"}
        assert (
            town.call(Who.PERFORMER, "POST", town.path("/api/v1/orders/{open}/take"), headers=good).status_code == 200
        )
    assert wrong == []


HEADERS: tuple[dict[str, str], ...] = (
    {"If-Match": '"'},
    {"If-Match": "x" * 9_000},
    {"If-Match": '"a", W/"b", *, ,,'},
    {"If-None-Match": '"\xff"', "If-Modified-Since": "yesterday", "Range": "bytes=9-1"},
    {"Accept": "text/html"},
    {"Accept": "\xff;;q=x", "Accept-Language": "*;q=NaN, ru;q=1e400, en;q=-1, ;;;,,,"},
    {"Accept-Encoding": "x" * 5_000},
    {"X-Request-ID": "\xe9\xff<script>" * 100},
    {"Cookie": "session=x; locale=%00; theme=\xff"},
    {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/admin/"},
    {"Idempotency-Key": ""},
    {"Idempotency-Key": "x" * 201},
    {"Idempotency-Key": "with a blank"},
    {"Idempotency-Key": "\xff"},
)


def test_a_strange_header_fails_nothing(trial: Trial) -> None:
    for headers in HEADERS:
        is_bad_key = trial.one.door.method == "POST" and "Idempotency-Key" in headers
        is_other = trial.one.door.method == "PATCH" and "If-Match" in headers and "*" not in headers["If-Match"]
        with trial.refused() if is_bad_key or is_other else trial.free():
            trial.ask(str(headers)[:60], refuse=is_bad_key or is_other, headers=headers)


def test_a_method_that_is_not_documented_is_refused(town: Town, seen: Counter[str]) -> None:
    wrong = []
    allowed: dict[str, set[str]] = {}
    for one in sound().values():
        allowed.setdefault(one.door.path.partition("?")[0], set()).add(one.door.method)
    everything: dict[str, set[str]] = {}
    for name in operations():
        method, path = name.split()
        everything.setdefault(path, set()).add(method)
    with town.undone() as connection:
        for path in allowed:
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - everything[PARAMETER.sub("{}", path)]:
                answer = town.call(Who.ADMIN, method, town.path(path), {} if method == "POST" else None)
                seen["requests"] += 1
                seen["refused"] += 1
                found = faults(answer, refuse=True)
                if answer.status_code != 405 or not answer.headers.get("Allow"):
                    found.append(f"answers {answer.status_code}")
                wrong += [f"{method} {path}: {fault}" for fault in found]
        assert town.trace(connection) == town.untouched
    assert wrong == []


def test_a_cursor_of_another_list_is_refused(town: Town, seen: Counter[str]) -> None:
    lists = [one for one in sound().values() if any(p["name"] == "cursor" for p in one.parameters("query"))]
    wrong, cursors = [], {}
    for one in lists:
        answer = town.call(one.who, "GET", town.path(one.door.path) + "?limit=1")
        if answer.get_json()["next_cursor"]:
            cursors[one.operation["operationId"]] = answer.get_json()["next_cursor"]
    assert len(cursors) >= 5
    for one in lists:
        for name, cursor in cursors.items():
            for text in (cursor, cursor[:-2], cursor.swapcase())[: size(2, 3)]:
                answer = town.call(one.who, "GET", f"{town.path(one.door.path)}?{query({'cursor': text})}")
                is_foreign = text != cursor or name != one.operation["operationId"]
                seen["requests"] += 1
                seen["refused"] += is_foreign
                found = faults(answer, refuse=is_foreign)
                wrong += [f"{one.door} cursor {text} of {name}: {fault}" for fault in found]
    assert wrong == []
