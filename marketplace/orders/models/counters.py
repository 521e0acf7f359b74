"""Tables of what listeners count: one row for each account, and one for each category."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Computed, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Model


class CustomerCounters(Model):
    """How many orders a person has posted, and how they ended. Written by listeners only."""

    __tablename__ = "customer_counters"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    posted: Mapped[int] = mapped_column(default=0, server_default="0")
    completed: Mapped[int] = mapped_column(default=0, server_default="0")
    cancelled: Mapped[int] = mapped_column(default=0, server_default="0")


class PerformerCounters(Model):
    """What a person has taken and done, and how it was rated. Written by listeners only."""

    __tablename__ = "performer_counters"
    __table_args__ = (
        Index("ix_performer_counters_rating", "rating_x100", "account_id"),
        Index("ix_performer_counters_completed", "completed", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    completed: Mapped[int] = mapped_column(default=0, server_default="0")
    withdrawn: Mapped[int] = mapped_column(default=0, server_default="0")
    rating_sum: Mapped[int] = mapped_column(default=0, server_default="0")
    rating_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # The average in hundredths, derived by the database so that the directory can sort by it; 0 when unrated.
    rating_x100: Mapped[int] = mapped_column(
        Computed("CASE WHEN rating_count > 0 THEN rating_sum * 100 / rating_count ELSE 0 END", persisted=True)
    )

    @property
    def rating(self) -> Decimal | None:
        """The average of the visible ratings, None when there are none."""
        return Decimal(self.rating_sum) / self.rating_count if self.rating_count else None


class CategoryCounters(Model):
    """How many orders of a category are on the board. Written by listeners only."""

    __tablename__ = "category_counters"

    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True)
    open_orders: Mapped[int] = mapped_column(default=0, server_default="0")
