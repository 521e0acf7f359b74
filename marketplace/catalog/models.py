"""Tables of the catalogue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Account
from marketplace.catalog.states import LoadStatus
from marketplace.core import clock
from marketplace.core.db import Amount, Key, Model, choice, length_check, search_vector
from marketplace.core.money import MAX_AMOUNT, Money, to_minor

NAME_LENGTH = 200
DESCRIPTION_LENGTH = 10_000
UNIT_LENGTH = 20
SOURCE_LENGTH = 2000
MAX_PICTURES = 12
CATEGORY_LENGTH = 60
SLUG_LENGTH = 40


def category_name(name_ru: str, name_en: str, locale: str) -> str:
    """That one of the names of a category which is for `locale` ("ru" or "en")."""
    return name_ru if locale == "ru" else name_en


class Category(Model):
    """A kind of work, named in both languages."""

    __tablename__ = "categories"
    __table_args__ = (
        length_check("name_ru", CATEGORY_LENGTH),
        length_check("name_en", CATEGORY_LENGTH),
        CheckConstraint("slug ~ '^[a-z0-9-]+$'", name="slug_form"),
    )

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    name_ru: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    def name_in(self, locale: str) -> str:
        """The name in `locale` ("ru" or "en")."""
        return category_name(self.name_ru, self.name_en, locale)

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


class Product(Model):
    """Something that is sold by the piece. `priced_at` is when the price was last read or set.

    A loaded product has the `source_url` it was read from, and a `source_key` that names it there: loading twice finds
    it by that key.
    """

    __tablename__ = "products"
    __table_args__ = (
        length_check("name", NAME_LENGTH),
        length_check("description", DESCRIPTION_LENGTH),
        length_check("unit", UNIT_LENGTH),
        length_check("source_url", SOURCE_LENGTH),
        CheckConstraint("char_length(name) > 0", name="name_given"),
        CheckConstraint(f"price BETWEEN 0 AND {to_minor(MAX_AMOUNT)}", name="price_range"),
        Index("ix_products_newest", "created_at", "id"),
        Index("ix_products_category", "category_id", "created_at", "id"),
        Index("ix_products_price", "price", "id"),
        Index("ix_products_search", "search", postgresql_using="gin"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    price: Mapped[Amount] = mapped_column(Money(), active_history=True)
    priced_at: Mapped[datetime] = mapped_column(default=clock.now)
    unit: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    source_url: Mapped[str | None] = mapped_column(Text)
    source_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    search: Mapped[Any] = search_vector(name="A", description="B")

    category: Mapped[Category | None] = relationship()
    pictures: Mapped[list[ProductPicture]] = relationship(
        order_by="ProductPicture.position", cascade="all, delete-orphan", passive_deletes=True
    )

    def __str__(self) -> str:
        return self.name


class ProductPicture(Model):
    """A picture of a product, the first one on its card. The media store keeps it under its SHA-256 `digest`."""

    __tablename__ = "product_pictures"
    __table_args__ = (
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest_form"),
        UniqueConstraint("product_id", "digest"),
    )

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]


class ProductPrice(Model):
    """Insert-only: a price that a product had from `at` on. Written by a listener."""

    __tablename__ = "product_prices"
    __table_args__ = (Index("ix_product_prices_product", "product_id", "id"),)

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    price: Mapped[Amount] = mapped_column(Money())


class CatalogLoad(Model):
    """One run of the catalogue loader: from where, how far it is, what came of it; `skipped` holds reasons."""

    __tablename__ = "catalog_loads"
    __table_args__ = (
        length_check("source", SOURCE_LENGTH),
        length_check("error", 1000),
        Index("ix_catalog_loads_newest", "started_at", "id"),
    )

    id: Mapped[Key]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    status: Mapped[LoadStatus] = mapped_column(choice(LoadStatus, "status"), default=LoadStatus.WAITING)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    error: Mapped[str] = mapped_column(Text, default="", server_default="")
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]

    account: Mapped[Account | None] = relationship()
