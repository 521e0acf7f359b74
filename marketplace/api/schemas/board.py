"""The board: what can be looked for there, and how its orders are shown."""

from __future__ import annotations

from pydantic import Field

from marketplace.api.schemas.orders import OrderSummary
from marketplace.api.schemas.values import MAX_SLUG, MAX_WORDS, Answer, DayIn, Flag, NextCursor, Paged, PriceIn
from marketplace.orders.queries.board_statements import EXCERPT_LENGTH


class BoardQuery(Paged):
    """What somebody looks for on the board."""

    q: str = Field("", max_length=MAX_WORDS, description="Words in the title or the description.")
    category: str | None = Field(None, max_length=MAX_SLUG, description="`slug` of a category.", examples=["python"])
    price_from: PriceIn | None = Field(None, description="The least that it costs.")
    price_to: PriceIn | None = Field(None, description="The most that it costs.")
    by_agreement: Flag = Field(False, description="Only orders without a price.")
    deadline_by: DayIn | None = Field(None, description="With a deadline not later than this day.")


class BoardOrder(OrderSummary):
    """An open order, as everybody sees it: nobody learns here who looks after it, nor about the money."""

    excerpt: str = Field(
        description=f"The first {EXCERPT_LENGTH} characters of the description.",
        examples=["It shows yesterday's numbers."],
    )


class BoardList(Answer):
    """One page of the board, the newest first."""

    items: list[BoardOrder]
    next_cursor: NextCursor
