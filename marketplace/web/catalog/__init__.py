"""Products: what there is, for everybody to look at, and the desk's pages to keep it."""

from marketplace.web.catalog import desk, loading, pictures, views
from marketplace.web.catalog.blueprint import blueprint

__all__ = ["blueprint", "desk", "loading", "pictures", "views"]
