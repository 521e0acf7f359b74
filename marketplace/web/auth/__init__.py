"""Signing in and out, registering, changing the password, and the list of signed-in devices."""

from marketplace.web.auth.security import init_app
from marketplace.web.auth.views import blueprint

__all__ = ["blueprint", "init_app"]
