"""The performer face."""

from marketplace.web.performer.views import blueprint

__all__ = ["blueprint"]
