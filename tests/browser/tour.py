"""Which pages there are to look at, for each role; the names of the endpoints are found from the addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import Flask

from marketplace.accounts.states import Role
from tests.browser.cast import Cast

Visitors = Role | None
"""None is somebody who has not signed in."""

NOT_PAGES = {
    "static",
    "security.static",
    "health.process_alive",
    "health.ready",
    "auth.welcome",  # Only leads elsewhere.
    "customer.order_new",  # The same.
    "catalog.picture",
    "catalog.product_search",
    "catalog.load_state",
    "docs.redoc",  # Looked at by test_api_docs.py: most of it is not ours.
    "docs.swagger",
    "live.news",
    "orders.attachment_show",
    "orders.attachment_thumbnail",
    "orders.customer_search",
    "orders.order_row",
    "orders.orders_csv",
    "orders.orders_xlsx",
}


class Stop(NamedTuple):
    """One page: its address, the status it answers with, and whether its form is sent empty before looking."""

    path: str
    status: int = 200
    send: bool = False


def tour(role: Visitors, cast: Cast) -> list[Stop]:
    """All pages for this role."""
    return [*_everywhere(cast), *_OWN[role](cast)]


def endpoints(app: Flask, cast: Cast) -> set[str]:
    """Every endpoint that some role sees."""
    adapter = app.url_map.bind("localhost")
    stops = [stop for role in (None, *Role) for stop in tour(role, cast) if stop.status != 404]
    return {str(adapter.match(stop.path.partition("?")[0])[0]) for stop in stops}


def pages(app: Flask) -> set[str]:
    """Every endpoint that answers GET with a page."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint not in NOT_PAGES
        and not rule.endpoint.startswith("api.")
        and not rule.endpoint.endswith(".export")
    }


def _everywhere(cast: Cast) -> Iterator[Stop]:
    yield Stop("/")
    yield Stop("/board")
    yield Stop("/performers")
    yield Stop(f"/performers/{cast.accounts[Role.PERFORMER]}")
    yield Stop(f"/orders/{cast.new}")
    yield Stop(f"/orders/{cast.shelves.quoted}")
    yield Stop("/products")
    yield Stop(f"/products/{cast.shelves.product}")


def _guest(cast: Cast) -> Iterator[Stop]:
    yield Stop("/login")
    yield Stop("/login", 422, send=True)
    yield Stop("/register")
    yield Stop("/register", 422, send=True)
    yield Stop("/board?q=nothingofthekind")
    yield Stop("/performers?q=nothingofthekind")
    yield Stop("/products?q=nothingofthekind")
    yield Stop(f"/performers/{cast.newcomer}")
    yield Stop("/nowhere", 404)


def _customer(cast: Cast) -> Iterator[Stop]:
    yield Stop("/profile")
    yield Stop("/sessions")
    yield Stop("/password")
    yield Stop("/password", 422, send=True)
    yield Stop("/verify")
    yield Stop("/customer")
    yield Stop("/customer?show=in_progress")
    yield Stop("/customer?show=completed")
    yield Stop("/orders")
    yield Stop("/orders?number=1&status=cancelled")
    yield Stop("/orders/new")
    yield Stop(f"/orders/new?product={cast.shelves.product}")
    yield Stop("/orders/new", 422, send=True)
    yield Stop(f"/orders/{cast.new}/request-quote")
    yield Stop(f"/orders/{cast.shelves.quoted}/offers")
    yield Stop(f"/offers/{cast.shelves.offer}")
    yield Stop(f"/offers/{cast.shelves.offer}/accept")
    yield Stop(f"/offers/{cast.shelves.offer}/decline")
    yield Stop(f"/orders/{cast.in_progress}/comments/{cast.shelves.comment}/edit")
    yield Stop(f"/orders/{cast.in_progress}/comments/{cast.shelves.comment}/delete")
    yield Stop(f"/orders/{cast.in_progress}/attachments/{cast.shelves.file}/delete")
    yield Stop(f"/orders/{cast.new}/edit")
    yield Stop(f"/orders/{cast.new}/cancel")
    yield Stop(f"/orders/{cast.new}/cancel", 422, send=True)
    yield Stop(f"/orders/{cast.in_progress}")
    yield Stop(f"/orders/{cast.completed}/rate")
    yield Stop(f"/orders/{cast.completed}/rate", 422, send=True)
    yield Stop(f"/orders/{cast.rated}")
    yield Stop(f"/orders/{cast.cancelled}")
    yield Stop(f"/orders/{cast.hidden}")
    yield Stop(f"/orders/{cast.rated}/edit", 409)
    yield Stop("/performer", 403)


