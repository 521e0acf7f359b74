"""Runs of the catalogue loader: what is asked for, and what comes of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from marketplace.api.schemas.catalog import ADDRESS, CategoryId, web_address
from marketplace.api.schemas.refs import PersonRef
from marketplace.api.schemas.values import (
    WHOLE_AMOUNT,
    Answer,
    Body,
    Id,
    Links,
    Moment,
    NextCursor,
    Text,
    Written,
    left_out,
)
from marketplace.core.urls import LONGEST_URL
from marketplace.web.loads import MOST_ITEMS, USUAL_ITEMS

LoadFormat = Literal["auto", "html", "rss", "json"]
LoadState = Literal["waiting", "running", "done", "failed", "died"]
LoadUrl = Annotated[
    Text,
    Field(
        max_length=LONGEST_URL,
        description="A page of a shop or of a news site, a feed (RSS, Atom) or a list in JSON, in the public network.",
        examples=["https://example.com/goods.json"],
        json_schema_extra={"format": "public-page"},
    ),
    AfterValidator(web_address),
    Written(ADDRESS),
]
InventedPrice = Annotated[str, Field(pattern=WHOLE_AMOUNT)]


class LoadChoices(Body):
    """How a source is read; what is left out is as usual."""

    format: LoadFormat = Field("auto", description="`auto` finds out.")
    limit: int = Field(USUAL_ITEMS, ge=1, le=MOST_ITEMS, description="How many items at most.")
    category_id: CategoryId = left_out()
    price_from: InventedPrice = left_out(
        description="For items without a price, like news: the least of the prices that are invented, in whole units."
        " Without these two such items are skipped.",
        examples=["100"],
    )
    price_to: InventedPrice = left_out(description="The most of the prices that are invented.", examples=["5000"])


class LoadIn(LoadChoices):
    """Where products are to be read from, and how."""

    url: LoadUrl


class LoadSummary(Answer):
    """A run as it stands on a list."""

    id: Id
    source: str = Field(
        description="The address, or the name of the file that was sent.", examples=["https://example.com/goods.json"]
    )
    status: LoadState = Field(
        description="`waiting` and `running` runs go on. Of one that `died` nothing was heard for two minutes: what it"
        " had added is there, load again for the rest.",
        examples=["done"],
    )
    total: int = Field(ge=0, description="Items that are to be read; 0 while that is not known.", examples=[3])
    done: int = Field(ge=0, description="Items that have been read.", examples=[3])
    added: int = Field(ge=0, description="Products that are new.", examples=[2])
    updated: int = Field(ge=0, description="Products that the source has with other values now.", examples=[0])
    unchanged: int = Field(ge=0, description="Products that are as the source has them.", examples=[0])
    skipped: int = Field(ge=0, description="Items that were left out.", examples=[1])
    started_by: PersonRef | None
    started_at: Moment
    finished_at: Moment | None
    links: Links = Field(examples=[{"self": "/api/v1/catalog/loads/7", "page": "/products/load/7"}])


class LoadList(Answer):
    """Runs of the loader, the last one first."""

    items: list[LoadSummary]
    next_cursor: NextCursor


class LoadReason(Answer):
    """Why something was left out."""

    item: str = Field(examples=["Oak table"])
    what: Literal["item", "picture"] = Field(
        description="The whole item, or a picture of it, which leaves the item in.", examples=["item"]
    )
    reason: str = Field(description="In the language of the caller.", examples=["It has no price."])


class LoadOut(LoadSummary):
    """Everything about a run."""

    format: LoadFormat
    limit: int = Field(examples=[USUAL_ITEMS])
    category_id: Id | None
    price_from: str | None = Field(examples=["100"])
    price_to: str | None = Field(examples=["5000"])
    error: str | None = Field(
        description="Why it failed, in the language of the caller; null for others.", examples=[None]
    )
    reasons: list[LoadReason] = Field(description="What was left out and why, 200 at most.")
    more_reasons: int = Field(ge=0, description="How many more there are.", examples=[0])
