"""The performer face and its gate."""

from marketplace.web.guards import PERFORMERS, gated_blueprint

blueprint = gated_blueprint("performer", __name__, PERFORMERS)
