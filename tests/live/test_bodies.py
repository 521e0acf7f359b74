"""Bodies before they are whole: waited for on the event loop, and no longer than anybody may be waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.types import Message

from marketplace.live import bodies
from marketplace.live.bodies import LARGEST, SMALL, Announced, Arriving, Gathering, Gone, TooLate
from tests.live.lines import SOON

MULTIPART = "multipart/form-data; boundary=x"


def on_a_loop(trial: Coroutine[None, None, None]) -> None:
    """Runs it in a thread: where a browser was used before, this one has its loop already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, trial).result()


def arriving(*parts: bytes) -> Arriving:
    """A body that comes in these parts and does not end."""
    left = list(parts)

    async def receive() -> Message:
        if not left:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": True}

    return Arriving(receive)


def test_large_bodies_wait_while_too_much_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_HELD", SMALL)
    monkeypatch.setattr(bodies, "SECONDS", SOON)

    async def trial() -> None:
        gathering = Gathering()
        gathering.held = SMALL + 1
        body = arriving(b"x")
        with pytest.raises(TooLate):
            await gathering.gather(body, 2 * SMALL)
        assert await arriving(b"x").part() == b"x"
        assert gathering.held == SMALL + 1
        gathering.held = 0
        with pytest.raises(TooLate):
            await gathering.gather(arriving(b"x" * SMALL), 2 * SMALL)
        assert gathering.held == 0, "given back"

    on_a_loop(trial())


def test_whoever_has_gone_is_not_waited_for() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def trial() -> None:
        with pytest.raises(Gone):
            await Gathering().gather(Arriving(receive), 10)

    on_a_loop(trial())


@pytest.mark.parametrize(
    ("headers", "there", "waits"),
    [
        ({}, False, True),
        ({"content-length": "0"}, False, True),
        ({"content-length": str(SMALL)}, True, True),
        ({"content-length": str(SMALL + 1)}, True, False),
        ({"content-length": str(SMALL + 1), "content-type": MULTIPART}, True, False),
        ({"content-length": str(LARGEST), "content-type": MULTIPART, "authorization": "x"}, True, True),
        ({"content-length": str(LARGEST + 1), "content-type": MULTIPART, "cookie": "x"}, True, False),
        ({"transfer-encoding": "chunked"}, True, False),
    ],
)
def test_what_is_refused_by_its_headers_is_not_waited_for(headers: dict[str, str], there: bool, waits: bool) -> None:
    announced = Announced([(name.encode(), value.encode()) for name, value in headers.items()])
    assert (announced.is_there, announced.is_worth_waiting) == (there, waits)
