"""Signing in and out, registering, changing the password, and the list of signed-in devices."""

from marketplace.web.auth import views
from marketplace.web.auth.blueprint import blueprint
from marketplace.web.auth.security import init_app

__all__ = ["blueprint", "init_app", "views"]
