"""The gate of this face."""

from marketplace.web.guards import PERFORMERS, gated_blueprint

blueprint = gated_blueprint("performer", __name__, PERFORMERS)
