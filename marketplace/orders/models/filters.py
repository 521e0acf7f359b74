"""Named filters of the order list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.core.db import Key, Model, length_check

FILTER_NAME_LENGTH = 60
QUERY_LENGTH = 2000


class SavedFilter(Model):
    """A filter of the order list that a person keeps; `query` is the query string of its address."""

    __tablename__ = "saved_filters"
    __table_args__ = (
        length_check("name", FILTER_NAME_LENGTH),
        length_check("query", QUERY_LENGTH),
        CheckConstraint("char_length(name) > 0", name="name_given"),
        UniqueConstraint("account_id", "name"),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
