"""The performers' cabinet."""

from marketplace.web.performer import offers, views
from marketplace.web.performer.blueprint import blueprint

__all__ = ["blueprint", "offers", "views"]
