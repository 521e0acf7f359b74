"""One order: its page and what people do with it."""

from marketplace.web.orders import composing, desk, export, list_views, offers, statuses, talk, views
from marketplace.web.orders.blueprint import blueprint

__all__ = ["blueprint", "composing", "desk", "export", "list_views", "offers", "statuses", "talk", "views"]
