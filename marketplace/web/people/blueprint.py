"""The people face and its gate."""

from marketplace.web.guards import PUBLIC, gated_blueprint

blueprint = gated_blueprint("people", __name__, PUBLIC)
