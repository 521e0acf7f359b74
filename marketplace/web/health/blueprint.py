"""The face for machines that watch; open, because it tells nothing."""

from marketplace.web.guards import PUBLIC, gated_blueprint

blueprint = gated_blueprint("health", __name__, PUBLIC)
