"""How a live connection begins and ends: who is let in, and what is not put up with."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from marketplace.accounts import services as accounts
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.live import app as live_module
from marketplace.live import hub as hub_module
from marketplace.live import sockets
from marketplace.live.sockets import LONGEST_MESSAGE, MOST_MESSAGES, Code
from tests.live.site import LiveSite, code_of, wait_until
from tests.people import People


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_a_page_of_another_site_is_not_even_greeted(site: LiveSite, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused, site.line(origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_ticket_opens_one_line_and_no_second(site: LiveSite, crowd: People) -> None:
    ticket = site.ticket(crowd.customer())
    with site.window(ticket=ticket) as window:
        assert window.hears_nothing()
    with site.line() as line:
        line.send(json.dumps({"ticket": ticket}))
        assert code_of(line) == Code.SIGNED_OUT


def test_a_ticket_is_worth_nothing_once_its_session_has_ended(site: LiveSite, crowd: People) -> None:
    account = crowd.customer()
    session = site.session(account)
    ticket = site.ticket_for(session)
    accounts.end_session(session.id, by=account)
    db.session.commit()
    with site.line() as line:
        line.send(json.dumps({"ticket": ticket}))
        assert code_of(line) == Code.SIGNED_OUT


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hello",
        "[]",
        "{}",
        "[" * 4000,
        '{"ticket": 5}',
        '{"ticket": "x", "after": "5"}',
        '{"ticket": "x", "after": -1}',
        '{"ticket": "x", "after": true}',
        '{"ticket": "x", "after": 99999999999999999999}',
        '{"ticket": "x", "since": "now"}',
        '{"ticket": "x", "since": 1e300}',
        '{"ticket": "x", "since": NaN}',
        b'{"ticket": "x"}',
    ],
)
def test_what_is_no_greeting_is_refused(site: LiveSite, message: str | bytes) -> None:
    with site.line() as line:
        line.send(message)
        assert code_of(line) == Code.UNREADABLE


@pytest.mark.parametrize("ticket", ["x", "x.y.z", "\N{SNOWMAN}", "a" * 3000, "\x00"])
def test_a_forged_ticket_is_refused(site: LiveSite, ticket: str) -> None:
    with site.line() as line:
        line.send(json.dumps({"ticket": ticket}))
        assert code_of(line) == Code.SIGNED_OUT


def test_a_message_longer_than_any_of_ours_is_refused(site: LiveSite) -> None:
    with site.line() as line:
        line.send("x" * (LONGEST_MESSAGE + 1))
        assert code_of(line) == 1009


def test_who_says_nothing_is_not_waited_for(site: LiveSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "HELLO_SECONDS", 0.2)
    with site.line() as line:
        assert code_of(line, 2) == Code.TOO_LATE


def test_a_page_may_ask_whether_the_line_is_alive_but_not_all_the_time(site: LiveSite, crowd: People) -> None:
    with site.window(crowd.customer()) as window:
        for _ in range(MOST_MESSAGES):
            window.line.send('{"ping":true}')
            assert "ping" in json.loads(window.line.recv(5))
        window.line.send('{"ping":true}')
        assert window.closed_with() == Code.TOO_MUCH


def test_a_person_has_only_so_many_lines_and_the_others_keep_theirs(site: LiveSite, crowd: People) -> None:
    account = crowd.customer()
    with ExitStack() as stack:
        windows = [stack.enter_context(site.window(account)) for _ in range(hub_module.MOST_PER_PERSON)]
        with site.line() as line:
            line.send(json.dumps({"ticket": site.ticket(account)}))
            assert code_of(line) == Code.TOO_MANY
        with site.window(crowd.customer()) as another:
            assert another.hears_nothing()
        order = crowd.order(account)
        assert all((order.id, "status", "in") in window.events() for window in windows)
    with site.window(account):
        pass


def test_a_full_process_lets_nobody_else_in(site: LiveSite, crowd: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.live.hub, "_most", 1)
    with site.window(crowd.customer()), site.line() as line:
        assert code_of(line) == Code.TOO_MANY


def test_strangers_who_say_nothing_do_not_fill_the_process(
    site: LiveSite, crowd: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "MOST_STRANGERS", 1)
    with site.line(), site.line() as second:
        assert code_of(second) == Code.TOO_MANY


def test_who_does_not_read_is_let_go_and_holds_up_nobody(
    site: LiveSite, crowd: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SEND_SECONDS", 1)

    def deaf(sock: socket.socket) -> socket.socket:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return sock

    raw = deaf(socket.create_connection(("127.0.0.1", site.server.port)))
    slow, quick = crowd.customer(), crowd.customer()
    options: dict[str, Any] = {"sock": raw, "max_queue": 1, "ping_interval": None, "close_timeout": 0.2}
    with site.line(**options) as line:
        line.send(json.dumps({"ticket": site.ticket(slow)}))
        wait_until(lambda: len(site.live.hub) == 1)
        with site.window(quick) as window:
            text = json.dumps({"events": [], "filler": "x" * 100_000})
            for _ in range(200):
                site.call(lambda: site.live.hub._send_all(text))
                window.message()
                if len(site.live.hub) == 1:
                    break
            wait_until(lambda: len(site.live.hub) == 1, 20)
            order = crowd.order(quick)
            assert (order.id, "status", "in") in window.events()


def test_an_old_ticket_is_refused_and_cleared_away(site: LiveSite, crowd: People) -> None:
    with clock.fixed(clock.now() - timedelta(seconds=accounts.TICKET_SECONDS + 1)):
        old = site.ticket(crowd.customer())
    with site.line() as line:
        line.send(json.dumps({"ticket": old}))
        assert code_of(line) == Code.SIGNED_OUT
