"""People as others see them, and one's own profile."""

from marketplace.web.people import views
from marketplace.web.people.blueprint import blueprint

__all__ = ["blueprint", "views"]
