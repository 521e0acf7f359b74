"""Orders: hide, cancel, reassign, all through the services, so that history and counters follow."""

from __future__ import annotations

import re
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.model.template import macro
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import defer

from marketplace.accounts.models import Account
from marketplace.accounts.queries import find_account_by_email
from marketplace.accounts.services import record_audit
from marketplace.admin.filters import ChoiceFilter, Choices, PlainFilter
from marketplace.admin.forms import ReasonForm, ReassignForm
from marketplace.admin.gate import row_id
from marketplace.admin.lists import ListView
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.errors import NotAPerformer
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.states import Act, MoneyState, Status
from marketplace.web.filters import LABELS, label
from marketplace.web.viewer import account as admin

NUMBER = re.compile(r"[0-9]{4}-[0-9]{6,18}")
SHORT_NUMBER = re.compile(r"[0-9]{1,18}")


def status_choices() -> Choices:
    """Every status with its words."""
    return [(status.value, LABELS[status]) for status in Status]


def money_choices() -> Choices:
    """Every state of the money with its words."""
    return [(state.value, LABELS[state]) for state in MoneyState]


def category_choices() -> Choices:
    """Every category, used or not."""
    return [(row.slug, label(row)) for row in db.session.scalars(select(Category).order_by(Category.position))]


def hidden_choices() -> Choices:
    """In sight or not."""
    return [("no", _l("Shown")), ("yes", _l("Hidden"))]


def is_null(column: Any, value: str) -> ColumnElement[bool]:
    """SQL for a choice of `hidden_choices`."""
    condition: ColumnElement[bool] = column.is_(None) if value == "no" else column.is_not(None)
    return condition


def ids_by_email(email: str) -> Any:
    """A subquery for the account with this address."""
    return select(Account.id).where(Account.email == email.lower()).scalar_subquery()


