"""Tables of orders: the order with its history and review, and the counters that follow them."""

from marketplace.orders.models.counters import CategoryCounters, CustomerCounters, PerformerCounters
from marketplace.orders.models.orders import (
    DESCRIPTION_LENGTH,
    NOTE_LENGTH,
    OPEN,
    REVIEW_LENGTH,
    TITLE_LENGTH,
    Order,
    OrderEvent,
    Review,
    Step,
)

__all__ = [
    "DESCRIPTION_LENGTH",
    "NOTE_LENGTH",
    "OPEN",
    "REVIEW_LENGTH",
    "TITLE_LENGTH",
    "CategoryCounters",
    "CustomerCounters",
    "Order",
    "OrderEvent",
    "PerformerCounters",
    "Review",
    "Step",
]
