"""Routes of the board."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from marketplace.orders import policies
from marketplace.orders.queries import board
from marketplace.web.board.blueprint import blueprint
from marketplace.web.board.forms import BoardFilterForm
from marketplace.web.viewer import viewer

FILTERS = ("q", "category", "price_from", "price_to", "by_agreement", "deadline_by")
NOTHING = board.BoardPage(items=[], next_cursor=None, is_first=True, count=board.Count(0, False))


@blueprint.get("/board")
def order_list() -> ResponseReturnValue:
    """Open orders, newest first, as the address filters them; anybody may look."""
    form = BoardFilterForm(request.args)
    choices = board.category_choices()
    form.offer(choices)
    fine = form.validate()
    page = board.open_orders(form.wanted(), form.cursor.data or None, choices=choices) if fine else NOTHING
    return render_template(
        "board/order_list.html",
        form=form,
        page=page,
        count=page.count,
        filters={name: request.args[name] for name in FILTERS if request.args.get(name)},
        may_post=policies.may_post(viewer()),
        may_take=policies.may_take_orders(viewer()),
    ), 200 if fine else 422
