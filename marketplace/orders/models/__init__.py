"""Tables of orders: the order with its history, lines and review, offers for it, and the counters that follow."""

from marketplace.orders.models.counters import CategoryCounters, CustomerCounters, PerformerCounters
from marketplace.orders.models.filters import FILTER_NAME_LENGTH, QUERY_LENGTH, SavedFilter
from marketplace.orders.models.lines import MAX_LINES, MAX_QUANTITY, Line, OrderLine
from marketplace.orders.models.offers import MAX_DAYS, MESSAGE_LENGTH, Offer, OfferLine
from marketplace.orders.models.order_table import DESCRIPTION_LENGTH, NOTE_LENGTH, OFF_BOARD, OPEN, TITLE_LENGTH
from marketplace.orders.models.orders import REVIEW_LENGTH, Order, OrderEvent, Review, Step

__all__ = [
    "DESCRIPTION_LENGTH",
    "FILTER_NAME_LENGTH",
    "MAX_DAYS",
    "MAX_LINES",
    "MAX_QUANTITY",
    "MESSAGE_LENGTH",
    "NOTE_LENGTH",
    "OFF_BOARD",
    "OPEN",
    "QUERY_LENGTH",
    "REVIEW_LENGTH",
    "TITLE_LENGTH",
    "CategoryCounters",
    "CustomerCounters",
    "Line",
    "Offer",
    "OfferLine",
    "Order",
    "OrderEvent",
    "OrderLine",
    "PerformerCounters",
    "Review",
    "SavedFilter",
    "Step",
]
