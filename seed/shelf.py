"""The goods that lines of demo orders are filled with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.catalog.models import Product
from marketplace.core.db import db
from marketplace.core.money import MINOR_UNITS, to_minor
from seed.catalog.runs import load_samples
from seed.vocabulary import read_words

DEARER = 1.45
"""How much more each next variant of a product costs."""


class Good(NamedTuple):
    """A product as a line freezes it; `price` is in minor units."""

    id: int
    name: str
    unit: str
    price: int


def stock(by: Account | None = None) -> list[Good]:
    """Puts goods with pictures on the shelf, through the loader, and returns all that is there; only flushes."""
    load_samples(by=by)
    return shelf()


def shelf() -> list[Good]:
    """What orders are filled with, oldest first; the workshop's tools, which are sold without a unit, are not."""
    rows = db.session.execute(
        select(Product.id, Product.name, Product.unit, Product.price).where(Product.unit != "").order_by(Product.id)
    )
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
