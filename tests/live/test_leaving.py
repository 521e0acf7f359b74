"""Whoever is signed out, blocked or given another role stops hearing within ten seconds, whatever happens meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from marketplace.accounts import services
from marketplace.accounts.models import Account, AccountSession
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.live import hub
from marketplace.live.sockets import Code
from tests.live.site import LiveSite, Window
from tests.people import People

PROMISED_SECONDS = 10
ENDINGS: dict[str, Callable[[Account, AccountSession, Account], object]] = {
    "signs out": lambda person, session, admin: services.end_session_of_token(session.token),
    "is signed out": lambda person, session, admin: services.end_session(session.id, by=person),
    "changes the password elsewhere": lambda person, session, admin: services.end_sessions(person, keep="another"),
    "is blocked": lambda person, session, admin: services.block_account(person.id, reason="Spam", by=admin),
    "gets another role": lambda person, session, admin: services.change_roles(
        [person.id], role=Role.OBSERVER, by=admin
    ),
}


def test_the_line_is_closed_whatever_ended_the_session(site: LiveSite, crowd: People) -> None:
    admin = crowd.admin()
    with ExitStack() as stack:
        other = stack.enter_context(site.window(admin))
        windows: dict[str, Window] = {}
        for name in ENDINGS:
            person = crowd.performer()
            session = site.session(person)
            windows[name] = stack.enter_context(site.window(ticket=site.ticket_for(session)))
            ENDINGS[name](person, session, admin)
        started = time.monotonic()
        db.session.commit()
        assert {name: window.closed_with() for name, window in windows.items()} == dict.fromkeys(
            ENDINGS, Code.SIGNED_OUT
        )
        assert time.monotonic() - started < hub.CHECK_SECONDS + 2 < PROMISED_SECONDS
        assert other.hears_nothing()


def test_an_event_closes_it_at_once_and_is_not_told(site: LiveSite, crowd: People) -> None:
    person, customer = crowd.performer(), crowd.customer()
    session = site.session(person)
    with site.window(ticket=site.ticket_for(session)) as window, site.window(customer) as other:
        services.end_session(session.id, by=person)
        db.session.commit()
        crowd.order(customer)
        assert other.events()
        assert window.next_is_the_end(hub.CHECK_SECONDS / 2) == Code.SIGNED_OUT


def test_a_session_whose_role_was_changed_by_hand_is_asked_for_a_new_ticket(site: LiveSite, crowd: People) -> None:
    person = crowd.customer()
    with site.window(person) as window:
        person.role = Role.OBSERVER
        db.session.commit()
        assert window.closed_with(PROMISED_SECONDS) == Code.SIGNED_OUT
