"""Everything that somebody's program can read in the town: each reading operation with every id that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from werkzeug.test import TestResponse

from marketplace.api.description.document import described
from marketplace.web.programs import API
from tests.promises.town import Town, Who

IDS: dict[str, tuple[str, ...]] = {
    "order_id": (
        *("open", "quoting", "quoted", "in_progress", "completed", "rated", "cancelled", "hidden", "hidden_taken"),
        *("listed", "listed_taken"),
    ),
    "line_id": ("line", "line_taken"),
    "offer_id": ("offer",),
    "category_id": ("category", "unused"),
    "user_id": ("owner", "customer", "performer", "stranger", "manager", "observer", "admin", "blocked", "spare"),
    "comment_id": ("comment", "answer"),
    "attachment_id": ("file", "photo"),
    "product_id": ("product", "product_gone"),
    "picture_id": ("picture",),
    "load_id": ("load",),
    "performer_id": ("performer", "stranger", "spare", "blocked", "owner"),
}
"""For each parameter of an address: what in the town it may stand for."""

INSIDE = {"order_id": ("in_progress", "listed", "listed_taken")}
"""For what is inside of another thing."""

MORE = (
    *("/events?after=0&limit=100", "/products?hidden=true", "/users?active=false", "/offers?state=declined"),
    *(f"/orders?status={status}" for status in ("new", "quoted", "in_progress", "completed", "cancelled")),
)
"""Parts of lists that are shown only to those who ask for them."""

PARAMETER = re.compile(r"{(\w+)}")


def operations(method: str) -> dict[str, dict[str, Any]]:
    """The operations of this method, as they are described, by their address."""
    return {
        path: methods[method.lower()] for path, methods in described()["paths"].items() if method.lower() in methods
    }


def addresses(town: Town) -> list[str]:
    """The addresses of everything that can be read, in a fixed order."""
    found = []
    for path in operations("GET"):
        names = PARAMETER.findall(path)
        known = IDS if len(names) < 2 else IDS | INSIDE
        for ids in product(*(known[name] for name in names)):
            found.append(path.format(**{name: town.path(f"{{{one}}}") for name, one in zip(names, ids, strict=True)}))
    return [*found, *(API + more for more in MORE)]


def searches(*, is_public: bool = False) -> list[str]:
    """The addresses of all lists that take words, with `{}` for these; of those that need no token if `is_public`."""
    found = []
    for path, operation in operations("GET").items():
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            is_text = schema.get("type") == "string" and not {"enum", "pattern", "format"} & set(schema)
            is_open = not is_public or {} in operation["security"]
            if parameter["in"] == "query" and is_text and is_open and parameter["name"] != "cursor" and "{" not in path:
                found.append(f"{path}?{parameter['name']}={{}}")
    return found


def readings(town: Town, who: Who) -> Iterator[tuple[str, TestResponse]]:
    """What the program of `who` is answered everywhere."""
    for address in addresses(town):
        yield address, town.call(who, "GET", address)