def _performer(cast: Cast) -> Iterator[Stop]:
    yield Stop("/profile")
    yield Stop("/performer")
    yield Stop("/performer?show=completed")
    yield Stop("/performer?show=withdrawn")
    yield Stop("/performer?show=reviews")
    yield Stop("/performer/offers")
    yield Stop(f"/orders/{cast.shelves.quoted}/offers/new")
    yield Stop(f"/offers/{cast.shelves.offer}")
    yield Stop(f"/offers/{cast.shelves.offer}/withdraw")
    yield Stop("/orders")
    yield Stop(f"/orders/{cast.agreed}/take")
    yield Stop(f"/orders/{cast.in_progress}")
    yield Stop(f"/orders/{cast.in_progress}/complete")
    yield Stop(f"/orders/{cast.in_progress}/withdraw")
    yield Stop(f"/orders/{cast.in_progress}/withdraw", 422, send=True)
    yield Stop(f"/orders/{cast.unanswered}/answer")
    yield Stop(f"/orders/{cast.rated}")
    yield Stop("/customer", 403)


def _manager(cast: Cast) -> Iterator[Stop]:
    yield from _staff(cast)
    yield Stop(f"/orders/{cast.in_progress}/assign")
    yield Stop(f"/orders/{cast.in_progress}/money")
    yield Stop(f"/orders/{cast.in_progress}/status")
    yield Stop(f"/orders/{cast.shelves.quoted}/offers/new")
    yield Stop("/orders/new")
    yield Stop(f"/products/{cast.shelves.product_gone}")
    yield Stop(f"/products/{cast.shelves.product}/edit")
    yield Stop("/products/new")
    yield Stop("/products/new", 422, send=True)
    yield Stop("/products/load")
    yield Stop("/products/load", 422, send=True)
    yield Stop(f"/products/load/{cast.shelves.load}")


def _staff(cast: Cast) -> Iterator[Stop]:
    yield Stop("/profile")
    yield Stop("/orders")
    yield Stop("/orders?status=new&sort=-total")
    yield Stop(f"/orders/{cast.shelves.quoted}/offers")
    yield Stop(f"/orders/{cast.in_progress}")
    yield Stop(f"/orders/{cast.rated}")
    yield Stop(f"/orders/{cast.hidden}")
    yield Stop("/admin/", 403)


def _admin(cast: Cast) -> Iterator[Stop]:
    customer, performer = cast.accounts[Role.CUSTOMER], cast.accounts[Role.PERFORMER]
    yield Stop(f"/orders/{cast.in_progress}")
    yield Stop("/admin/")
    yield Stop("/admin/accounts/")
    yield Stop("/admin/accounts/?search=nothingofthekind")
    yield Stop("/admin/accounts/new/")
    yield Stop("/admin/accounts/new/", 422, send=True)
    yield Stop(f"/admin/accounts/details/?id={performer}")
    yield Stop(f"/admin/accounts/details/?id={cast.blocked}")
    yield Stop(f"/admin/accounts/roles/?id={customer}&id={performer}")
    yield Stop(f"/admin/accounts/block/?id={customer}")
    yield Stop(f"/admin/accounts/block/?id={customer}", 422, send=True)
    yield Stop(f"/admin/accounts/sign-out/?id={customer}")
    yield Stop("/admin/profiles/")
    yield Stop(f"/admin/profiles/edit/?id={performer}")
    yield Stop("/admin/categories/")
    yield Stop("/admin/categories/new/")
    yield Stop(f"/admin/categories/edit/?id={cast.category}")
    yield Stop(f"/admin/categories/delete/?id={cast.category}")
    yield Stop("/admin/orders/")
    yield Stop(f"/admin/orders/details/?id={cast.in_progress}")
    yield Stop(f"/admin/orders/details/?id={cast.rated}")
    yield Stop(f"/admin/orders/cancel/?id={cast.new}")
    yield Stop(f"/admin/orders/reassign/?id={cast.in_progress}")
    yield Stop("/orders")
    yield Stop("/admin/products/")
    yield Stop("/admin/offers/")
    yield Stop("/admin/comments/")
    yield Stop("/admin/files/")
    yield Stop("/admin/reviews/")
    yield Stop("/admin/history/")
    yield Stop("/admin/audit/")


_OWN = {
    None: _guest,
    Role.CUSTOMER: _customer,
    Role.PERFORMER: _performer,
    Role.MANAGER: _manager,
    Role.OBSERVER: _staff,
    Role.ADMIN: _admin,
}
