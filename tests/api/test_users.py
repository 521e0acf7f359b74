"""Accounts by program, for those who run the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import STAFF, Role
from marketplace.core.db import db
from tests.api.counting import selects
from tests.api.program import Program
from tests.people import People

Make = Callable[[Account | None], Program]


@pytest.fixture
def desk(people: People, program: Make) -> Program:
    """A manager's program."""
    return program(people.manager())


def block(account: Account, by: Account) -> Account:
    accounts.block_account(account.id, reason="Spam everywhere", by=by)
    db.session.commit()
    return account


def found(program: Program, query: str) -> list[int]:
    return [item["id"] for item in program.get(f"/users?{query}")["items"]]


@pytest.mark.parametrize("role", Role)
def test_only_those_who_run_the_house_see_accounts(people: People, program: Make, role: Role) -> None:
    somebody, asker = people.customer(), program(people.account(role))
    status = 200 if role in STAFF else 403
    asker.get("/users", status)
    asker.get(f"/users/{somebody.id}", status)
    # Who may not see accounts does not learn which there are either.
    asker.get("/users/999999999", 404 if role in STAFF else 403)


def test_nobody_sees_none(nobody: Program, people: People) -> None:
    nobody.get("/users", 401)
    nobody.get(f"/users/{people.customer().id}", 401)


def test_an_account_as_it_is_shown(people: People, program: Make) -> None:
    admin, anna = people.admin(), people.performer(name="Anna", phone="+7 912 000", messenger="Signal", site="")
    shown = program(people.observer()).get(f"/users/{anna.id}")
    assert shown.pop("created_at").endswith("Z")
    assert shown == {
        "id": anna.id,
        "email": anna.email,
        "name": "Anna",
        "role": "performer",
        "active": True,
        "block_reason": None,
        "contacts": {"phone": "+7 912 000", "messenger": "Signal", "site": ""},
        "actions": [],
        "links": {"self": f"/api/v1/users/{anna.id}"},
    }
    block(anna, admin)
    for role, reason in ((Role.ADMIN, "Spam everywhere"), (Role.MANAGER, None), (Role.OBSERVER, None)):
        asker = program(people.account(role))
        for shown in (asker.get(f"/users/{anna.id}"), asker.get("/users?active=false")["items"][0]):
            assert (shown["id"], shown["active"], shown["block_reason"]) == (anna.id, False, reason)


def test_an_account_that_has_not_changed_is_not_sent_again(people: People, desk: Program) -> None:
    anna = people.performer()
    seen = desk.ask("GET", f"/users/{anna.id}").headers["ETag"]
    assert desk.ask("GET", f"/users/{anna.id}", headers={"If-None-Match": seen}).status_code == 304
    accounts.update_profile(anna, by=anna, name="Other")
    db.session.commit()
    assert desk.get(f"/users/{anna.id}", headers={"If-None-Match": seen})["name"] == "Other"


def test_people_are_found_by_words_of_their_name_by_email_and_by_id(people: People, desk: Program) -> None:
    anna = people.customer(name="Anna Kern", email="kern@example.com")
    peter = people.performer(name="Пётр О’Нил", email="peter.oneil@example.org")
    other = people.performer(name="Annabel 100%", email="100_percent@example.org")
    assert found(desk, "q=anna") == [other.id, anna.id]
    assert found(desk, "q=kern+ANNA") == [anna.id]
    assert found(desk, "q=nna") == []
    assert found(desk, "q=петр") == [peter.id]
    assert found(desk, "q=kern@example.com") == [anna.id]
    assert found(desk, "q=%20KERN@exa") == [anna.id]
    assert found(desk, "q=peter.") == [peter.id]
    assert found(desk, "q=100_") == [other.id]
    assert found(desk, "q=100p") == []
    assert found(desk, f"q={peter.id}") == [peter.id]
    assert found(desk, "q=%25") == found(desk, "q=_") == found(desk, "q=!!") == []
    assert found(desk, "q=%26+%7C+%21+%27%3A*") == []
    assert len(found(desk, "q=")) == len(found(desk, "q=+")) == 4


def test_people_are_found_by_role_and_by_whether_they_are_blocked(people: People, desk: Program) -> None:
    customer, performer, admin = people.customer(), people.performer(), people.admin()
    blocked = block(people.performer(), admin)
    assert found(desk, "role=customer") == [customer.id]
    assert found(desk, "role=performer") == [blocked.id, performer.id]
    assert found(desk, "role=performer&active=true") == [performer.id]
    assert found(desk, "active=false") == [blocked.id]
    assert found(desk, f"role=customer&q={performer.id}") == []


@pytest.mark.parametrize(
    ("query", "culprit"),
    [
        ("role=root", "role"),
        ("role=+", "role"),
        ("active=+", "active"),
        ("role=CUSTOMER", "role"),
        ("active=1", "active"),
        ("active=True", "active"),
        ("active=yes", "active"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("q=" + "x" * 101, "q"),
        ("cursor=" + "x" * 201, "cursor"),
        ("q=a&q=b", "q"),
        ("email=x", "email"),
    ],
)
def test_what_is_not_as_documented_is_named(desk: Program, query: str, culprit: str) -> None:
    assert list(desk.get(f"/users?{query}", 422)["errors"]) == [culprit]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzBd", "WyJhIl0", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OV0", "%D0%B0"])
def test_a_damaged_cursor_is_refused(desk: Program, cursor: str) -> None:
    desk.get(f"/users?cursor={cursor}", 422)


def test_pages_follow_without_gaps_when_people_come_meanwhile(people: People, desk: Program) -> None:
    everybody = [people.customer().id for _ in range(7)]
    seen: list[int] = []
    address: dict[str, Any] = {"limit": 3, "role": "customer"}
    while True:
        page = desk.get("/users", query_string=address)
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        assert len(page["items"]) == 3
        people.customer()
        address["cursor"] = page["next_cursor"]
    assert seen == everybody[::-1]


def test_the_number_of_questions_does_not_grow_with_the_list(people: People, desk: Program) -> None:
    def asked() -> int:
        with selects() as sent:
            desk.get("/users?limit=100")
        return len(sent)

    for _ in range(3):
        people.customer()
    few = asked()
    for _ in range(17):
        people.performer()
    assert few == asked() == 2
    address = f"/users/{people.performer().id}"
    with selects() as sent:
        desk.get(address)
    assert len(sent) == 2
