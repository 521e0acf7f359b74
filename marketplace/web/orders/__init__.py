"""One order: its page and what people do with it."""

from marketplace.web.orders import composing, desk, offers, talk, views
from marketplace.web.orders.blueprint import blueprint

__all__ = ["blueprint", "composing", "desk", "offers", "talk", "views"]
