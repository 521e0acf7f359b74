"""The customers' cabinet."""

from marketplace.web.customer import views
from marketplace.web.customer.blueprint import blueprint

__all__ = ["blueprint", "views"]
