"""The front door."""

from marketplace.web.home import views
from marketplace.web.home.blueprint import blueprint

__all__ = ["blueprint", "views"]
