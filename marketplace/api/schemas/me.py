"""One's own account, and what its owner may change of it."""

from __future__ import annotations

from typing import Annotated, Literal

from flask_babel import gettext as _
from pydantic import AfterValidator, Field

from marketplace.accounts.models import (
    ABOUT_LENGTH,
    CONTACT_LENGTH,
    HEADLINE_LENGTH,
    MAX_LINKS,
    NAME_LENGTH,
)
from marketplace.accounts.states import PriceUnit, Role
from marketplace.api.schemas.refs import CategoryRef
from marketplace.api.schemas.values import ONE_LINE, Answer, Body, Id, Links, Moment, Money, PriceIn, Text, left_out
from marketplace.web.fields import LONGEST_LINK, parse_link, parse_phone
from marketplace.web.zones import zone_names

MOST_CATEGORIES = 100


def _site(text: str) -> str:
    site = parse_link(text.strip()) if text.strip() else ""
    # What was left out of the address may have made it too long.
    if len(site) > CONTACT_LENGTH:
        raise ValueError(_("The address is longer than %(limit)s characters.", limit=CONTACT_LENGTH))
    return site


def _zone(name: str) -> str:
    if name not in zone_names():
        raise ValueError(_("Choose a time zone from the list."))
    return name


Language = Literal["ru", "en"]
PersonName = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, examples=["Anna Kern"]), ONE_LINE]
Phone = Annotated[
    Text,
    Field(max_length=CONTACT_LENGTH, examples=["+7 912 345-67-89"], json_schema_extra={"format": "phone"}),
    AfterValidator(parse_phone),
]
Messenger = Annotated[Text, Field(max_length=CONTACT_LENGTH, examples=["Telegram @anna"])]
Site = Annotated[
    Text,
    Field(max_length=CONTACT_LENGTH, examples=["https://anna.example"], json_schema_extra={"format": "web-address"}),
    AfterValidator(_site),
]
Link = Annotated[
    Text,
    Field(min_length=1, max_length=LONGEST_LINK, json_schema_extra={"format": "web-address"}),
    AfterValidator(parse_link),
]
Zone = Annotated[
    Text,
    Field(max_length=64, examples=["Europe/Moscow"], json_schema_extra={"format": "time-zone"}),
    AfterValidator(_zone),
]


class ContactDetails(Answer):
    """How to reach a person; "" for what they have not told."""

    phone: str = Field(examples=["+7 912 345-67-89"])
    messenger: str = Field(description="Which one, and under what name.", examples=["Telegram @anna"])
    site: str = Field(examples=["https://anna.example"])


class CustomerNumbers(Answer):
    """What became of the orders of a customer."""

    posted: int = Field(ge=0)
    completed: int = Field(ge=0)
    cancelled: int = Field(ge=0)


class PerformerNumbers(Answer):
    """What a performer has taken and done, and how it was rated."""

    taken: int = Field(ge=0)
    completed: int = Field(ge=0)
    withdrawn: int = Field(ge=0, description="Given back.")
    rating: float | None = Field(description="The average of all ratings, 1 to 10; null before the first.")
    reviews: int = Field(ge=0, description="How many ratings there are.")


class Me(Answer):
    """The caller's own account."""

    id: Id
    email: str = Field(examples=["anna@example.com"])
    role: Role
    name: str = Field(examples=["Anna Kern"])
    contacts: ContactDetails = Field(description="For those whom one works with, and for staff.")
    about: str
    headline: str = Field(
        description="One line under the name in the list of performers.", examples=["Reports that add up"]
    )
    usual_price: Money | None
    price_unit: PriceUnit = Field(description="What the usual price is for.")
    portfolio: list[str] = Field(description="Addresses of works.", examples=[["https://works.example/1"]])
    categories: list[CategoryRef] = Field(description="What a performer works in.")
    as_customer: CustomerNumbers | None = Field(description="null for those who are no customer.")
    as_performer: PerformerNumbers | None = Field(description="null for those who are no performer.")
    locale: Language | None = Field(description="Of the pages; null: as in the browser.")
    time_zone: str | None = Field(description="null: as on the site.", examples=["Europe/Moscow"])
    created_at: Moment
    links: Links


class ContactDetailsIn(Body):
    """How to reach the caller; "" takes back what was told, what is left out stays."""

    phone: Phone = left_out(description="With its code: five to fifteen digits.")
    messenger: Messenger = left_out(description="Which one, and under what name.")
    site: Site = left_out(description="An http or https address.")


class ProfilePatch(Body):
    """What is to be changed of what somebody says of themselves. The last four are for performers."""

    name: PersonName = left_out()
    contacts: ContactDetailsIn = left_out(description="For those whom one works with.")
    about: Text = left_out(max_length=ABOUT_LENGTH, examples=["Ten years of reports."])
    headline: Text = left_out(max_length=HEADLINE_LENGTH, examples=["Reports that add up"])
    usual_price: PriceIn | None = left_out(description="null: by agreement.")
    price_unit: PriceUnit = left_out(description="What the usual price is for.")
    portfolio: list[Link] = left_out(
        max_length=MAX_LINKS,
        description="http or https addresses of works; one that comes twice is kept once.",
        examples=[["https://works.example/1"]],
    )


class ProfileChange(ProfilePatch):
    """What is to be changed of the caller's own account; what they work in is for performers too."""

    category_ids: list[Id] = left_out(
        max_length=MOST_CATEGORIES, description="What the caller works in: exactly these from now on."
    )
    locale: Language | None = left_out(description="Of the pages; null: as in the browser.")
    time_zone: Zone | None = left_out(description="The name of a place in the IANA database; null: as on the site.")


WORK_FIELDS = frozenset({"headline", "usual_price", "price_unit", "portfolio", "category_ids"})
"""What only performers say of themselves."""
