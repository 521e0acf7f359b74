"""The customer face."""

from marketplace.web.customer.views import blueprint

__all__ = ["blueprint"]
