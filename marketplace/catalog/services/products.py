"""Products as the desk keeps them: written down, changed, taken off sale. Each act leaves an audit line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from marketplace.accounts import queries as people
from marketplace.accounts.models import Account
from marketplace.accounts.services import record_audit
from marketplace.catalog import policies, queries
from marketplace.catalog.models import DESCRIPTION_LENGTH, NAME_LENGTH, SOURCE_LENGTH, UNIT_LENGTH, Product
from marketplace.core.db import db
from marketplace.core.errors import N_, Invalid, NotAllowed
from marketplace.core.money import MAX_AMOUNT, MINOR_UNITS
from marketplace.core.text import one_line, tidy

AUDITED = ("name", "description", "price", "unit", "category_id", "source_url")


def create_product(
    *,
    name: str,
    description: str,
    price: Decimal,
    unit: str,
    category_id: int | None,
    source_url: str | None = None,
    by: Account,
) -> Product:
    """A new product, on sale at once. Raises Invalid, which names the field, for what no product can have."""
    require_keeper(by)
    product = Product(**product_fields(name, description, price, unit, source_url))
    if category_id is not None:
        product.category_id = queries.get_active_category(category_id).id
    db.session.add(product)
    db.session.flush()
    record_audit("create", product, after=_audited(product), by=by)
    db.session.flush()
    return product


def edit_product(
    product_id: int,
    *,
    name: str,
    description: str,
    price: Decimal,
    unit: str,
    category_id: int | None,
    source_url: str | None = None,
    by: Account,
) -> Product:
    """Changes the product; another price is dated and kept by the listener."""
    product = locked_for_keeper(product_id, by)
    before = _audited(product)
    for column, value in product_fields(name, description, price, unit, source_url).items():
        setattr(product, column, value)
    # A product stays where it is, whatever becomes of its category for new ones.
    if category_id != product.category_id:
        product.category_id = None if category_id is None else queries.get_active_category(category_id).id
    after = _audited(product)
    changed = [column for column in AUDITED if before[column] != after[column]]
    if changed:
        old, new = {column: before[column] for column in changed}, {column: after[column] for column in changed}
        record_audit("update", product, before=old, after=new, by=by)
    db.session.flush()
    return product


def show_product(product_id: int, *, by: Account) -> Product:
    """Puts the product on sale again."""
    return _set_active(product_id, True, by)


def hide_product(product_id: int, *, by: Account) -> Product:
    """Takes the product off sale; orders that have it keep it."""
    return _set_active(product_id, False, by)


def _set_active(product_id: int, active: bool, by: Account) -> Product:
    product = locked_for_keeper(product_id, by)
    if product.is_active != active:
        product.is_active = active
        record_audit(
            "show" if active else "hide", product, before={"is_active": not active}, after={"is_active": active}, by=by
        )
        db.session.flush()
    return product


def require_keeper(by: Account | None) -> None:
    """Raises NotAllowed unless `by` keeps the catalogue."""
    if not policies.may_edit_products(by):
        raise NotAllowed(N_("Only managers keep the catalogue."))


def locked_for_keeper(product_id: int, by: Account) -> Product:
    """The locked product, once it is clear that `by` keeps the catalogue; raises NoSuchProduct or NotAllowed."""
    require_keeper(by)
    product = queries.locked_product(product_id)
    people.read_again(by)
    require_keeper(by)
    return product


def product_fields(name: str, description: str, price: Decimal, unit: str, source_url: str | None) -> dict[str, Any]:
    """The values as a product holds them, tidied, never cut; raises Invalid with the field that cannot be."""
    fields = {"name": one_line(name), "description": tidy(description), "unit": one_line(unit)}
    if not any(character.isalnum() for character in fields["name"]):
        raise Invalid(N_("Name the product."), field="name")
    limits = {"name": NAME_LENGTH, "description": DESCRIPTION_LENGTH, "unit": UNIT_LENGTH}
    for field, limit in limits.items():
        if len(fields[field]) > limit:
            raise Invalid(N_("This is longer than %(limit)s characters."), field=field, limit=limit)
    if not price.is_finite() or not 0 <= price <= MAX_AMOUNT or price * MINOR_UNITS % 1:
        raise Invalid(N_("The price is not an amount of money."), field="price")
    return {**fields, "price": price, "source_url": _checked_source(source_url)}


def _checked_source(source_url: str | None) -> str | None:
    """The address, if it is one that a page may link to."""
    if not source_url:
        return None
    try:
        parts = urlsplit(source_url)
        is_fine = parts.scheme in ("http", "https") and bool(parts.hostname) and len(source_url) <= SOURCE_LENGTH
    except ValueError:
        is_fine = False
    if not is_fine or any(character.isspace() or not character.isprintable() for character in source_url):
        raise Invalid(N_("The address of the source is not a web address."), field="source_url")
    return source_url


def _audited(product: Product) -> dict[str, Any]:
    values = {column: getattr(product, column) for column in AUDITED}
    return values | {"price": f"{product.price:.2f}"}
