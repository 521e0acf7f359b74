"""Reviews: hide one and the average follows. What people wrote and rated is never edited."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.model.template import macro
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from marketplace.admin.filters import ChoiceFilter, PlainFilter
from marketplace.admin.gate import row_id
from marketplace.admin.lists import ListView
from marketplace.admin.orders import NUMBER, hidden_choices, ids_by_email, is_null
from marketplace.orders import services
from marketplace.orders.models import Order, Review
from marketplace.orders.states import MAX_RATING, MIN_RATING
from marketplace.web.viewer import account as admin


class ReviewView(ListView):
    """What customers said of completed work."""

    search_hint = _l("Order number or words of the review")
    loads = (Review.order, Review.customer, Review.performer)
    column_list = ("order", "customer", "performer", "rating", "text", "created_at", "acts")
    column_export_list = (
        "order.number",
        "customer.email",
        "performer.email",
        "rating",
        "text",
        "answer",
        "created_at",
        "answered_at",
        "hidden_at",
    )
    column_sortable_list = ()
    column_labels = {
        "order": _l("Order"),
        "order.number": _l("Order"),
        "customer": _l("Customer"),
        "customer.email": _l("Customer"),
        "performer": _l("Performer"),
        "performer.email": _l("Performer"),
        "rating": _l("Rating"),
        "text": _l("Review"),
        "answer": _l("Answer"),
        "created_at": _l("Written"),
        "answered_at": _l("Answered"),
        "hidden_at": _l("Hidden"),
        "acts": _l("Actions"),
    }
    column_formatters = {
        "order": macro("order_cell"),
        "customer": macro("person_cell"),
        "performer": macro("person_cell"),
        "text": macro("review_text"),
        "created_at": macro("moment_cell"),
        "acts": macro("review_acts"),
    }
    column_filters = (
        ChoiceFilter(
            "rating",
            _l("Rating"),
            lambda: [(str(number), str(number)) for number in range(MIN_RATING, MAX_RATING + 1)],
            lambda value: Review.rating == int(value),
        ),
        ChoiceFilter("hidden", _l("Hidden"), hidden_choices, lambda value: is_null(Review.hidden_at, value)),
        PlainFilter("customer", _l("Customer's email"), lambda email: Review.customer_id == ids_by_email(email)),
        PlainFilter("performer", _l("Performer's email"), lambda email: Review.performer_id == ids_by_email(email)),
    )

    def matching(self, word: str) -> ColumnElement[bool]:
        if NUMBER.fullmatch(word):
            return Review.order_id == select(Order.id).where(Order.number == word).scalar_subquery()
        return or_(*(column.icontains(word, autoescape=True) for column in (Review.text, Review.answer)))

    @expose("/hide/", methods=("POST",))
    def hide_view(self) -> ResponseReturnValue:
        """Out of sight and out of the average."""
        order_id = row_id(request.args.get("id"))
        return self.act_at_once(
            lambda: services.hide_review(order_id, by=admin()),
            done=_("The review is hidden and no longer counts."),
            back=self.back(url_for(".index_view")),
        )

    @expose("/show/", methods=("POST",))
    def show_view(self) -> ResponseReturnValue:
        """Back in sight and in the average."""
        order_id = row_id(request.args.get("id"))
        return self.act_at_once(
            lambda: services.show_review(order_id, by=admin()),
            done=_("The review is shown again and counts."),
            back=self.back(url_for(".index_view")),
        )
