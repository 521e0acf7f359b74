"""Categories and products: how they are shown, what can be looked for, what the desk writes down."""

from __future__ import annotations

import re
from typing import Annotated

from flask_babel import gettext as _
from pydantic import AfterValidator, Field, StringConstraints

from marketplace.api.schemas.pictures import PictureOut
from marketplace.api.schemas.refs import CategoryRef
from marketplace.api.schemas.values import (
    MAX_SLUG,
    MAX_WORDS,
    ONE_LINE,
    SLUG,
    Answer,
    Body,
    Flag,
    Id,
    Links,
    Moment,
    Money,
    MoneyIn,
    NextCursor,
    Paged,
    PriceIn,
    Text,
    Written,
    left_out,
)
from marketplace.catalog.models import (
    CATEGORY_LENGTH,
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    SLUG_LENGTH,
    SOURCE_LENGTH,
    UNIT_LENGTH,
)

MAX_POSITION = 10_000
POSITION = "Where it stands on lists: the lowest comes first."
ACTIVE = "Takes new orders."
ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/]"


def web_address(text: str) -> str:
    """The text, if it looks like an address of the web."""
    if not re.search(ADDRESS, text):
        raise ValueError(_("Enter a web address such as https://example.com."))
    return text


ProductName = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, examples=["Oak table"]), ONE_LINE]
Description = Annotated[Text, Field(max_length=DESCRIPTION_LENGTH, examples=["Solid oak, oiled, 160 × 90 cm."])]
Unit = Annotated[
    Text, Field(max_length=UNIT_LENGTH, description="What the price is for: a piece, a metre.", examples=["pc"])
]
SourceUrl = Annotated[
    Text,
    Field(
        max_length=SOURCE_LENGTH,
        description="The page where the price was read.",
        examples=["https://example.com/tables/7"],
    ),
    AfterValidator(web_address),
    Written(ADDRESS),
]
CategoryId = Annotated[Id, Field(description="A category that takes new orders.")]


class CategoryOut(CategoryRef):
    """A category of work, with what there is to do in it."""

    is_active: bool = Field(description=ACTIVE)
    open_orders: int = Field(ge=0, description="How many of its orders are on the board.", examples=[12])
    links: Links = Field(examples=[{"self": "/api/v1/categories/7", "board": "/api/v1/board?category=python"}])


class CategoryList(Answer):
    """Categories, in their own order."""

    items: list[CategoryOut]
    next_cursor: NextCursor


class CategoryDetail(CategoryOut):
    """Everything about a category."""

    name_ru: str = Field(examples=["Питон"])
    name_en: str = Field(examples=["Python"])
    position: int = Field(description=POSITION, examples=[10])


Slug = Annotated[
    str,
    StringConstraints(pattern=SLUG),
    Field(max_length=SLUG_LENGTH, description="Its name in addresses; no two have the same.", examples=["web-design"]),
]
CategoryName = Annotated[str, Field(min_length=1, max_length=CATEGORY_LENGTH), ONE_LINE]
NameRu = Annotated[CategoryName, Field(description="In Russian.", examples=["Веб-дизайн"])]
NameEn = Annotated[CategoryName, Field(description="In English.", examples=["Web design"])]
Position = Annotated[int, Field(ge=0, le=MAX_POSITION, description=POSITION, examples=[10])]


class CategoryIn(Body):
    """A new kind of work."""

    slug: Slug
    name_ru: NameRu
    name_en: NameEn
    position: Position = 0
    is_active: bool = Field(True, description=ACTIVE)


class CategoryPatch(Body):
    """What is to be another way."""

    slug: Slug = left_out()
    name_ru: NameRu = left_out()
    name_en: NameEn = left_out()
    position: Position = left_out()
    is_active: bool = left_out(description=ACTIVE)


class ProductQuery(Paged):
    """What somebody looks for in the catalogue."""

    q: str = Field("", max_length=MAX_WORDS, description="Words in the name or the description.")
    category: str | None = Field(None, max_length=MAX_SLUG, description="`slug` of a category.", examples=["python"])
    price_from: MoneyIn | None = Field(None, description="The least that it costs.")
    price_to: MoneyIn | None = Field(None, description="The most that it costs.")
    with_pictures: Flag = Field(False, description="Only products with pictures.")
    hidden: Flag = Field(False, description="What is off sale instead; for the desk.")


class ProductSummary(Answer):
    """A product as it stands on a list."""

    id: Id
    name: str = Field(examples=["Oak table"])
    price: Money
    currency: str = Field(examples=["RUB"])
    unit: str = Field(description='What the price is for; "" where that is not said.', examples=["pc"])
    category: CategoryRef | None
    is_hidden: bool = Field(description="It is off sale; only the desk sees such products.", examples=[False])
    thumbnail: str | None = Field(
        description="Address of the first picture, at most 320 pixels wide and high.",
        examples=["/media/pictures/0f…/thumb"],
    )
    priced_at: Moment = Field(description="When the price was read or set last.")
    created_at: Moment
    links: Links


class ProductList(Answer):
    """One page of the catalogue, the newest first."""

    items: list[ProductSummary]
    next_cursor: NextCursor


class PriceOut(Answer):
    """What a product costs from a moment on."""

    at: Moment
    price: Money


class ProductOut(ProductSummary):
    """Everything about a product."""

    description: str
    source_url: str | None
    updated_at: Moment
    pictures: list[PictureOut] = Field(description="In the order in which they are shown.")
    prices: list[PriceOut] = Field(description="The last 100 prices, the oldest first.")
    actions: list[str] = Field(
        description="What the caller may do with it now: `edit` by PATCH, the others by POST.",
        examples=[["edit", "pictures", "hide"]],
    )


class ProductIn(Body):
    """A product that the desk writes down."""

    name: ProductName
    description: Description = ""
    price: PriceIn
    unit: Unit = ""
    category_id: CategoryId | None = None
    source_url: SourceUrl | None = None


class ProductPatch(Body):
    """What becomes different; null takes the category or the source away."""

    name: ProductName = left_out()
    description: Description = left_out()
    price: PriceIn = left_out()
    unit: Unit = left_out()
    category_id: CategoryId | None = left_out()
    source_url: SourceUrl | None = left_out()
