"""Facts about products that hold for every writer: a price that changes is dated and kept in the price history."""

from __future__ import annotations

from sqlalchemy import event, insert, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from marketplace.catalog.models import Product, ProductPrice
from marketplace.core import clock


@event.listens_for(Product, "before_update")
def date_price(mapper: Mapper[Product], connection: Connection, product: Product) -> None:
    """A new price is from now."""
    if inspect(product).attrs.price.history.has_changes():
        product.priced_at = clock.now()


@event.listens_for(Product, "after_insert")
@event.listens_for(Product, "after_update")
def keep_price(mapper: Mapper[Product], connection: Connection, product: Product) -> None:
    """The first price and each other one after it stay on record."""
    if inspect(product).attrs.price.history.has_changes():
        row = {"product_id": product.id, "at": product.priced_at, "price": product.price}
        connection.execute(insert(ProductPrice).values(row))
