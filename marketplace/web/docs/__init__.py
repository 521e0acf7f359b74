"""The description of the JSON API, to be read and tried in a browser."""

from marketplace.web.docs import views
from marketplace.web.docs.blueprint import blueprint

__all__ = ["blueprint", "views"]
