"""Facts about orders that hold for every writer; importing this package switches them on."""

from marketplace.orders.listeners import counters, status

__all__ = ["counters", "status"]
