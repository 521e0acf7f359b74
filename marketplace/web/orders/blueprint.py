"""The gate of this face."""

from marketplace.web.guards import SIGNED_IN, gated_blueprint

blueprint = gated_blueprint("orders", __name__, SIGNED_IN, public={"order_show"})
