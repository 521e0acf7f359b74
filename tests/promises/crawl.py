"""Every page that somebody can open in the town: the doors, the tabs of the cabinets and the searches."""

from __future__ import annotations

from collections.abc import Iterator

from werkzeug.test import TestResponse

from tests.promises.doors import doors
from tests.promises.town import Town, Who

TABS = (
    *(f"/customer?show={state}" for state in ("new", "quoting", "quoted", "in_progress", "completed", "cancelled")),
    *(f"/performer/offers?state={state}" for state in ("sent", "accepted", "declined", "withdrawn", "expired")),
    *(f"/performer?show={state}" for state in ("in_progress", "completed", "cancelled", "withdrawn", "reviews")),
    *(f"/performers/{{{name}}}" for name in ("stranger", "spare")),
    *(f"/admin/accounts/details/?id={{{name}}}" for name in ("owner", "customer", "performer", "stranger", "blocked")),
    *(f"/admin/profiles/edit/?id={{{name}}}" for name in ("owner", "customer", "performer", "stranger")),
    *(f"/admin/orders/details/?id={{{name}}}" for name in ("in_progress", "completed", "rated", "cancelled", "hidden")),
    "/orders/{quoted}",
)
SEARCHES = (
    *("/board?q={}", "/performers?q={}", "/admin/accounts/?search={}", "/admin/profiles/?search={}"),
    *("/admin/orders/?search={}", "/admin/reviews/?search={}", "/admin/history/?search={}", "/admin/audit/?search={}"),
    *("/products?q={}", "/products/search.json?q={}", "/admin/products/?search={}", "/admin/comments/?search={}"),
    *("/admin/files/?search={}", "/admin/offers/?search={}"),
)
# Asks the engine for a connection of its own, which there is none of inside `Town.undone`.
NOT_INSIDE = {"/readyz"}


def addresses(town: Town) -> list[str]:
    """The addresses of all pages and files, in a fixed order."""
    listed = [door.path for door in doors() if door.method == "GET" and door.path not in NOT_INSIDE]
    return [town.path(path) for path in dict.fromkeys([*listed, *TABS])]


def pages(town: Town, who: Who, *, admin_too: bool = True) -> Iterator[tuple[str, TestResponse]]:
    """What `who` is answered everywhere; the admin pages turn others away at the gate, so a few stand for all."""
    browser = town.browser(who)
    for number, address in enumerate(addresses(town)):
        if (who is Who.ADMIN and admin_too) or not address.startswith("/admin/") or number % 10 == 0:
            yield address, browser.get(address)
