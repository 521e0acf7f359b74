"""The blueprint of live pages and its gate."""

from marketplace.web.guards import SIGNED_IN, gated_blueprint

blueprint = gated_blueprint("live", __name__, SIGNED_IN)
