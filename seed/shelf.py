"""The goods that lines of demo orders are filled with."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.catalog.models import Product
from marketplace.catalog.services.products import create_product
from marketplace.core.db import db
from marketplace.core.money import MINOR_UNITS, to_minor
from seed.vocabulary import read_words

DEARER = 1.45
"""How much more each next variant of a product costs."""


class Good(NamedTuple):
    """A product as a line freezes it; `price` is in minor units."""

    id: int
    name: str
    unit: str
    price: int


def stock(admin: Account) -> list[Good]:
    """Puts goods on an empty shelf, through the services."""
    for good in goods_of_words(0):
        price = Decimal(good.price) / MINOR_UNITS
        create_product(name=good.name, description="", price=price, unit=good.unit, category_id=None, by=admin)
    return shelf()


def shelf() -> list[Good]:
    """All products there are, in the order in which they came."""
    rows = db.session.execute(select(Product.id, Product.name, Product.unit, Product.price).order_by(Product.id))
    return [Good(row.id, row.name, row.unit, to_minor(row.price)) for row in rows]


def goods_of_words(first: int) -> list[Good]:
    """Products made of the word list, with ids from `first` on."""
    goods: list[Good] = []
    for entry in read_words("products.toml")["product"]:
        for place, variant in enumerate(entry["variants"]):
            price = round(entry["price"] * DEARER**place / 10) * 10 * MINOR_UNITS
            goods.append(Good(first + len(goods), f"{entry['name']}, {variant}", entry["unit"], price))
    return goods


def picked(goods: Sequence[Good], pick: float) -> Good:
    """The one at the part `pick`, from 0 to 1, of the shelf."""
    return goods[int(pick * len(goods))]
