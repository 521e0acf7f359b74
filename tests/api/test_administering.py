"""What admins do with accounts by program: make them, block them, change their roles, sign them out, mend profiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts import queries
from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.states import Role
from marketplace.core.db import db
from tests.api.program import Program
from tests.client import Browser
from tests.people import PASSWORD, People

Make = Callable[[Account | None], Program]

FRESH = "йод-и-соль-на-всю-зиму"
NEW = {"email": " New@Example.com", "name": " New  Person ", "role": "observer", "password": FRESH}
ACTS: dict[str, Any] = {"block": {"reason": "Spam"}, "unblock": None, "role": {"role": "observer"}, "sign-out": None}


@pytest.fixture
def admin(people: People) -> Account:
    """Who administers."""
    return people.admin()


@pytest.fixture
def boss(admin: Account, program: Make) -> Program:
    """Their program."""
    return program(admin)


def trail() -> list[tuple[Any, ...]]:
    """What the audit trail says, the oldest first."""
    lines = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(line.actor_id, line.action, line.subject_type, line.subject_id, line.before, line.after) for line in lines]


def number_of_accounts() -> int:
    return db.session.scalar(select(func.count()).select_from(Account)) or 0


class TestMaking:
    """Accounts that nobody could make for themselves."""

    @pytest.mark.parametrize("role", Role)
    def test_an_admin_makes_a_person_of_any_role_who_can_sign_in(
        self, role: Role, admin: Account, boss: Program, nobody: Program
    ) -> None:
        answer = boss.ask("POST", "/users", NEW | {"role": role.value})
        made = answer.get_json()
        assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/users/{made['id']}")
        assert (made["email"], made["name"], made["role"]) == ("new@example.com", "New Person", role.value)
        assert (made["active"], made["block_reason"], made["actions"]) == (True, None, ["role", "sign-out", "block"])
        assert FRESH not in answer.text
        assert answer.headers["ETag"] == boss.ask("GET", f"/users/{made['id']}").headers["ETag"]
        # The letter й has two spellings in Unicode; signing in compares one of them.
        nobody.post("/auth/login", {"email": "new@example.com", "password": FRESH})
        assert trail() == [
            (
                *(admin.id, "create", "Account", str(made["id"]), {}),
                {"email": "new@example.com", "role": role.value, "name": "New Person"},
            )
        ]

    def test_sent_again_under_its_key_it_makes_nobody_else(self, boss: Program) -> None:
        first, again = (boss.ask("POST", "/users", NEW, headers={"Idempotency-Key": "a"}) for _ in range(2))
        assert (first.status_code, again.data) == (201, first.data)
        assert number_of_accounts() == 2
        boss.post("/users", NEW | {"password": "another-good-password"}, 422, headers={"Idempotency-Key": "a"})

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"email": "no address"}, "email"),
            ({"email": "x" * 255 + "@example.com"}, "email"),
            ({"password": "short"}, "password"),
            ({"password": "x" * 257}, "password"),
            ({"password": "password123"}, "password"),
            ({"password": "New@Example.com"}, "password"),
            ({"password": "new person"}, "password"),
            ({"name": " "}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"role": "emperor"}, "role"),
            ({"role": None}, "role"),
            ({"active": False}, "active"),
        ],
    )
    def test_a_wrong_field_is_named_and_nobody_is_made(self, wrong: Any, field: str, boss: Program) -> None:
        assert list(boss.post("/users", NEW | wrong, 422)["errors"]) == [field]
        assert (number_of_accounts(), trail()) == (1, [])

    def test_an_address_has_one_account(self, people: People, boss: Program) -> None:
        taken = people.customer()
        problem = boss.post("/users", NEW | {"email": taken.email.upper()}, 422)
        assert (problem["type"], list(problem["errors"])) == ("urn:podryad:problem:email-taken", ["email"])
        assert trail() == []

    def test_the_page_refuses_the_same_passwords(self, app: Flask, admin: Account) -> None:
        page = Browser.of(app).sign_in(admin)
        for password in ("new@example.com", "new person", "password123"):
            assert page.send("/admin/accounts/new/", **NEW | {"password": password}).status_code == 422
        assert number_of_accounts() == 1


class TestBlocking:
    """Nothing goes on for whoever is blocked."""

    def test_all_tokens_and_browsers_are_dead_at_once(
        self, app: Flask, robot: Program, owner: Account, admin: Account, boss: Program
    ) -> None:
        browser = Browser.of(app).sign_in(owner)
        again = robot.post("/auth/refresh", {"refresh_token": robot.refresh_token})
        shown = boss.post(f"/users/{owner.id}/block", {"reason": "  Asks for money\r\nin advance. "})
        assert (shown["active"], shown["block_reason"]) == (False, "Asks for money\nin advance.")
        assert shown["actions"] == ["role", "sign-out", "unblock"]
        line = (admin.id, "block", "Account", str(owner.id), {"active": True})
        assert trail() == [(*line, {"active": False, "reason": "Asks for money\nin advance."})]

        for token in (robot.token, again["access_token"]):
            robot.token = token
            robot.get("/me", 401)
        robot.token = None
        for token in (robot.refresh_token, again["refresh_token"]):
            robot.post("/auth/refresh", {"refresh_token": token}, 401)
        robot.post("/auth/login", {"email": owner.email, "password": PASSWORD}, 401)
        assert browser.get("/profile").status_code == 302
        assert queries.live_sessions(owner) == []

    def test_whoever_is_blocked_already_stays_so_for_the_first_reason(
        self, people: People, boss: Program, program: Make
    ) -> None:
        path = f"/users/{people.performer().id}/block"
        boss.post(path, {"reason": "Spam"})
        assert program(people.admin()).post(path, {"reason": "Other"})["block_reason"] == "Spam"
        assert [line[1] for line in trail()] == ["block"]

    def test_the_unblocked_sign_in_anew(self, robot: Program, owner: Account, boss: Program) -> None:
        boss.post(f"/users/{owner.id}/block", {"reason": "Spam"})
        shown = boss.post(f"/users/{owner.id}/unblock")
        assert (shown["active"], shown["block_reason"], shown["actions"][-1]) == (True, None, "block")
        boss.post(f"/users/{owner.id}/unblock")
        assert [line[1] for line in trail()] == ["block", "unblock"]
        robot.get("/me", 401)
        robot.token = None
        robot.post("/auth/refresh", {"refresh_token": robot.refresh_token}, 401)
        robot.post("/auth/login", {"email": owner.email, "password": PASSWORD})

    @pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " \u200b"}, {"reason": "x" * 1001}, {"reason": 7}])
    def test_a_block_has_a_reason(self, body: Any, people: People, boss: Program) -> None:
        somebody = people.customer()
        assert list(boss.post(f"/users/{somebody.id}/block", body, 422)["errors"]) == ["reason"]
        assert (somebody.active, trail()) == (True, [])

    def test_the_reason_is_for_admins(self, people: People, boss: Program, program: Make) -> None:
        somebody = people.customer()
        boss.post(f"/users/{somebody.id}/block", {"reason": "Spam"})
        for role in (Role.MANAGER, Role.OBSERVER):
            shown = program(people.account(role)).get(f"/users/{somebody.id}")
            assert (shown["active"], shown["block_reason"], shown["actions"]) == (False, None, [])


class TestRoles:
    """What people are is for admins to say, but not of themselves."""

    def test_another_role_signs_out_and_the_same_one_does_not(
        self, robot: Program, owner: Account, admin: Account, boss: Program
    ) -> None:
        path = f"/users/{owner.id}/role"
        assert boss.post(path, {"role": "performer"})["role"] == "performer"
        robot.get("/me")
        assert trail() == []
        assert boss.post(path, {"role": "manager"})["role"] == "manager"
        line = (admin.id, "change_role", "Account", str(owner.id), {"role": "performer"}, {"role": "manager"})
        assert trail() == [line]
        robot.get("/me", 401)
        robot.token = None
        robot.post("/auth/refresh", {"refresh_token": robot.refresh_token}, 401)
        tokens = robot.post("/auth/login", {"email": owner.email, "password": PASSWORD})
        robot.token = tokens["access_token"]
        assert robot.get("/me")["role"] == "manager"

    def test_who_was_an_admin_is_none_any_more_at_once(self, people: People, boss: Program, program: Make) -> None:
        other, somebody = people.admin(), people.customer()
        robot = program(other)
        boss.post(f"/users/{other.id}/role", {"role": "observer"})
        robot.post(f"/users/{somebody.id}/block", {"reason": "Mine"}, 401)
        program(other).post(f"/users/{somebody.id}/block", {"reason": "Mine"}, 403)
        assert somebody.active

    @pytest.mark.parametrize("body", [{}, {"role": "root"}, {"role": "ADMIN"}, {"role": None}, {"role": 1}])
    def test_a_role_is_one_of_those_that_there_are(self, body: Any, people: People, boss: Program) -> None:
        assert list(boss.post(f"/users/{people.customer().id}/role", body, 422)["errors"]) == ["role"]


class TestOneself:
    """The last admin stays one."""

    @pytest.mark.parametrize(
        ("act", "body"), [("block", {"reason": "Tired"}), ("unblock", None), ("role", {"role": "customer"})]
    )
    def test_nobody_ends_themselves(self, act: str, body: Any, admin: Account, boss: Program) -> None:
        problem = boss.post(f"/users/{admin.id}/{act}", body, 409)
        assert problem["type"] == "urn:podryad:problem:own-account"
        assert (admin.active, admin.role, trail()) == (True, Role.ADMIN, [])
        assert boss.get(f"/users/{admin.id}")["actions"] == ["sign-out"]

    def test_an_admin_stays_an_admin_and_may_sign_out(self, admin: Account, boss: Program) -> None:
        assert boss.post(f"/users/{admin.id}/role", {"role": "admin"})["role"] == "admin"
        assert boss.post(f"/users/{admin.id}/sign-out")["id"] == admin.id
        boss.get("/me", 401)


class TestSigningOut:
    """Every device at once, and no door closed."""

    def test_browsers_and_programs_end_and_begin_anew(
        self, app: Flask, robot: Program, owner: Account, admin: Account, boss: Program
    ) -> None:
        browser = Browser.of(app).sign_in(owner)
        assert boss.post(f"/users/{owner.id}/sign-out")["active"]
        robot.get("/me", 401)
        assert browser.get("/profile").status_code == 302
        assert trail() == [(admin.id, "sign_out", "Account", str(owner.id), {"sessions": 2}, {"sessions": 0})]
        robot.token = None
        robot.post("/auth/refresh", {"refresh_token": robot.refresh_token}, 401)
        robot.post("/auth/login", {"email": owner.email, "password": PASSWORD})


class TestProfiles:
    """What people say of themselves, mended."""

    def test_only_what_is_sent_changes_and_the_trail_says_what_it_was(
        self, people: People, admin: Account, boss: Program
    ) -> None:
        anna = people.performer(name="Anna", phone="+7 912 345-67-89", messenger="Signal", about="Buy my pills!")
        path = f"/users/{anna.id}/profile"
        seen = boss.get(path)
        assert seen == {
            "id": anna.id,
            "name": "Anna",
            "contacts": {"phone": "+7 912 345-67-89", "messenger": "Signal", "site": ""},
            "about": "Buy my pills!",
            "headline": "",
            "usual_price": None,
            "price_unit": "hour",
            "portfolio": [],
            "updated_at": seen["updated_at"],
            "links": {"self": f"/api/v1{path}", "user": f"/api/v1/users/{anna.id}"},
        }
        assert boss.patch(path, {}) == seen
        assert trail() == []
        mended = boss.patch(path, {"about": "", "contacts": {"messenger": ""}, "usual_price": "99.90"})
        assert {name for name in seen if mended[name] != seen[name]} == {
            *("about", "contacts", "usual_price", "updated_at")
        }
        assert mended["contacts"] == {"phone": "+7 912 345-67-89", "messenger": "", "site": ""}
        before = {"about": "Buy my pills!", "messenger": "Signal", "usual_price": None}
        after = {"about": "", "messenger": "", "usual_price": "99.90"}
        assert trail() == [(admin.id, "update", "Profile", str(anna.id), before, after)]

    def test_a_state_that_nobody_has_seen_is_not_mended(self, people: People, boss: Program) -> None:
        anna = people.performer()
        path = f"/users/{anna.id}/profile"
        seen = boss.ask("GET", path).headers["ETag"]
        assert boss.ask("GET", path, headers={"If-None-Match": seen}).status_code == 304
        done = boss.ask("PATCH", path, {"name": "Other"}, headers={"If-Match": seen})
        assert done.headers["ETag"] == boss.ask("GET", path).headers["ETag"] != seen
        boss.patch(path, {"name": "Third"}, 412, headers={"If-Match": seen})
        assert anna.profile.name == "Other"
        assert len(trail()) == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": None}, "name"),
            ({"usual_price": "0"}, "usual_price"),
            ({"usual_price": 5}, "usual_price"),
            ({"price_unit": "century"}, "price_unit"),
            ({"about": "x" * 5001}, "about"),
            ({"contacts": {"site": "javascript:alert(1)"}}, "contacts.site"),
            ({"portfolio": ["javascript:alert(1)"]}, "portfolio.0"),
            ({"locale": "ru"}, "locale"),
            ({"category_ids": []}, "category_ids"),
        ],
    )
    def test_a_profile_takes_no_nonsense(self, body: Any, field: str, people: People, boss: Program) -> None:
        assert list(boss.patch(f"/users/{people.performer().id}/profile", body, 422)["errors"]) == [field]
        assert trail() == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_administers_or_learns_who_there_is(people: People, program: Make, role: Role) -> None:
    somebody, asker = people.customer(), program(people.account(role))
    number = number_of_accounts()
    for account_id in (somebody.id, 999999999):
        for act, body in ACTS.items():
            asker.post(f"/users/{account_id}/{act}", body, 403)
            program(None).post(f"/users/{account_id}/{act}", body, 401)
        asker.get(f"/users/{account_id}/profile", 403)
        asker.patch(f"/users/{account_id}/profile", {"name": "Mine"}, 403)
    asker.post("/users", NEW, 403)
    program(None).post("/users", NEW, 401)
    assert (somebody.active, somebody.role, somebody.name) == (True, Role.CUSTOMER, somebody.profile.name)
    assert (number_of_accounts(), trail()) == (number, [])


def test_somebody_who_is_not_there_is_a_404(boss: Program) -> None:
    for act, body in ACTS.items():
        assert boss.post(f"/users/999999999/{act}", body, 404)["type"] == "urn:podryad:problem:no-such-account"
    boss.get("/users/999999999/profile", 404)
    boss.patch("/users/999999999/profile", {"name": "X"}, 404)
    assert trail() == []


def test_no_answer_and_no_line_of_the_trail_holds_a_password(boss: Program) -> None:
    answer = boss.ask("POST", "/users", NEW)
    stored = db.session.get_one(Account, answer.get_json()["id"]).password
    said = answer.text + str(trail()) + boss.ask("GET", "/users").text
    assert FRESH not in said and stored not in said and stored.startswith("$")
