"""The home face."""

from marketplace.web.home.views import blueprint

__all__ = ["blueprint"]
