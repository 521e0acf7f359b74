"""Facts about orders that hold for every writer; importing this package switches them on."""

from marketplace.orders.listeners import counters, lines, money, offers, status

__all__ = ["counters", "lines", "money", "offers", "status"]
