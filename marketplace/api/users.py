"""Accounts, for those who run the house."""

from __future__ import annotations

from marketplace.accounts import policies, queries
from marketplace.accounts.models import Account
from marketplace.accounts.queries import PeopleFilter
from marketplace.accounts.states import STAFF
from marketplace.api.me import contact_details
from marketplace.api.operations import operation
from marketplace.api.schemas.users import UserList, UserOut, UserQuery
from marketplace.core.errors import N_
from marketplace.web.guards import Gate
from marketplace.web.programs import API
from marketplace.web.viewer import account

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


@operation("GET", "/users/<id:user_id>", tag="users", answer=UserOut, gate=HOUSE, errors=(403, 404), is_tagged=True)
def get_user(user_id: int) -> UserOut:
    """Read an account.

    For managers, observers and admins.
    """
    return shown_user(queries.get_account(user_id), account())


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
        links={"self": f"{API}/users/{person.id}"},
    )
