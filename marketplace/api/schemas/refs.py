"""What is said of a thing inside another one: enough to name it and to ask for more."""

from __future__ import annotations

from typing import SupportsFloat

from pydantic import Field

from marketplace.api.schemas.values import Answer, Id


class PersonRef(Answer):
    """Somebody, by name."""

    id: Id
    name: str = Field(examples=["Anna Kern"])


def average(rating: SupportsFloat | None) -> float | None:
    """The average of somebody's ratings as all answers show it; None before the first."""
    return None if rating is None else round(float(rating), 2)


class PerformerRef(PersonRef):
    """Whoever does the work, with what customers say of them."""

    rating: float | None = Field(
        description="The average of all ratings, 1 to 10; null before the first.", examples=[9.2]
    )
    reviews: int = Field(description="How many ratings there are.", examples=[14])


class CategoryRef(Answer):
    """A category of work."""

    id: Id
    slug: str = Field(examples=["python"])
    name: str = Field(description="In the language of the caller.", examples=["Python"])
