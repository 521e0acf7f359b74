"""The pages on which an order is written and edited, for everybody who may; the list of its lines grows there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.queries import find_customers
from marketplace.catalog.queries import ProductCard, active_categories, product_suggestions
from marketplace.core.db import db
from marketplace.core.errors import N_, Invalid, NotAllowed
from marketplace.core.text import one_line
from marketplace.orders import policies, services
from marketplace.orders.models import MAX_LINES, Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.states import Act, Pricing, Status
from marketplace.web.orders.asking import asked_for
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.orders.line_rows import blame_for
from marketplace.web.orders.order_form import OrderForm
from marketplace.web.viewer import account

MOST_FOUND = 12
MOST_CUSTOMERS = 10
MOST_WORDS = 100
MOST_PRESET = 20


@blueprint.route("/orders/new", methods=["GET", "POST"])
def order_new() -> ResponseReturnValue:
    """Post an order, or write one down for a customer."""
    user = account()
    for_others = policies.may_post_for_others(user)
    if not (for_others or policies.may_post(user)):
        raise NotAllowed(N_("Only customers and managers write orders."))
    form = OrderForm()
    form.offer(active_categories())
    if not for_others:
        del form.customer
    if request.method != "POST":
        form.lines.add_products([int(text) for text in request.args.getlist("product")[:MOST_PRESET] if is_id(text)])
        form.lines.add_blank(1)
    found = rearrange(form)
    if found is None and form.validate_on_submit():
        try:
            order = services.post_order(**form.order_fields(), customer=form.owner, by=user)
        except Invalid as error:
            db.session.rollback()
            blame_for(form, error)
        else:
            flash(_("The order is on the board.") if for_others else _("Your order is on the board."), "success")
            db.session.commit()
            return redirect(url_for("orders.order_show", order_id=order.id))
    return composer("orders/order_new.html", form, found, for_others=for_others)


@blueprint.route("/orders/<id:order_id>/edit", methods=["GET", "POST"])
def order_edit(order_id: int) -> ResponseReturnValue:
    """Change what is wanted, while nobody has the order and nobody has sent an offer."""
    order = asked_for(Act.EDIT, order_id)
    lines = queries.lines(order) if order.lines_count else []
    form = OrderForm(data=order_values(order))
    active = active_categories()
    # An order stays where it is, whatever becomes of its category for new ones.
    form.offer(active if order.category in active else [*active, order.category])
    del form.customer
    if order.status is not Status.NEW:
        del form.pricing
    form.lines.know(lines, fill=request.method != "POST")
    if request.method != "POST":
        form.lines.add_blank(1)
    found = rearrange(form)
    if found is None and form.validate_on_submit():
        try:
            services.edit_order(order_id, **form.order_fields(), by=account())
        except Invalid as error:
            db.session.rollback()
            blame_for(form, error)
        else:
            flash(_("The order is changed."), "success")
            db.session.commit()
            return redirect(url_for("orders.order_show", order_id=order_id))
    return composer("orders/order_edit.html", form, found, order=order)


@blueprint.get("/orders/customers.json")
def customer_search() -> ResponseReturnValue:
    """Customers whose address or name begins like the words, for whoever writes orders down for others."""
    if not policies.may_post_for_others(account()):
        raise NotAllowed(N_("Only managers look customers up."))
    words = one_line(request.args.get("q"))[:MOST_WORDS]
    people = find_customers(words, limit=MOST_CUSTOMERS) if words else []
    return jsonify(items=[{"email": person.email, "name": person.name} for person in people])


def order_values(order: Order) -> dict[str, Any]:
    """The order as its form shows it, without the lines."""
    names = ("title", "category_id", "description", "pricing", "price", "deadline")
    is_open = order.pricing is Pricing.FIXED and order.total is None
    return {name: getattr(order, name) for name in names} | {"by_agreement": is_open}


def rearrange(form: OrderForm) -> Sequence[ProductCard] | None:
    """Does what a button inside the list of lines asks for, and tells the products that were looked for.

    None when the form was sent as a whole: then it is to be validated.
    """
    if request.method != "POST" or not {"more", "find", "add"} & set(request.form):
        return None
    form.lines.drop_removed()
    if "add" in request.form:
        form.lines.add_products([int(text) for text in request.form.getlist("pick")[:MOST_FOUND] if is_id(text)])
    if "more" in request.form:
        form.lines.add_blank()
    if "find" in request.form:
        return product_suggestions(one_line(request.form.get("words"))[:MOST_WORDS], MOST_FOUND)
    return ()


def composer(
    template: str, form: OrderForm, found: Sequence[ProductCard] | None, order: Order | None = None, **values: Any
) -> ResponseReturnValue:
    """The page with the form: 422 when it comes back with mistakes, with everything typed still in it."""
    code = 422 if request.method == "POST" and found is None else 200
    words = one_line(request.form.get("words"))[:MOST_WORDS]
    island = {
        "rows": form.lines.told(),
        "errors": [str(error) for error in form.lines.errors if not isinstance(error, dict)],
        "most": MAX_LINES,
        "currency": current_app.config["CURRENCY"],
        "search": url_for("catalog.product_search"),
        "texts": script_texts(),
    }
    is_typed = request.method == "POST"
    page = render_template(
        template, form=form, found=found, words=words, island=island, is_typed=is_typed, order=order, **values
    )
    return page, code


def script_texts() -> dict[str, str]:
    """What the script says; what stands in braces it fills in itself."""
    return {
        "search": _("Find in the catalogue"),
        "hint": _("Type a part of the name, then choose with the arrows and Enter or with a click."),
        "found": _("Found: %(count)s", count="{count}"),
        "nothing": _("Nothing found."),
        "failed": _("The catalogue does not answer. Write the line in your own words."),
        "taken": _("in the list"),
        "added": _("Added: %(name)s", name="{name}"),
        "moved": _("Now line %(number)s.", number="{number}"),
        "removed": _("Removed: %(name)s", name="{name}"),
        "own": _("Add a line in your own words"),
        "empty": _("The list is empty: find products or write lines in your own words."),
        "line": _("line %(number)s", number="{number}"),
        "gone": _("This product is gone"),
        "name": _("What it is"),
        "quantity": _("Quantity"),
        "price": _("Price of one"),
        "total": _("Sum of the list"),
        "fewer": _("One fewer"),
        "one_more": _("One more"),
        "up": _("Move up"),
        "down": _("Move down"),
        "remove": _("Remove"),
        "draft": _("You began to write this on %(time)s and did not send it.", time="{time}"),
        "restore": _("Go on with the draft"),
        "discard": _("Discard it"),
    }


def is_id(text: str) -> bool:
    """True for what can be the id of a row."""
    return text.isascii() and text.isdigit() and len(text) <= 18
