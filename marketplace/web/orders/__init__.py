"""The orders face."""

from marketplace.web.orders.views import blueprint

__all__ = ["blueprint"]
