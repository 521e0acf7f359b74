"""Tables of the catalogue."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Account
from marketplace.core.db import Key, Model, length_check


class Category(Model):
    """A kind of work, named in both languages."""

    __tablename__ = "categories"
    __table_args__ = (
        length_check("name_ru", 60),
        length_check("name_en", 60),
        CheckConstraint("slug ~ '^[a-z0-9-]+$'", name="slug_form"),
    )

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name_ru: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    def name_in(self, locale: str) -> str:
        """The name in `locale` ("ru" or "en")."""
        return self.name_ru if locale == "ru" else self.name_en

    def __str__(self) -> str:
        return self.name_en


class Specialty(Model):
    """A performer works in a category."""

    __tablename__ = "specialties"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    category_id: Mapped[int] = mapped_column(
        ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    account: Mapped[Account] = relationship()
    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)
