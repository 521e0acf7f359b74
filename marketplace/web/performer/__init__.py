"""The performers' cabinet."""

from marketplace.web.performer import views
from marketplace.web.performer.blueprint import blueprint

__all__ = ["blueprint", "views"]
