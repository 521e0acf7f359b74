"""The gate of this face."""

from marketplace.core.db import read_alone
from marketplace.web.guards import PUBLIC, gated_blueprint

blueprint = gated_blueprint("board", __name__, PUBLIC)
# The page that everybody asks for most.
blueprint.before_request(read_alone)
