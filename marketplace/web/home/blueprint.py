"""The gate of this face."""

from marketplace.web.guards import PUBLIC, gated_blueprint

blueprint = gated_blueprint("home", __name__, PUBLIC)
