"""The order list, by program."""

from __future__ import annotations

from typing import Any

from flask import current_app

from marketplace.accounts.models import Account
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.order_list import OrderList, OrderQuery, OrdersAsked
from marketplace.catalog.errors import NoSuchCategory
from marketplace.core.text import one_line
from marketplace.orders import policies
from marketplace.orders.queries.board import CardCategory, Categories, category_choices
from marketplace.orders.queries.order_list import ListedOrder, OrderFilter, listed_orders
from marketplace.orders.queries.order_list_asking import (
    PEOPLE,
    Asked,
    check_days,
    check_totals,
    filter_of,
    find_people,
)
from marketplace.web.language import select_locale, time_zone
from marketplace.web.programs import API
from marketplace.web.viewer import account


@operation("GET", "/orders", tag="orders", query=OrderQuery, answer=OrderList)
def list_orders(query: OrderQuery) -> OrderList:
    """List the orders of the caller.

    Staff see all orders; everybody else those that they have posted, written down or taken, and those on the board that
    they have sent an offer for. Who has only sent an offer learns neither of the money nor of the manager.
    """
    by = account()
    categories = Categories(category_choices())
    wanted = wanted_orders(query, categories, by)
    page = listed_orders(wanted, by=by, after=query.cursor, size=query.limit)
    locale, currency = select_locale(), current_app.config["CURRENCY"]
    items = [_item(one, _category(categories[one.order.category_id], locale), currency, by) for one in page.items]
    # Read as a whole: making a model of every part by itself takes several times as long.
    return OrderList.model_validate({"items": items, "next_cursor": page.next_cursor})


def wanted_orders(query: OrdersAsked, categories: Categories, by: Account) -> OrderFilter:
    """What `by` asks for, with the people found; raises Invalid, with its field, for what cannot be asked."""
    slugs = {category.slug: category.id for category in categories.values()}
    if query.category and query.category not in slugs:
        raise NoSuchCategory(field="category")
    check_totals(query.total_from, query.total_to)
    check_days(query.created_from, query.created_to)
    people = {name: find_people(one_line(getattr(query, name)), name, by=by) for name in PEOPLE}
    asked = Asked(
        number=query.number or "",
        words=one_line(query.q),
        customer=one_line(query.customer),
        performer=one_line(query.performer),
        manager=one_line(query.manager),
        statuses=tuple(query.status),
        money_states=tuple(query.money),
        category_id=slugs[query.category] if query.category else None,
        total_from=query.total_from,
        total_to=query.total_to,
        created_from=query.created_from,
        created_to=query.created_to,
        sort=query.sort,
    )
    found = {name: ids for name, ids in people.items() if ids is not None}
    return filter_of(asked, found, by=by, zone=time_zone())


def _item(listed: ListedOrder, category: dict[str, Any], currency: str, by: Account) -> dict[str, Any]:
    order = listed.order
    sees_all = policies.may_see_history(by, order)
    return {
        "id": order.id,
        "number": order.number,
        "title": order.title,
        "category": category,
        "status": order.status,
        "pricing": order.pricing,
        "money_state": order.money_state if sees_all else None,
        "price": order.price,
        "total": order.total,
        "currency": currency,
        "deadline": order.deadline,
        "customer": _person(order.customer_id, listed.customer),
        "manager": _person(order.manager_id, listed.manager) if sees_all else None,
        "performer": _person(order.performer_id, listed.performer),
        "is_hidden": order.hidden_at is not None,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "links": {"self": f"{API}/orders/{order.id}", "page": f"/orders/{order.id}"},
    }


def _category(category: CardCategory, locale: str) -> dict[str, Any]:
    return {"id": category.id, "slug": category.slug, "name": category.name_in(locale)}


def _person(account_id: int | None, name: str | None) -> dict[str, Any] | None:
    return None if account_id is None else {"id": account_id, "name": name}
