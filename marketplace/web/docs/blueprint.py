"""The gate of this face."""

from marketplace.web.guards import PUBLIC, gated_blueprint

blueprint = gated_blueprint("docs", __name__, PUBLIC)
