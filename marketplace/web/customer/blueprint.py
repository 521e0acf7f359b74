"""The gate of this face."""

from marketplace.web.guards import CUSTOMERS, gated_blueprint

blueprint = gated_blueprint("customer", __name__, CUSTOMERS)
