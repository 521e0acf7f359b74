"""Accounts, for those who run the house: read by all of them, made, blocked and changed by admins."""

from __future__ import annotations

from marketplace.accounts import policies, queries, services
from marketplace.accounts.models import Account
from marketplace.accounts.queries import PeopleFilter
from marketplace.accounts.states import STAFF
from marketplace.api.auth import first_password_hash
from marketplace.api.me import contact_details
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.users import Block, RoleChange, UserIn, UserList, UserOut, UserQuery
from marketplace.core.errors import N_
from marketplace.web.guards import ADMINS, Gate
from marketplace.web.programs import API
from marketplace.web.viewer import account

ONE = "/users/<id:user_id>"
HOUSE = Gate(STAFF, N_("Accounts are for those who run the house. Yours is of another type."))


@operation("GET", "/users", tag="users", query=UserQuery, answer=UserList, gate=HOUSE, errors=(403,))
def list_users(query: UserQuery) -> UserList:
    """List accounts.

    For managers, observers and admins. The newest come first.
    """
    wanted = PeopleFilter(words=query.q, role=query.role, active=query.active)
    page = queries.people(wanted, after=query.cursor, size=query.limit)
    by = account()
    return UserList(items=[shown_user(person, by) for person in page.items], next_cursor=page.next_cursor)


@operation("GET", ONE, tag="users", answer=UserOut, gate=HOUSE, errors=(403, 404), is_tagged=True)
def get_user(user_id: int) -> UserOut:
    """Read an account.

    For managers, observers and admins.
    """
    return shown_user(queries.get_account(user_id), account())


@operation(
    "POST", "/users", tag="users", body=UserIn, answer=UserOut, status=201, gate=ADMINS, errors=(403,), is_tagged=True
)
def post_user(body: UserIn) -> UserOut:
    """Make an account for somebody.

    For admins, of any type. They choose the first password, as on their page, and tell it in a safe way; its owner
    changes it after signing in. No answer ever holds it. An address that has an account is a 422.
    """
    by = account()
    made = services.create_account(
        email=body.email,
        password_hash=first_password_hash(body.password, email=body.email, name=body.name),
        role=body.role,
        name=body.name,
        by=by,
    )
    return shown_user(made, by)


@operation(
    "POST",
    f"{ONE}/block",
    tag="users",
    body=Block,
    answer=UserOut,
    gate=ADMINS,
    errors=(403, 404, 409),
    is_tagged=True,
)
def block_user(user_id: int, body: Block) -> UserOut:
    """Block somebody.

    For admins. They are signed out everywhere at once, programs too, and can do nothing until they are unblocked.
    Whoever is blocked already stays so, for the first reason. One's own account is a 409.
    """
    by = account()
    return shown_user(services.block_account(user_id, reason=body.reason, by=by), by)


@operation("POST", f"{ONE}/unblock", tag="users", answer=UserOut, gate=ADMINS, errors=(403, 404, 409), is_tagged=True)
def unblock_user(user_id: int) -> UserOut:
    """Let somebody in again.

    For admins. The sessions and tokens of before stay dead: they sign in anew. One's own account is a 409.
    Whoever is not blocked stays as they are, which is a 200.
    """
    by = account()
    return shown_user(services.unblock_account(user_id, by=by), by)


@operation(
    "POST",
    f"{ONE}/role",
    tag="users",
    body=RoleChange,
    answer=UserOut,
    gate=ADMINS,
    errors=(403, 404, 409),
    is_tagged=True,
)
def change_role(user_id: int, body: RoleChange) -> UserOut:
    """Give somebody another role.

    For admins. They are signed out everywhere and sign in again with the new one; who has it already notices nothing.
    Admins do not take their own rights, which is a 409, so there is always one.
    """
    by = account()
    services.change_roles([user_id], role=body.role, by=by)
    return shown_user(queries.get_account(user_id), by)


@operation("POST", f"{ONE}/sign-out", tag="users", answer=UserOut, gate=ADMINS, errors=(403, 404), is_tagged=True)
def sign_out_user(user_id: int) -> UserOut:
    """Sign somebody out everywhere.

    For admins. Every browser and every program of the person; nothing keeps them from signing in again.
    """
    by = account()
    return shown_user(services.sign_out_account(user_id, by=by), by)


def shown_user(person: Account, by: Account) -> UserOut:
    """The account as `by`, who is staff, may see it."""
    return UserOut(
        id=person.id,
        email=person.email,
        name=person.name,
        role=person.role,
        active=person.active,
        block_reason=person.block_reason if policies.may_administer(by) else None,
        contacts=contact_details(person.profile),
        created_at=person.created_at,
        actions=actions(person, by),
        links={"self": f"{API}/users/{person.id}"},
    )


def actions(person: Account, by: Account) -> list[str]:
    """What `by` may do now with the account, by the names of the operations."""
    if not policies.may_administer(by):
        return []
    if person.id == by.id:
        return ["sign-out"]
    return ["role", "sign-out", "block" if person.active else "unblock"]
