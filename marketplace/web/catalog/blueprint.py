"""The blueprint of the products and its gates."""

from marketplace.web.guards import DESK, gated_blueprint

blueprint = gated_blueprint(
    "catalog", __name__, DESK, public=("product_list", "product_show", "product_search", "picture")
)
