"""The home face and its gate."""

from marketplace.web.guards import PUBLIC, gated_blueprint

blueprint = gated_blueprint("home", __name__, PUBLIC)