class OrderView(ListView):
    """All orders. Status, people and counters are shown, never written as columns."""

    can_view_details = True
    search_hint = _l("Number or words of the title")
    loads = (Order.category, Order.customer, Order.performer, Order.manager)
    column_list = ("number", "title", "category", "customer", "manager", "performer", "total", "status", "acts")
    column_export_list = (
        "number",
        "title",
        "category.slug",
        "customer.email",
        "performer.email",
        "manager.email",
        "status",
        "money_state",
        "pricing",
        "price",
        "total",
        "deadline",
        "created_at",
        "taken_at",
        "completed_at",
        "cancelled_at",
        "hidden_at",
    )
    # The only order of a million rows that an index gives; any other takes a second.
    column_sortable_list = ("number",)
    column_labels = {
        "number": _l("Number"),
        "title": _l("Title"),
        "category": _l("Category"),
        "category.slug": _l("Category"),
        "customer": _l("Customer"),
        "customer.email": _l("Customer"),
        "performer": _l("Performer"),
        "performer.email": _l("Performer"),
        "manager": _l("Manager"),
        "manager.email": _l("Manager"),
        "status": _l("Status"),
        "money_state": _l("Money"),
        "pricing": _l("Pricing"),
        "price": _l("Price"),
        "total": _l("Sum"),
        "deadline": _l("Deadline"),
        "created_at": _l("Posted"),
        "taken_at": _l("Taken"),
        "completed_at": _l("Completed"),
        "cancelled_at": _l("Cancelled"),
        "hidden_at": _l("Hidden"),
        "acts": _l("Actions"),
    }
    column_formatters = {
        "number": macro("order_number"),
        "category": macro("label_cell"),
        "customer": macro("person_cell"),
        "performer": macro("person_cell"),
        "manager": macro("person_cell"),
        "total": macro("price_cell"),
        "status": macro("order_status"),
        "acts": macro("order_acts"),
    }
    column_filters = (
        ChoiceFilter("status", _l("Status"), status_choices, lambda value: Order.status == Status(value)),
        ChoiceFilter(
            "category",
            _l("Category"),
            category_choices,
            lambda value: Order.category_id == select(Category.id).where(Category.slug == value).scalar_subquery(),
        ),
        ChoiceFilter("money", _l("Money"), money_choices, lambda value: Order.money_state == MoneyState(value)),
        ChoiceFilter("hidden", _l("Hidden"), hidden_choices, lambda value: is_null(Order.hidden_at, value)),
        PlainFilter("customer", _l("Customer's email"), lambda email: Order.customer_id == ids_by_email(email)),
        PlainFilter("performer", _l("Performer's email"), lambda email: Order.performer_id == ids_by_email(email)),
    )

    def get_query(self) -> Any:
        return super().get_query().options(defer(Order.description))

    def matching(self, word: str) -> ColumnElement[bool]:
        if NUMBER.fullmatch(word):
            return Order.number == word
        in_title = Order.title.icontains(word, autoescape=True)
        return or_(Order.id == int(word), in_title) if SHORT_NUMBER.fullmatch(word) else in_title

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """One order with its history and what may be done to it now."""
        order = queries.get_order(row_id(request.args.get("id")))
        return self.render("admin/order.html", order=order, events=queries.timeline(order), acts=Act)

    @expose("/hide/", methods=("POST",))
    def hide_view(self) -> ResponseReturnValue:
        """Off the board."""
        order_id = row_id(request.args.get("id"))
        return self.act_at_once(
            lambda: services.hide_order(order_id, by=admin()),
            done=_("The order is hidden."),
            back=self.back(url_for(".details_view", id=order_id)),
        )

    @expose("/show/", methods=("POST",))
    def show_view(self) -> ResponseReturnValue:
        """Back in sight."""
        order_id = row_id(request.args.get("id"))
        return self.act_at_once(
            lambda: services.show_order(order_id, by=admin()),
            done=_("The order is shown again."),
            back=self.back(url_for(".details_view", id=order_id)),
        )

    @expose("/cancel/", methods=("GET", "POST"))
    def cancel_view(self) -> ResponseReturnValue:
        """Asks why, then cancels."""
        order = queries.get_order(row_id(request.args.get("id")))
        form = ReasonForm()

        def cancel() -> None:
            before = queries.locked(order.id).status
            services.cancel_order(order.id, reason=str(form.reason.data), by=admin())
            record_audit(
                "cancel",
                order,
                before={"status": before.value},
                after={"status": Status.CANCELLED.value, "reason": form.reason.data},
                by=admin(),
            )

        return self.act(
            form,
            cancel,
            title=_("Cancel order %(number)s", number=order.number),
            question=_("A cancelled order stays cancelled. The customer and the performer see the reason."),
            order=order,
            submit=_("Cancel the order"),
            style="danger",
            done=_("Order %(number)s is cancelled.", number=order.number),
            back=url_for(".details_view", id=order.id),
        )

    @expose("/reassign/", methods=("GET", "POST"))
    def reassign_view(self) -> ResponseReturnValue:
        """Asks to whom and why, then gives the order to somebody else."""
        order = queries.get_order(row_id(request.args.get("id")))
        form = ReassignForm()
        return self.act(
            form,
            lambda: services.reassign_order(
                order.id,
                performer_id=find_performer(str(form.performer.data)),
                reason=str(form.reason.data),
                by=admin(),
            ),
            title=_("Reassign order %(number)s", number=order.number),
            question=_("The history shows that the order went back and was taken again; nobody is blamed for it."),
            order=order,
            submit=_("Reassign"),
            done=_("Order %(number)s has a new performer.", number=order.number),
            back=url_for(".details_view", id=order.id),
        )


def find_performer(text: str) -> int:
    """The id of the person whose email or number `text` is; whether they may take orders is the service's question."""
    account = db.session.get(Account, int(text)) if SHORT_NUMBER.fullmatch(text) else find_account_by_email(text)
    if account is None:
        raise NotAPerformer(field="performer")
    return account.id
