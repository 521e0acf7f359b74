"""P16: whatever stands in a field or an address, the answer is a page or a refusal with words, never a failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from bs4 import BeautifulSoup

from tests.figures import LINES
from tests.promises.doors import doors
from tests.promises.hostile import FORM, VALUES, faults, query
from tests.promises.order_answers import ACTS
from tests.promises.page_answers import ADMIN, FIELDS
from tests.promises.town import Town, Who
from tests.races.crowd import size

# In everyday runs each parameter meets every twelfth value, the next parameter the next ones.
STRIDE = size(12, 1)

LIST = ("page", "sort", "desc", "search", "page_size", "extra", "url")
ORDER_LIST = (
    *("number", "q", "customer", "performer", "manager", "status", "money", "category", "sort", "cursor", "unknown"),
    *("total_from", "total_to", "created_from", "created_to"),
)
QUERIES: dict[str, tuple[Who, tuple[str, ...]]] = {
    "/": (Who.ANONYMOUS, ("unknown",)),
    "/board": (
        Who.PERFORMER,
        ("q", "category", "price_from", "price_to", "by_agreement", "deadline_by", "cursor", "unknown"),
    ),
    "/performers": (Who.ANONYMOUS, ("q", "category", "rating", "sort", "cursor")),
    "/performers/{performer}": (Who.OWNER, ("cursor",)),
    "/customer": (Who.OWNER, ("show", "cursor")),
    "/customer?show=completed": (Who.OWNER, ("cursor",)),
    "/performer": (Who.PERFORMER, ("show", "cursor")),
    "/performer?show=reviews": (Who.PERFORMER, ("cursor",)),
    "/performer?show=withdrawn": (Who.PERFORMER, ("cursor",)),
    "/orders": (Who.MANAGER, ORDER_LIST),
    "/orders?sort=-total": (Who.CUSTOMER, ("cursor", "q", "number", "total_from")),
    "/orders.csv": (Who.OBSERVER, ORDER_LIST),
    "/orders/new": (Who.OWNER, ("product",)),
    "/orders/customers.json": (Who.MANAGER, ("q",)),
    "/orders/{in_progress}": (Who.PERFORMER, ("talk", "unknown")),
    "/orders/{in_progress}/row": (Who.OWNER, ("n",)),
    "/orders/{quoted}/offers": (Who.OWNER, ("sort", "cursor")),
    "/performer/offers": (Who.PERFORMER, ("state", "cursor")),
    "/products": (Who.ANONYMOUS, ("q", "category", "price_from", "price_to", "with_pictures", "cursor")),
    "/products/search.json": (Who.ANONYMOUS, ("q", "limit")),
    "/live/news": (Who.CUSTOMER, ("after", "since")),
    "/admin/products/": (Who.ADMIN, LIST),
    "/admin/offers/": (Who.ADMIN, LIST),
    "/admin/comments/": (Who.ADMIN, LIST),
    "/admin/files/": (Who.ADMIN, LIST),
    "/login": (Who.ANONYMOUS, ("next", "email", "_scheme")),
    "/register": (Who.ANONYMOUS, ("next", "role")),
    "/verify": (Who.OWNER, ("next",)),
    "/sessions": (Who.OWNER, ("next",)),
    "/static/css/theme.css": (Who.ANONYMOUS, ("v",)),
    "/admin/": (Who.ADMIN, ("url",)),
    "/admin/accounts/": (Who.ADMIN, (*LIST, "role", "state", "since", "until")),
    "/admin/profiles/": (Who.ADMIN, (*LIST, "role")),
    "/admin/categories/": (Who.ADMIN, (*LIST, "use")),
    "/admin/orders/": (Who.ADMIN, (*LIST, "status", "category", "hidden", "customer", "performer")),
    "/admin/reviews/": (Who.ADMIN, (*LIST, "rating", "hidden", "customer", "performer")),
    "/admin/history/": (Who.ADMIN, (*LIST, "to", "performer")),
    "/admin/audit/": (Who.ADMIN, (*LIST, "what", "kind", "who", "since", "until")),
    "/admin/orders/export/csv/": (Who.ADMIN, ("page", "sort", "search", "status", "customer")),
    "/admin/accounts/details/": (Who.ADMIN, ("id", "url")),
    "/admin/accounts/block/": (Who.ADMIN, ("id",)),
    "/admin/accounts/roles/": (Who.ADMIN, ("id",)),
    "/admin/profiles/edit/": (Who.ADMIN, ("id", "url")),
    "/admin/categories/edit/": (Who.ADMIN, ("id", "url")),
    "/admin/categories/delete/": (Who.ADMIN, ("id",)),
    "/admin/orders/details/": (Who.ADMIN, ("id",)),
    "/admin/orders/cancel/": (Who.ADMIN, ("id",)),
    "/admin/orders/reassign/": (Who.ADMIN, ("id",)),
}
"""What each page reads from its address, and somebody who may look at it."""

POSSIBLE = {
    *("/orders/{open}/edit", "/orders/{open}/take", "/orders/{open}/cancel", "/orders/{in_progress}/withdraw"),
    *("/orders/{in_progress}/complete", "/orders/{completed}/rate", "/orders/{rated}/answer"),
    *("/orders/new", "/orders/filters", "/orders/{open}/request-quote", "/orders/{quoting}/offers/new"),
    *("/orders/{in_progress}/assign", "/orders/{in_progress}/money", "/orders/{in_progress}/status"),
    *("/orders/{in_progress}/comments", "/orders/{in_progress}/comments/{comment}/edit"),
}
"""The acts that somebody may do now; elsewhere the form is not read at all."""

IN_ADDRESS = {
    *("/admin/accounts/unblock/", "/admin/orders/hide/", "/admin/orders/show/", "/admin/reviews/hide/"),
    "/admin/reviews/show/",
}
"""Acts whose form holds nothing but the token: what they do it to stands in the address."""


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """Counts the requests, and prints what the zero is worth."""
    counter: Counter[str] = Counter()
    yield counter
    request.config.stash.setdefault(LINES, []).append(
        f"P16: {counter['5xx']} 5xx and {counter['faults']} other faults of {counter['requests']} hostile values"
    )


def chosen(number: int) -> tuple[str, ...]:
    """The values that parameter `number` meets."""
    return VALUES[number % STRIDE :: STRIDE]


def note(seen: Counter[str], found: list[str], status: int) -> None:
    """Adds one answer to the figures."""
    seen["requests"] += 1
    seen["5xx"] += status >= 500
    seen["faults"] += len(found) - (status >= 500)


@pytest.mark.parametrize("path", QUERIES)
def test_an_address_with_hostile_filters_is_answered_with_words(town: Town, path: str, seen: Counter[str]) -> None:
    who, names = QUERIES[path]
    wrong = []
    for number, name in enumerate(names, len(path)):
        for value in chosen(number):
            address = town.path(path)
            address += ("&" if "?" in address else "?") + query({name: value})
            answer = town.ask(who, "GET", address)
            found = faults(answer)
            note(seen, found, answer.status_code)
            wrong += [f"{name}={value[:40]!r} {fault}" for fault in found]
    assert wrong == []


FIRST_CHOICE = (Who.ANONYMOUS, Who.OWNER, Who.PERFORMER, Who.MANAGER)


@cache
def posts() -> dict[str, tuple[Who, dict[str, str]]]:
    """For every address that takes a form: somebody who may send it, and a form that is filled in rightly."""
    found: dict[str, tuple[Who, dict[str, str]]] = {}
    for door in doors():
        may = [who for who, answer in door.answers.items() if answer == 302]
        if door.method != "POST" or not may or (door.path.startswith("/orders/") and door.path not in POSSIBLE):
            continue
        best = [Who.ADMIN] if door.path.startswith("/admin/") else [*FIRST_CHOICE]
        found[door.path] = next(who for who in best if who in may), dict(door.fields)
    return found


def fields_of(town: Town, path: str, who: Who, given: dict[str, str]) -> list[str]:
    """The names that the form at this address has, as its page shows it, and those that the table gives."""
    page = BeautifulSoup(town.ask(who, "GET", town.path(path)).text, "html.parser")
    forms = [form for form in page.select("main form[method=post]") if not form.get("action")] or page.select(
        "main form"
    )
    shown = [str(field["name"]) for form in forms for field in form.select("[name]")]
    return sorted({*given, *shown, "next", "url", "unknown"} - {"submit", "csrf_token"})


def test_every_form_of_the_site_is_among_those_below() -> None:
    assert len(posts()) > 25
    assert {"/login", "/register", "/profile", "/orders/new", *POSSIBLE} <= set(posts())
    assert "edit" in ACTS and "edit" in ADMIN and FIELDS


@pytest.mark.parametrize("path", posts())
def test_a_form_with_a_hostile_field_is_answered_with_words(town: Town, path: str, seen: Counter[str]) -> None:
    who, given = posts()[path]
    right = {name: town.fill(text) for name, text in given.items()} | {"csrf_token": town.keys[who].token}
    wrong = []
    for number, name in enumerate(fields_of(town, path, who, given), len(path)):
        for value in chosen(number):
            with town.undone():
                body = query({**right, name: value})
                answer = town.browser(who).post(town.path(path), data=body, content_type=FORM)
            found = faults(answer)
            note(seen, found, answer.status_code)
            wrong += [f"{name}={value[:40]!r} {fault}" for fault in found]
    assert wrong == []


IDS = (
    "0",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "²",
    "١٢",
    "2147483648",
    str(2**63 - 1),
    str(2**63),
    str(2**70),
    "9" * 3000,
    "%00",
)
PATHS = (
    *("/orders/{}", "/orders/{}/edit", "/orders/{}/take", "/orders/{}/rate", "/performers/{}", "/sessions/{}/end"),
    *("/orders/{}/row", "/orders/{}/status", "/orders/{}/offers", "/offers/{}", "/offers/{}/accept", "/attachments/{}"),
    *("/products/{}", "/products/{}/edit", "/products/load/{}", "/orders/filters/{}/delete", "/media/pictures/{}"),
    *("/orders/1/comments/{}/edit", "/products/1/pictures/{}/move", "/orders/{}/attachments"),
    *("/admin/accounts/details/?id={}", "/admin/orders/hide/?id={}", "/admin/accounts/roles/?id={}&id=1"),
    *("/admin/accounts/unblock/?id={}", "/admin/reviews/hide/?id={}", "/admin/orders/export/{}/"),
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_id_that_nobody_has_is_not_found(town: Town, path: str, method: str, seen: Counter[str]) -> None:
    wrong = []
    for text in IDS:
        with town.undone():
            answer = town.ask(Who.ADMIN, method, path.format(text))
        found = faults(answer)
        note(seen, found, answer.status_code)
        if answer.status_code not in (400, 403, 404, 405, 409, 414, 422) and not answer.location:
            found.append(f"answers {answer.status_code}")
        wrong += [f"{text[:30]} {fault}" for fault in found]
    assert wrong == []
