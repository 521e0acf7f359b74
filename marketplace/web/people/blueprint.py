"""The gate of this face: one's own profile is for those who have signed in, performers are for everybody."""

from marketplace.web.guards import SIGNED_IN, gated_blueprint

blueprint = gated_blueprint("people", __name__, SIGNED_IN, public=("performer_list", "performer_show"))
