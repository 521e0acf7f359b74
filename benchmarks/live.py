"""How soon others learn of a commit, how soon a thousand do, and what a socket costs in memory."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from json import dumps, loads
from statistics import median, quantiles
from urllib.request import urlopen

import psutil
from sqlalchemy import select
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from benchmarks.market import Market
from config import DEVELOPMENT_SECRET_KEY, ROOT
from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account, AccountSession
from marketplace.accounts.queries import find_account_by_email
from marketplace.core.db import db
from marketplace.live.hub import MOST_PER_PERSON
from marketplace.orders import services

SOCKETS = 1000
COMMITS = 300
ROUNDS = 20
AT_ONCE = 50
PAUSE_SECONDS = 0.02
START_SECONDS = 30


@dataclass
class LiveFigures:
    """Times are in ms, from before the commit to the message; memory is in KiB for each socket."""

    one: list[float]
    all: list[float]
    sockets: int
    memory: float


def live_figures(market: Market) -> LiveFigures:
    """Measures on a process of its own, as production runs it, with one worker."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    try:
        with _running(market) as (port, worker), market.app.app_context():
            return asyncio.run(_measure(market, port, worker))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


@contextmanager
def _running(market: Market) -> Iterator[tuple[int, psutil.Process]]:
    settings = {"DATABASE_URL": market.url, "RATELIMIT_ENABLED": "0", "LOG_LEVEL": "ERROR", "WEB_WORKERS": "1"}
    with socket.create_server(("127.0.0.1", 0), backlog=SOCKETS) as listener:
        port = listener.getsockname()[1]
        command = (sys.executable, "-m", "gunicorn", "marketplace.asgi:app", "--bind", f"fd://{listener.fileno()}")
        master = subprocess.Popen(
            [*command, "--log-level", "warning"],
            cwd=ROOT,
            env={**os.environ, **settings},
            pass_fds=[listener.fileno()],
        )
    try:
        patience = time.monotonic() + START_SECONDS
        while time.monotonic() < patience:
            with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/live/healthz", timeout=5) as answer:
                if answer.status == 200:
                    break
            time.sleep(0.2)
        (worker,) = psutil.Process(master.pid).children()
        yield port, worker
    finally:
        master.terminate()
        master.wait()


async def _measure(market: Market, port: int, worker: psutil.Process) -> LiveFigures:
    sessions = _sessions(SOCKETS)
    async with AsyncExitStack() as stack:
        lines = await _open(stack, port, sessions[:1])
        one = [time_ for _ in range(COMMITS) for time_ in await _told(lines, market)]
        before = worker.memory_info().rss
        for start in range(1, SOCKETS, AT_ONCE):
            lines += await _open(stack, port, sessions[start : start + AT_ONCE])
        memory = (worker.memory_info().rss - before) / 1024 / (len(lines) - 1)
        everybody = [time_ for _ in range(ROUNDS) for time_ in await _told(lines, market)]
    return LiveFigures(one, everybody, len(lines), memory)


def _sessions(number: int) -> list[AccountSession]:
    """Of as many people as it takes."""
    people = db.session.scalars(select(Account).where(Account.active).order_by(Account.id)).all()
    assert len(people) * MOST_PER_PERSON >= number
    sessions = [
        accounts.start_session(people[turn % len(people)], user_agent="benchmark", address="") for turn in range(number)
    ]
    db.session.commit()
    return sessions


async def _open(stack: AsyncExitStack, port: int, sessions: list[AccountSession]) -> list[ClientConnection]:
    """A line for each of the sessions, all let in."""
    tickets = [accounts.issue_ticket(session, secret=DEVELOPMENT_SECRET_KEY) for session in sessions]
    db.session.commit()
    lines = [await stack.enter_async_context(_line(port)) for _ in tickets]
    await asyncio.gather(*(_greet(line, ticket) for line, ticket in zip(lines, tickets, strict=True)))
    return lines


def _line(port: int) -> connect:
    return connect(
        f"ws://127.0.0.1:{port}/live",
        origin=Origin(f"http://127.0.0.1:{port}"),
        compression=None,
        ping_interval=None,
        max_queue=None,
    )


async def _greet(line: ClientConnection, ticket: str) -> None:
    await line.send(dumps({"ticket": ticket}))
    while "ready" not in loads(await line.recv()):
        pass


async def _told(lines: list[ClientConnection], market: Market) -> list[float]:
    """Posts an order and waits until every line has been told of it."""
    waiting = [asyncio.create_task(_arrival(line)) for line in lines]
    await asyncio.sleep(PAUSE_SECONDS)
    customer = find_account_by_email("customer@example.com")
    assert customer is not None
    services.post_order(
        title="Нужно сказать всем",
        description="",
        category_id=market.category.id,
        price=None,
        deadline=None,
        by=customer,
    )
    started = time.perf_counter()
    db.session.commit()
    return [(arrived - started) * 1000 for arrived in await asyncio.gather(*waiting)]


async def _arrival(line: ClientConnection) -> float:
    while "events" not in loads(await line.recv()):
        pass
    return time.perf_counter()


def print_live(figures: LiveFigures) -> None:
    """Two lines of times and one of memory."""
    print(f"\n{'live':45} {'times':>9} {'p50 ms':>7} {'p99 ms':>7}")
    for name, times in (("commit to one screen", figures.one), (f"commit to {figures.sockets} screens", figures.all)):
        print(f"{name:45} {len(times):>9,} {median(times):>7.1f} {quantiles(times, n=100)[-1]:>7.1f}")
    print(f"memory: {figures.memory:.1f} KiB for each socket")
