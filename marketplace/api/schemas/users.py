"""Accounts, as those see them who run the house."""

from __future__ import annotations

from pydantic import Field

from marketplace.accounts.models import ABOUT_LENGTH, HEADLINE_LENGTH, MAX_LINKS
from marketplace.accounts.states import PriceUnit, Role
from marketplace.api.schemas.auth import Email, NewPassword
from marketplace.api.schemas.me import ContactDetails, ContactDetailsIn, Link, PersonName, left_out
from marketplace.api.schemas.values import (
    Answer,
    Body,
    Flag,
    Id,
    Links,
    Moment,
    Money,
    Paged,
    PriceIn,
    Text,
    Words,
)
from marketplace.orders.models import NOTE_LENGTH

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
    actions: list[str] = Field(
        description="What the caller may do with it now: the last part of the address to POST to.",
        examples=[["role", "sign-out", "block"]],
    )
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


class UserProfilePatch(Body):
    """What an admin mends of a profile."""

    name: PersonName = left_out("")
    contacts: ContactDetailsIn = left_out(ContactDetailsIn())
    about: Text = left_out("", max_length=ABOUT_LENGTH, examples=["Ten years of reports."])
    headline: Text = left_out("", max_length=HEADLINE_LENGTH, examples=["Reports that add up"])
    usual_price: PriceIn | None = left_out(description="null: by agreement.")
    price_unit: PriceUnit = left_out(PriceUnit.HOUR, description="What the usual price is for.")
    portfolio: list[Link] = left_out(
        [],
        max_length=MAX_LINKS,
        description="http or https addresses of works; one that comes twice is kept once.",
        examples=[["https://works.example/1"]],
    )
