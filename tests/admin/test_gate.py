"""Nobody but admins comes in, and nothing is written without the form's token."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.accounts.models import Account
from marketplace.accounts.services import change_roles
from marketplace.accounts.states import Role
from marketplace.core.db import db
from tests.admin.conftest import House, trail
from tests.client import Browser
from tests.people import People

OTHERS: dict[str, Callable[[People], Account]] = {
    "customer": People.customer,
    "performer": People.performer,
    "manager": People.manager,
    "observer": People.observer,
}


def everything() -> dict[str, list[str]]:
    """The rows of every table but those that a visit itself writes to."""
    tables = ("accounts", "profiles", "categories", "orders", "order_events", "reviews", "audit_entries")
    return {
        table: [str(row) for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY 1"))] for table in tables
    }


def test_strangers_are_sent_to_sign_in(house: House, client: Browser) -> None:
    for address in house.addresses() + house.exports():
        answer = client.get(address)
        assert (answer.status_code, answer.location.startswith("/login?next=")) == (302, True), address


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_are_refused_everywhere(house: House, people: People, client: Browser, role: str) -> None:
    client.sign_in(OTHERS[role](people))
    for address in house.addresses() + house.exports():
        answer = client.get(address)
        assert answer.status_code == 403, address
        assert "Only admins may enter here." in answer.text


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_write_nothing(house: House, people: People, client: Browser, role: str) -> None:
    client.sign_in(OTHERS[role](people))
    before = everything()
    for address, fields in house.writes():
        assert client.send(address, **fields).status_code == 403, address
    assert everything() == before


def test_strangers_write_nothing(house: House, client: Browser) -> None:
    before = everything()
    for address, fields in house.writes():
        assert client.send(address, **fields).status_code == 401, address
    assert everything() == before


def test_an_admin_writes_nothing_without_the_token(house: House, desk: Browser) -> None:
    before = everything()
    for address, fields in house.writes():
        assert desk.post(address, data=fields).status_code == 400, address
        assert desk.post(address, data=fields | {"csrf_token": "wrong"}).status_code == 400, address
    chosen = {"action": "change_role", "rowid": str(house.customer.id)}
    assert desk.post("/admin/accounts/action/", data=chosen).status_code == 400
    assert everything() == before


def test_looking_never_writes(house: House, desk: Browser) -> None:
    before = everything()
    for address, _fields in house.writes():
        assert desk.get(address).status_code in (200, 405), address
    assert everything() == before


def test_every_write_of_an_admin_leaves_an_audit_line(house: House, desk: Browser) -> None:
    for number, (address, fields) in enumerate(house.writes()[:8]):
        answer = desk.send(address, **fields)
        assert answer.status_code == 302, (address, answer.text[:3000])
        lines = trail()
        assert len(lines) > number, address
        assert {line.actor_id for line in lines} == {house.admin.id}
        assert address.split("?")[0].split("/")[2][:5].lower() in lines[-1].subject_type.lower() + "categories"


def test_every_view_has_a_gate_of_its_own(app: Flask) -> None:
    """Flask-Admin's own check, behind the one of the site."""
    views = [view for pages in app.extensions["admin"] for view in pages._views]
    assert len(views) == 12
    with app.test_request_context():
        assert not any(view.is_accessible() for view in views)


def test_a_demoted_admin_is_out_at_once(house: House, people: People, desk: Browser) -> None:
    change_roles([house.admin.id], role=Role.MANAGER, by=people.admin())
    db.session.commit()
    assert desk.get("/admin/").status_code == 302
