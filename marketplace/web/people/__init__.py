"""The people face."""

from marketplace.web.people.views import blueprint

__all__ = ["blueprint"]
