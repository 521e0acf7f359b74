"""The face of one's own account; sign-in and registration themselves are routes of the sign-in library."""

from marketplace.web.guards import SIGNED_IN, gated_blueprint

blueprint = gated_blueprint("auth", __name__, SIGNED_IN)
