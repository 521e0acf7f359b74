"""The order list as a file: exactly what is filtered, all pages of it, as CSV or as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from flask import Flask, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.models import Account
from marketplace.core.errors import N_, Invalid
from marketplace.orders.queries.order_list import OrderFilter, count_listed, every_listed
from marketplace.orders.states import Status
from marketplace.web.filters import label
from marketplace.web.language import time_zone
from marketplace.web.limits import limit_view
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.orders.list_forms import OrderListForm
from marketplace.web.sheets import csv_lines, file_name, sheet_answer, xlsx_parts
from marketplace.web.viewer import account

MOST_IN_CSV = 100_000
MOST_IN_XLSX = 50_000
"""So many rows of a workbook take some ten seconds."""

EXPORTS_PER_PERSON = "10 per minute;60 per hour"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/orders.csv")
def orders_csv() -> ResponseReturnValue:
    """What the address filters."""
    user = account()
    wanted = asked_for_list(user, MOST_IN_CSV)
    return sheet_answer(csv_lines(titles(), rows(wanted, user)), CSV, file_name("orders"))


@blueprint.get("/orders.xlsx")
def orders_xlsx() -> ResponseReturnValue:
    """The same as a workbook."""
    user = account()
    wanted = asked_for_list(user, MOST_IN_XLSX)
    parts = xlsx_parts(_("Orders"), titles(), rows(wanted, user))
    return sheet_answer(parts, XLSX, file_name("orders", "xlsx"))


def asked_for_list(user: Account, limit: int) -> OrderFilter:
    """The filter of the address; refuses mistakes, and more orders than a file holds."""
    form = OrderListForm(request.args)
    form.offer(user)
    if not form.validate():
        raise Invalid(N_("The filters hold a mistake. Correct them in the list, then export it."))
    wanted = form.wanted()
    if count_listed(wanted, by=user, limit=limit) > limit:
        raise Invalid(N_("A file holds at most %(limit)s orders. Narrow the filters, then export again."), limit=limit)
    return wanted


def titles() -> list[str]:
    """What stands above the columns."""
    return [
        _("No."),
        _("Number"),
        _("Title"),
        _("Category"),
        _("Customer"),
        _("Manager"),
        _("Performer"),
        _("Status"),
        _("Money"),
        _("Sum"),
        _("Deadline"),
        _("Created"),
        _("Changed"),
        _("Hidden"),
    ]


def rows(wanted: OrderFilter, user: Account) -> Iterator[list[Any]]:
    """The orders one by one; what belongs to an order's people stays empty for whoever has only sent an offer."""
    form = OrderListForm(request.args)
    form.offer(user)
    zone = time_zone()

    @cache
    def category(category_id: int) -> str:
        return label(form.categories[category_id])

    for place, row in enumerate(every_listed(wanted, by=user), start=1):
        is_party = user.is_staff or user.id in (row.customer_id, row.author_id, row.performer_id)
        yield [
            place,
            row.number,
            row.title,
            category(row.category_id),
            row.customer,
            row.manager if is_party else None,
            row.performer,
            label(Status(row.status)),
            label(row.money_state) if is_party else None,
            row.total,
            row.deadline,
            row.created_at.astimezone(zone),
            row.updated_at.astimezone(zone),
            _("Hidden") if row.hidden_at is not None else None,
        ]


def exporting() -> str:
    """Whose exports are counted together."""
    return f"export:{account().id}"


@blueprint.record_once
def limit_exports(state: BlueprintSetupState) -> None:
    """A long list is work for the database."""
    app = cast(Flask, state.app)
    for endpoint in ("orders.orders_csv", "orders.orders_xlsx"):
        limit_view(app, endpoint, EXPORTS_PER_PERSON, key=exporting, methods=("GET",))
