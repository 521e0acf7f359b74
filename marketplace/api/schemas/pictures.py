"""Pictures of products: how they are shown, and where they are to stand."""

from __future__ import annotations

from pydantic import Field

from marketplace.api.schemas.values import Answer, Body, Id, Links, left_out
from marketplace.catalog.models import MAX_PICTURES

PLACE = "1 is the first, which stands on lists too."


class PictureOut(Answer):
    """A picture of a product; its address stands for its content, so it may be kept for good."""

    id: Id
    position: int = Field(description=PLACE, examples=[1])
    url: str = Field(examples=["/media/pictures/0f…"])
    thumbnail: str = Field(description="At most 320 pixels wide and high.", examples=["/media/pictures/0f…/thumb"])
    media_type: str = Field(examples=["image/jpeg"])
    width: int = Field(examples=[1600])
    height: int = Field(examples=[900])
    actions: list[str] = Field(
        description="What the caller may do with it now: `edit` by PATCH, `delete` by DELETE.",
        examples=[["edit", "delete"]],
    )
    links: Links = Field(examples=[{"self": "/api/v1/products/7/pictures/7", "product": "/api/v1/products/7"}])


class PicturesAdded(Answer):
    """What a product shows now that pictures were added."""

    added: int = Field(ge=0, description="How many it did not have before.", examples=[1])
    pictures: list[PictureOut] = Field(description="All that it has, in the order in which they are shown.")
    links: Links = Field(examples=[{"self": "/api/v1/products/7"}])


class PicturePatch(Body):
    """Another place among the pictures of its product."""

    position: int = left_out(
        ge=1, le=MAX_PICTURES, description=f"{PLACE} Behind the last one there is no place.", examples=[2]
    )
