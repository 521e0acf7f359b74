"""Where a product and its small picture are."""

from __future__ import annotations

from flask import current_app, url_for

from marketplace.catalog.models import Product
from marketplace.catalog.queries import ProductCard
from marketplace.web.orders.blueprint import blueprint


@blueprint.app_template_filter()
def thumb_of(product: Product | ProductCard | None) -> str | None:
    """The address of the product's first picture, small; None when it has none."""
    if product is None:
        return None
    digest = product.digest if isinstance(product, ProductCard) else next((p.digest for p in product.pictures), None)
    if digest is None or "catalog.picture" not in current_app.view_functions:
        return None
    return url_for("catalog.picture", digest=digest, size="thumb")


@blueprint.app_template_filter()
def page_of(product: Product | None) -> str | None:
    """The address of the product's page; None for what is off sale or was never in the catalogue."""
    if product is None or not product.is_active or "catalog.product_show" not in current_app.view_functions:
        return None
    return url_for("catalog.product_show", product_id=product.id)
