"""Orders, by program: reading them, and doing with them what the table of policies lets the caller do."""

from marketplace.api.orders import acts, listing, moderating, showing, writing

__all__ = ["acts", "listing", "moderating", "showing", "writing"]
