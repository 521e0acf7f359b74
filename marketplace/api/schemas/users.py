"""Accounts, as those see them who run the house."""

from __future__ import annotations

from pydantic import Field

from marketplace.accounts.states import PriceUnit, Role
from marketplace.api.schemas.auth import Email, NewPassword
from marketplace.api.schemas.me import ContactDetails, PersonName, ProfilePatch
from marketplace.api.schemas.values import (
    MAX_WORDS,
    Answer,
    Body,
    Flag,
    Id,
    Links,
    Moment,
    Money,
    NextCursor,
    Paged,
    Text,
    Words,
)
from marketplace.orders.models import NOTE_LENGTH


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
    actions: list[str] = Field(
        description="What the caller may do with it now: the last part of the address to POST to.",
        examples=[["role", "sign-out", "block"]],
    )
    links: Links


class UserList(Answer):
    """One page of accounts, the newest first."""

    items: list[UserOut]
    next_cursor: NextCursor


class UserQuery(Paged):
    """Whose accounts are looked for."""

    q: Text = Field("", max_length=MAX_WORDS, description="Words that a name has, the beginning of an email, or an id.")
    role: Role | None = Field(None, description="Only those of this role.")
    active: Flag | None = Field(None, description="true, or false for the blocked.")


class UserIn(Body):
    """Somebody for whom an admin makes an account."""

    email: Email = Field(description="For signing in.")
    password: Text = NewPassword
    name: PersonName = Field(description="Of a person or a firm; everybody sees it.")
    role: Role = Field(description="What they come for: any type of account.", examples=["manager"])


class Block(Body):
    """Why somebody is blocked."""

    reason: Words = Field(
        max_length=NOTE_LENGTH, description="For admins only.", examples=["Asks for money in advance."]
    )


class RoleChange(Body):
    """What somebody is from now on."""

    role: Role = Field(examples=["manager"])


class UserProfile(Answer):
    """What somebody says of themselves, as admins see it."""

    id: Id = Field(description="Of the account.")
    name: str = Field(examples=["Anna Kern"])
    contacts: ContactDetails
    about: str
    headline: str = Field(examples=["Reports that add up"])
    usual_price: Money | None
    price_unit: PriceUnit = Field(description="What the usual price is for.")
    portfolio: list[str] = Field(description="Addresses of works.", examples=[["https://works.example/1"]])
    updated_at: Moment
    links: Links


class UserProfilePatch(ProfilePatch):
    """What an admin mends of a profile."""
