"""The blueprint of the JSON API; each operation declares its own gate."""

from marketplace.web.guards import SIGNED_IN, gated_blueprint

blueprint = gated_blueprint("api", __name__, SIGNED_IN)
