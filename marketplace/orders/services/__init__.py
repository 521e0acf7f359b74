"""What people do with orders. Every act locks, asks who may, moves, and flushes; the door commits."""

from marketplace.orders.services.dealing import cancel_order, complete_order, refuse, take_order, withdraw_order
from marketplace.orders.services.desk import assign_manager, request_quote, set_money
from marketplace.orders.services.filters import delete_filter, save_filter
from marketplace.orders.services.itemizing import add_line, change_line, remove_line
from marketplace.orders.services.lines import LineInput, set_lines
from marketplace.orders.services.moderating import (
    delete_category,
    hide_order,
    hide_review,
    reassign_order,
    show_order,
    show_review,
)
from marketplace.orders.services.offering import (
    OfferInput,
    accept_offer,
    decline_offer,
    expire_offers,
    refuse_offer,
    send_offer,
    withdraw_offer,
)
from marketplace.orders.services.posting import edit_order, post_order
from marketplace.orders.services.recounting import rebuild_counters
from marketplace.orders.services.reviewing import answer_review, rate_order

__all__ = [
    "LineInput",
    "OfferInput",
    "accept_offer",
    "add_line",
    "answer_review",
    "assign_manager",
    "cancel_order",
    "change_line",
    "complete_order",
    "decline_offer",
    "delete_category",
    "delete_filter",
    "edit_order",
    "expire_offers",
    "hide_order",
    "hide_review",
    "post_order",
    "rate_order",
    "reassign_order",
    "rebuild_counters",
    "refuse",
    "refuse_offer",
    "remove_line",
    "request_quote",
    "save_filter",
    "send_offer",
    "set_lines",
    "set_money",
    "show_order",
    "show_review",
    "take_order",
    "withdraw_offer",
    "withdraw_order",
]
