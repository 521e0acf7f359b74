"""Routes of the order list: the list itself, one of its rows, and the filters that people keep."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import N_, Invalid
from marketplace.core.text import is_storable
from marketplace.orders import policies, services
from marketplace.orders.models import QUERY_LENGTH
from marketplace.orders.queries.board import Count
from marketplace.orders.queries.order_list import (
    ListedOrder,
    ListPage,
    listed_order,
    listed_orders,
    saved_filters,
)
from marketplace.web.actions import Targets, possible_targets
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.orders.export import MOST_IN_CSV, MOST_IN_XLSX
from marketplace.web.orders.list_forms import KeepForm, OrderListForm, query_of
from marketplace.web.viewer import account

NOTHING = ListPage(items=[], next_cursor=None, is_first=True, count=Count(0, False), first_number=1)
MOST_PARAMETERS = 100
MOST_NUMBER = 10**12


class ListRow(NamedTuple):
    """One row as it is drawn: the order with the names of its people, and what this person sees and may do there."""

    listed: ListedOrder
    number: int | None
    is_party: bool
    targets: Targets


@blueprint.get("/orders")
def order_list() -> ResponseReturnValue:
    """The orders that this person may see, as the address filters and sorts them."""
    form = OrderListForm(request.args)
    return list_page(form, KeepForm(formdata=None))


def list_page(form: OrderListForm, keep: KeepForm) -> ResponseReturnValue:
    """The list with its filters; 422 when one of its forms comes back with mistakes."""
    user = account()
    form.offer(user)
    fine = form.validate()
    page = listed_orders(form.wanted(), by=user, after=form.cursor.data or None) if fine else NOTHING
    filters = form.filters() if fine else {}
    keep.query.data = query_of(filters)
    rows = [row_of(listed, user, page.first_number + place) for place, listed in enumerate(page.items)]
    return render_template(
        "orders/order_list.html",
        form=form,
        keep=keep,
        rows=rows,
        page=page,
        filters=filters,
        managers=form.managers() if user.is_staff else [],
        saved=saved_filters(user),
        categories=form.categories,
        limits=(MOST_IN_CSV, MOST_IN_XLSX),
        may_write=policies.may_post(user) or policies.may_post_for_others(user),
    ), 422 if not fine or keep.errors else 200


@blueprint.get("/orders/<id:order_id>/row")
def order_row(order_id: int) -> ResponseReturnValue:
    """One row of the list as it is now; `n` is its place there."""
    user = account()
    form = OrderListForm(formdata=None)
    form.offer(user)
    place = request.args.get("n", "")
    number = int(place) if place.isascii() and place.isdigit() and 0 < int(place[:15]) < MOST_NUMBER else None
    row = row_of(listed_order(order_id, by=user), user, number)
    return render_template("orders/order_row.html", row=row, categories=form.categories)


def row_of(listed: ListedOrder, user: Account, number: int | None) -> ListRow:
    """The row for this person: who has only sent an offer learns nothing of the order's manager and money."""
    order = listed.order
    return ListRow(listed, number, policies.may_see_history(user, order), possible_targets(order, user))


@blueprint.post("/orders/filters")
def filter_keep() -> ResponseReturnValue:
    """Keep the filter that the page shows under a name; only parameters that the list knows are kept."""
    keep = KeepForm()
    form = OrderListForm(parameters_in(keep.query.data or ""))
    if not keep.validate_on_submit():
        if keep.query.errors:
            # It stands in no field that a person could mend.
            raise Invalid(N_("This filter is too long to be kept."))
        return list_page(form, keep)
    form.offer(account())
    if not form.validate():
        return list_page(form, keep)
    query = query_of(form.filters())
    if len(query) > QUERY_LENGTH:
        raise Invalid(N_("This filter is too long to be kept."))
    kept = services.save_filter(keep.name.data or "", query=query, by=account())
    flash(_("The filter “%(name)s” is kept.", name=kept.name), "success")
    db.session.commit()
    return redirect(url_for("orders.order_list") + (f"?{query}" if query else ""))


@blueprint.post("/orders/filters/<id:filter_id>/delete")
def filter_delete(filter_id: int) -> ResponseReturnValue:
    """Forget a kept filter."""
    services.delete_filter(filter_id, by=account())
    flash(_("The filter is deleted."), "success")
    db.session.commit()
    return redirect(url_for("orders.order_list"))


def parameters_in(query: str) -> MultiDict[str, str]:
    """The parameters of a query string that came in a form; refuses what no address of ours holds."""
    try:
        pairs = parse_qsl(query[:QUERY_LENGTH], max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise Invalid(N_("This filter is too long to be kept.")) from None
    if not all(is_storable(text) for pair in pairs for text in pair):
        raise Invalid(N_("The text holds characters that cannot be stored (NUL or broken Unicode)."))
    return MultiDict(pairs)
