"""What people can do a program can do: every act of the domain is reached by an operation, or it is said why not."""

from __future__ import annotations

from functools import cache

from tests.architecture.reaching import Code, dotted
from tests.architecture.sources import product_modules

NOUNS = ("accounts", "threads", "catalog", "orders")
PREFIXES = tuple(f"marketplace.{noun}.services" for noun in NOUNS)

LOADING = "a step of the loader, which is a process of its own; a program starts it by `POST /catalog/loads`"

NOT_FOR_PROGRAMS: dict[str, str] = {
    "accounts.appoint_admin": "the first admin is appointed by whoever holds the machine: `flask admins add`",
    "accounts.issue_ticket": "tickets open the live connections of pages; a program follows `GET /events`",
    "accounts.redeem_ticket": "tickets open the live connections of pages; a program follows `GET /events`",
    "accounts.end_session_of_token": "the session of a cookie; a program signs out by `POST /auth/logout`",
    "accounts.forget_browsers": "browsers clear away browsers when they sign in; programs do so with `forget_over`",
    "orders.missed_by": "what an open page is told; a program follows `GET /events`",
    "orders.tell": "what an open page is told; a program follows `GET /events`",
    "orders.expire_offers": "done by the clock: `flask offers expire`",
    "orders.rebuild_counters": "a repair by whoever holds the machine: `flask counters check`",
    "catalog.begin_load": LOADING,
    "catalog.note_progress": LOADING,
    "catalog.finish_load": LOADING,
    "catalog.save_loaded_product": LOADING,
}
"""Acts that no operation reaches, each with the reason."""


@cache
def code() -> Code:
    """All that runs in production."""
    return Code(path for path in product_modules() if dotted(path).startswith("marketplace"))


def acts(of: Code) -> dict[str, str]:
    """Every public function of the services: its whole name, and how it is called above."""
    return {whole: short(whole) for prefix in PREFIXES for whole in of.functions(prefix)}


def short(whole: str) -> str:
    """`orders.take_order` for marketplace.orders.services.dealing.take_order."""
    parts = whole.split(".")
    return f"{parts[1]}.{parts[-1]}"


def reached(of: Code) -> set[str]:
    """The acts that a program reaches: by an operation, or by being let in."""
    roots = [*of.decorated("marketplace.api", "operation"), "marketplace.api.init_app"]
    found = of.reached(roots)
    return {name for whole, name in acts(of).items() if whole in found}


def test_every_act_is_reached_by_an_operation_or_it_is_said_why_not() -> None:
    missing = set(acts(code()).values()) - reached(code()) - set(NOT_FOR_PROGRAMS)
    assert sorted(missing) == []


def test_no_reason_is_given_for_what_is_there_or_is_not_an_act() -> None:
    assert sorted(set(NOT_FOR_PROGRAMS) - set(acts(code()).values())) == [], "there is no such act"
    assert sorted(set(NOT_FOR_PROGRAMS) & reached(code())) == [], "an operation reaches it"


def test_an_act_without_its_operation_would_be_found() -> None:
    without = Code(path for path in product_modules() if "api/orders/acts.py" not in path.as_posix())
    lost = reached(code()) - reached(without)
    assert {"orders.take_order", "orders.complete_order", "orders.set_money"} <= lost
    assert len(acts(code())) > 90
