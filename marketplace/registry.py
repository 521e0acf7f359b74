"""Imports every model, then every listener: after this module the domain is loaded."""

from marketplace.accounts import models as account_models
from marketplace.catalog import listeners as catalog_listeners
from marketplace.catalog import models as catalog_models
from marketplace.core import limits as limit_models
from marketplace.core import repeats as repeat_models
from marketplace.orders import listeners as order_listeners
from marketplace.orders import models as order_models
from marketplace.threads import models as thread_models

__all__ = [
    "account_models",
    "catalog_listeners",
    "catalog_models",
    "limit_models",
    "order_listeners",
    "order_models",
    "repeat_models",
    "thread_models",
]
