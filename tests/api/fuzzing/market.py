"""The market of the demo as of one noon, which every made-up request finds as it was."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from schemathesis import Case
from sqlalchemy import Connection, Engine, bindparam, select, text

from marketplace.accounts import services
from marketplace.accounts.models import Account
from marketplace.app import create_app
from marketplace.core import clock
from marketplace.core.db import db
from seed.demo import DEMO_PASSWORD, load_demo
from tests.conftest import settings_for

NOON = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ORDERS, PEOPLE = 60, 24
VISITORS = ("nobody", "customer", "performer", "manager")
EVERYBODY = (*VISITORS, "admin")
"""Each request by itself is made by admins too, who would soon have blocked everybody else in a row of them."""


OF_ORDERS = "SELECT {table}.id AS {name}, orders.id AS order_id FROM {table} JOIN orders ON {condition}"
OURS = " ORDER BY (orders.customer_id IN :ours OR orders.performer_id IN :ours) DESC, orders.id DESC"

# Rows that belong together, so that an address leads somewhere; those that concern a visitor come first.
ADDRESSES = {
    "attachment_id": OF_ORDERS.format(
        table="attachments", name="attachment_id", condition="orders.thread_id = attachments.thread_id"
    )
    + OURS,
    "comment_id": OF_ORDERS.format(
        table="comments", name="comment_id", condition="orders.thread_id = comments.thread_id"
    )
    + OURS,
    "line_id": OF_ORDERS.format(table="order_lines", name="line_id", condition="orders.id = order_lines.order_id")
    + OURS,
    "offer_id": OF_ORDERS.format(table="offers", name="offer_id", condition="orders.id = offers.order_id") + OURS,
    "order_id": "SELECT id AS order_id FROM orders" + OURS,
    "product_id": "SELECT id AS product_id FROM products ORDER BY id",
    "picture_id": "SELECT id AS picture_id, product_id FROM product_pictures ORDER BY id",
    "performer_id": "SELECT id AS performer_id FROM accounts WHERE role = 'performer' ORDER BY id",
    "session_id": "SELECT id AS session_id FROM account_sessions WHERE account_id IN :ours ORDER BY id",
    "user_id": "SELECT id AS user_id FROM accounts ORDER BY id",
    "category_id": "SELECT id AS category_id FROM categories ORDER BY id",
    "manager_id": "SELECT id AS manager_id FROM accounts WHERE role IN ('manager', 'admin') ORDER BY id",
}
MOST = 40


class Market:
    """The application on the demo, and everybody's token."""

    def __init__(self, url: str) -> None:
        self.app = create_app(settings_for(url))
        self.tokens: dict[str, str] = {}
        self.addresses: dict[str, list[dict[str, int]]] = {}
        self.known: dict[str, dict[str, str]] = {}
        """Texts that nobody could make up, by the operation whose body has them."""

        self.answers: Counter[tuple[str, int]] = Counter()
        """How often which operation gave which status."""

    @contextmanager
    def open(self) -> Iterator[Market]:
        """Fills the database and holds the clock until the block ends."""
        with clock.fixed(NOON):
            with self.app.app_context():
                load_demo(ORDERS, PEOPLE)
                for visitor in reversed(EVERYBODY[1:]):
                    self.tokens[visitor] = self._sign_in(visitor)
                self._look_around()
                engine = db.engine
            # Requests make contexts of their own, with sessions of their own.
            try:
                yield self
            finally:
                engine.dispose()

    def _sign_in(self, visitor: str) -> str:
        account = db.session.scalars(select(Account).where(Account.email == f"{visitor}@example.com")).one()
        secret = self.app.config["SECRET_KEY"]
        tokens = services.sign_in_program(account, user_agent="fuzz", address="127.0.0.1", secret=secret)
        db.session.commit()
        self.known = {
            "POST /api/v1/auth/login": {"email": account.email, "password": DEMO_PASSWORD},
            "POST /api/v1/auth/refresh": {"refresh_token": tokens.refresh_token},
            "POST /api/v1/me/password": {"current_password": DEMO_PASSWORD},
        }
        return tokens.access_token

    def _look_around(self) -> None:
        emails = [f"{visitor}@example.com" for visitor in VISITORS]
        ours = tuple(db.session.scalars(select(Account.id).where(Account.email.in_(emails))))
        for name, query in ADDRESSES.items():
            statement = text(f"{query} LIMIT {MOST}")
            if ":ours" in query:
                statement = statement.bindparams(bindparam("ours", ours, expanding=True))
            rows = db.session.execute(statement).mappings()
            self.addresses[name] = [dict(row) for row in rows]

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Undoes at the end of the block what requests do within it, though they commit."""
        engines: dict[str | None, Engine | Connection] = db._app_engines[self.app]  # type: ignore[assignment]  # see below
        engine = engines[None]
        assert isinstance(engine, Engine)
        with engine.connect() as connection:
            outer = connection.begin()
            # Sessions take a connection where they take an engine.
            engines[None] = connection
            db.session.session_factory.configure(join_transaction_mode="create_savepoint")
            try:
                yield
            finally:
                engines[None] = engine
                outer.rollback()

    def headers(self, visitor: str) -> dict[str, str]:
        """How this visitor asks."""
        headers = {"Accept-Language": "en"}
        if visitor in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[visitor]}"
        return headers

    def settle(self, case: Case[Any]) -> None:
        """Lets three of four valid ids be those of things that exist, or nearly nothing would be found."""
        case.path_parameters = self._settled(case.path_parameters or {}, case.operation.label)
        self.settle_body(case)

    def settle_body(self, case: Case[Any]) -> None:
        """The same for the body alone, where the address is that of something which was made before."""
        if not isinstance(case.body, dict):
            return
        case.body = self._settled(case.body, case.operation.label)
        known = self.known.get(case.operation.label, {})
        # Only what is right in its kind, or wrong requests would become right ones.
        sent = [case.body.get(name) for name in known]
        if all(isinstance(text, str) and 10 < len(text) < 100 for text in sent):
            case.body |= known

    def _settled(self, values: Mapping[str, Any], label: str) -> dict[str, Any]:
        ids = [name for name in self.addresses if is_id(values.get(name))]
        settled = dict(values)
        placed: dict[str, int] = {}
        for name in ids:
            rows = self.addresses[name]
            if rows and values[name] % 4:
                # Examples have the same id everywhere. What lies deeper comes first and says where it lies.
                placed = rows[(values[name] // 4 + zlib.crc32(label.encode())) % len(rows)] | placed
        return settled | {name: placed[name] for name in ids if name in placed}


def is_id(value: Any) -> bool:
    """True for what may be the id of something."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**63
