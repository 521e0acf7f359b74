"""Every SELECT of the catalogue."""

from marketplace.catalog.queries.categories import (
    active_categories,
    find_category,
    get_active_category,
    locked_category,
    specialties,
)
from marketplace.catalog.queries.loads import (
    OPEN_LOADS,
    count_open_loads,
    get_load,
    has_died,
    latest_loads,
    loads_page,
    locked_load,
)
from marketplace.catalog.queries.products import (
    ProductCard,
    ProductFilter,
    ProductPage,
    find_loaded,
    find_picture,
    get_product,
    locked_product,
    named_digests,
    price_history,
    product_suggestions,
    products_page,
    sold_products,
)

__all__ = [
    "OPEN_LOADS",
    "ProductCard",
    "ProductFilter",
    "ProductPage",
    "active_categories",
    "count_open_loads",
    "find_category",
    "find_loaded",
    "find_picture",
    "get_active_category",
    "get_load",
    "get_product",
    "has_died",
    "latest_loads",
    "loads_page",
    "locked_category",
    "locked_load",
    "locked_product",
    "named_digests",
    "price_history",
    "product_suggestions",
    "products_page",
    "sold_products",
    "specialties",
]
