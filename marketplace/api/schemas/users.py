"""Accounts, as those see them who run the house."""

from __future__ import annotations

from pydantic import Field

from marketplace.accounts.states import Role
from marketplace.api.schemas.me import ContactDetails
from marketplace.api.schemas.values import Answer, Flag, Id, Links, Moment, Paged, Text

MAX_WORDS = 100


class UserOut(Answer):
    """Somebody with an account."""

    id: Id
    email: str = Field(examples=["anna@example.com"])
    name: str = Field(examples=["Anna Kern"])
    role: Role
    active: bool = Field(description="false: blocked.")
    block_reason: str | None = Field(description="Why, for admins; null for others, and where nobody is blocked.")
    contacts: ContactDetails
    created_at: Moment
    links: Links


class UserList(Answer):
    """One page of accounts, the newest first."""

    items: list[UserOut]
    next_cursor: str | None


class UserQuery(Paged):
    """Whose accounts are looked for."""

    q: Text = Field("", max_length=MAX_WORDS, description="Words that a name has, the beginning of an email, or an id.")
    role: Role | None = Field(None, description="Only those of this role.")
    active: Flag | None = Field(None, description="true, or false for the blocked.")
