"""Offers: read only. Who offered what for which order, and what became of it."""

from __future__ import annotations

from typing import Any

from flask_admin.model.template import macro
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from marketplace.admin.filters import ChoiceFilter, Choices, DayFilter, PlainFilter
from marketplace.admin.lists import ListView
from marketplace.admin.orders import NUMBER, SHORT_NUMBER, ids_by_email
from marketplace.orders.models import Offer, Order
from marketplace.orders.queries.offers import stands
from marketplace.orders.states import OfferStatus
from marketplace.web.filters import LABELS, label


def offer_choices() -> Choices:
    """Every state of an offer with its words."""
    return [(status.value, LABELS[status]) for status in OfferStatus]


def state_cell(view: Any, context: Any, offer: Offer, name: str) -> str:
    """The state that everybody is told."""
    return label(offer.stands)


class OfferView(ListView):
    """Every version of every offer, newest first."""

    search_hint = _l("Number of the offer or of its order")
    loads = (Offer.order, Offer.performer, Offer.author)
    column_list = ("id", "order", "performer", "version", "price", "days", "status", "created_at", "reason")
    column_export_list = (
        "id",
        "order.number",
        "performer.email",
        "author.email",
        "version",
        "price",
        "days",
        "stands",
        "message",
        "reason",
        "created_at",
        "expires_at",
        "decided_at",
    )
    column_sortable_list = ()
    column_labels = {
        "id": _l("Number"),
        "order": _l("Order"),
        "order.number": _l("Order"),
        "performer": _l("Performer"),
        "performer.email": _l("Performer"),
        "author.email": _l("Sent by"),
        "version": _l("Version"),
        "price": _l("Price"),
        "days": _l("Days of work"),
        "status": _l("State"),
        "stands": _l("State"),
        "message": _l("Message"),
        "reason": _l("Reason"),
        "created_at": _l("Sent"),
        "expires_at": _l("Valid until"),
        "decided_at": _l("Decided"),
    }
    column_formatters = {
        "order": macro("order_cell"),
        "performer": macro("person_cell"),
        "price": macro("money_cell"),
        "status": state_cell,
        "created_at": macro("moment_cell"),
        "reason": macro("prose_cell"),
    }
    column_filters = (
        ChoiceFilter("status", _l("State"), offer_choices, lambda value: stands() == OfferStatus(value)),
        PlainFilter("performer", _l("Performer's email"), lambda email: Offer.performer_id == ids_by_email(email)),
        PlainFilter("author", _l("Sender's email"), lambda email: Offer.author_id == ids_by_email(email)),
        DayFilter("since", _l("From"), lambda moment: Offer.created_at >= moment),
        DayFilter("until", _l("Until"), lambda moment: Offer.created_at < moment, until=True),
    )

    def matching(self, word: str) -> ColumnElement[bool]:
        if NUMBER.fullmatch(word):
            return Offer.order_id == select(Order.id).where(Order.number == word).scalar_subquery()
        number = word.rpartition("/")[2]
        return Offer.id.in_([int(number)] if SHORT_NUMBER.fullmatch(number) else [])
