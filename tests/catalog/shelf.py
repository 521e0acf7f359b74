"""Products and pictures for tests."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.catalog import services
from marketplace.catalog.models import Product, ProductPrice
from marketplace.core.db import db
from marketplace.core.pictures import Picture, read_picture
from tests.people import People


@cache
def drawing(colour: str = "red", kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    """A file with a picture of one colour."""
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


@cache
def picture(colour: str = "red") -> Picture:
    """Such a picture as we keep it."""
    return read_picture(drawing(colour))


def keeper(people: People) -> Account:
    """A manager; the same one in one test."""
    found = db.session.scalar(select(Account).where(Account.role == Role.MANAGER).limit(1))
    return found or people.manager()


def product(people: People, **values: Any) -> Product:
    """A product on sale."""
    fields: dict[str, Any] = {
        "name": "Cable tie",
        "description": "Holds cables together.",
        "price": Decimal("12.50"),
        "unit": "pcs",
        "category_id": None,
    }
    pictures = values.pop("pictures", ())
    made = services.create_product(**{**fields, **values}, by=keeper(people))
    if pictures:
        services.add_pictures(made.id, pictures, by=keeper(people))
    db.session.commit()
    return made


def prices(product: Product) -> list[Decimal]:
    """What the product has cost, the first price first."""
    rows = select(ProductPrice.price).where(ProductPrice.product_id == product.id).order_by(ProductPrice.id)
    return list(db.session.scalars(rows))
