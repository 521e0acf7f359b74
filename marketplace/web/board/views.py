"""Routes of the board."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from marketplace.core.paging import Page
from marketplace.orders import policies
from marketplace.orders.queries import board
from marketplace.web.board.blueprint import blueprint
from marketplace.web.board.forms import BoardFilterForm
from marketplace.web.viewer import viewer

FILTERS = ("q", "category", "price_from", "price_to", "by_agreement", "deadline_by")


@blueprint.get("/board")
def order_list() -> ResponseReturnValue:
    """Open orders, newest first, as the address filters them; anybody may look."""
    form = BoardFilterForm(request.args)
    form.offer(board.category_choices())
    fine = form.validate()
    nothing: Page[board.Card] = Page(items=[], next_cursor=None, is_first=True)
    page = board.open_orders(form.wanted(), form.cursor.data or None) if fine else nothing
    count = board.count_open_orders(form.wanted()) if fine and page.items else board.Count(0, False)
    return render_template(
        "board/order_list.html",
        form=form,
        page=page,
        count=count,
        filters={name: request.args[name] for name in FILTERS if request.args.get(name)},
        may_post=policies.may_post(viewer()),
    ), 200 if fine else 422
