"""Products that were read from somewhere else: written down once, and brought up to date when they are read again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Account
from marketplace.catalog import queries
from marketplace.catalog.models import Product
from marketplace.catalog.services.pictures import append_pictures
from marketplace.catalog.services.products import product_fields, require_keeper
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.pictures import Picture

Outcome = Literal["added", "updated", "same"]


def save_loaded_product(
    *,
    name: str,
    description: str,
    price: Decimal,
    unit: str,
    category_id: int | None,
    source_url: str,
    source_key: str,
    pictures: Sequence[Picture],
    by: Account | None,
) -> Outcome:
    """Writes down the product that its source calls `source_key`; `by` None is whoever holds the machine.

    Read again, the product takes over what its source says now, and its price is dated anew, changed or not. What the
    desk decided stays: a hidden product stays hidden, no picture is taken away, and without a category here the one it
    has. Pictures beyond the limit are left out. Raises Invalid, which names the field, for what no product can have.
    """
    if by is not None:
        require_keeper(by)
    fields = product_fields(name, description, price, unit, source_url)
    if category_id is not None:
        fields["category_id"] = queries.get_active_category(category_id).id
    product = queries.find_loaded(source_key)
    if product is None:
        product = Product(source_key=source_key, **fields)
        append_pictures(product, pictures)
        try:
            with db.session.begin_nested():
                db.session.add(product)
        except IntegrityError as error:
            # Two loads of one source at once: both asked, one was first.
            if "uq_products_source_key" not in str(error.orig):
                raise
            product = queries.find_loaded(source_key)
            if product is None:
                raise
        else:
            return "added"
    for column, value in fields.items():
        setattr(product, column, value)
    append_pictures(product, pictures)
    now = clock.now()
    if db.session.is_modified(product):
        product.priced_at = now
        db.session.flush()
        return "updated"
    # It was read, not changed.
    read = update(Product).where(Product.id == product.id)
    db.session.execute(read.values(priced_at=now, updated_at=Product.updated_at))
    return "same"
