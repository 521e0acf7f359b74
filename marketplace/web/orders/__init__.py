"""One order: its page and what people do with it."""

from marketplace.web.orders import views
from marketplace.web.orders.blueprint import blueprint

__all__ = ["blueprint", "views"]
