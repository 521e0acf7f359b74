"""A small town for hostile visitors: people of every role, orders in every state, and requests that leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import Connection, select, text, update
from werkzeug.test import TestResponse

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account, AccountSession
from marketplace.catalog import services as catalog
from marketplace.catalog.models import CatalogLoad, Category, ProductPicture
from marketplace.catalog.states import LoadStatus
from marketplace.core import files, pictures
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Offer, Order, OrderLine, SavedFilter
from marketplace.orders.services import LineInput, talking
from marketplace.orders.states import MoneyState
from marketplace.threads import services as threads
from marketplace.threads.services import StoredFile, Upload
from tests.client import Browser
from tests.people import LIMIT, PASSWORD, People
from tests.promises.callers import Callers

NOTES = b"Everything is in here."


class Who(StrEnum):
    """Everybody who could come to a door; owner and performer belong to the orders, the others do not."""

    ANONYMOUS = "anonymous"
    OWNER = "owner"
    CUSTOMER = "customer"
    PERFORMER = "performer"
    STRANGER = "stranger"
    MANAGER = "manager"
    OBSERVER = "observer"
    ADMIN = "admin"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Key:
    """What a browser holds: its session cookie and a CSRF token that fits it."""

    cookie: str
    token: str


class Town:
    """Built once; whoever asks inside `undone` changes nothing for good."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        people = People(app)
        made = {
            Who.OWNER: people.customer(),
            Who.CUSTOMER: people.customer(),
            Who.PERFORMER: people.performer(),
            Who.STRANGER: people.performer(),
            Who.MANAGER: people.manager(),
            Who.OBSERVER: people.observer(),
            Who.ADMIN: people.admin(),
            Who.BLOCKED: people.performer(),
        }
        spare = people.performer()
        self.emails = {who.value: account.email for who, account in made.items()} | {"spare": spare.email}
        self.ids = {who.value: account.id for who, account in made.items()} | {"spare": spare.id}
        self.orders = {state: order.id for state, order in orders(people, made[Who.OWNER], made[Who.PERFORMER]).items()}
        unused = Category(slug="unused", name_ru="Пусто", name_en="Unused")
        db.session.add(unused)
        db.session.flush()
        self.ids |= {"category": people.category().id, "unused": unused.id}
        self.keys = {who: key_of(Browser.of(app).sign_in(account)) for who, account in made.items()}
        self.keys[Who.ANONYMOUS] = key_of(Browser.of(app))
        self.programs = Callers(app, {who.value: account for who, account in made.items()})
        secret = app.config["SECRET_KEY"]
        self.tokens = accounts.sign_in_program(spare, user_agent="program", address="127.0.0.1", secret=secret)
        # Another device of the performer: one may end it, others may not.
        device = accounts.start_session(made[Who.PERFORMER], user_agent="telephone", address="127.0.0.1")
        self.ids["device"] = device.id
        self.ids |= trade(made, self.orders, media=Path(app.config["MEDIA_PATH"]))
        accounts.block_account(made[Who.BLOCKED].id, reason="Spam", by=made[Who.ADMIN])
        # Even a session that somebody forgot to end must be worth nothing.
        db.session.execute(
            update(AccountSession).where(AccountSession.account_id == made[Who.BLOCKED].id).values(ended_at=None)
        )
        self.digest = str(db.session.scalar(select(ProductPicture.digest).order_by(ProductPicture.id)))
        db.session.commit()

        self.untouched = self.trace()

    def path(self, pattern: str) -> str:
        """`/orders/{open}` with the ids of this town."""
        return pattern.format(**self.ids, **self.orders, digest=self.digest)

    def fill(self, text: str) -> str:
        """The text of a field; `{spare_email}` is the address of somebody who belongs to nothing."""
        emails = {f"{name}_email": self.emails[name] for name in ("spare", "owner", "stranger")}
        return text.format(**self.ids, **self.orders, **emails, refresh_token=self.tokens.refresh_token)

    def browser(self, who: Who) -> Browser:
        """A new browser with the cookies of `who`."""
        browser = Browser.of(self.app)
        browser.set_cookie("session", self.keys[who].cookie)
        return browser

    def ask(
        self, who: Who, method: str, path: str, fields: dict[str, Any] | None = None, **kwargs: Any
    ) -> TestResponse:
        """One request by `who`; a form carries their token."""
        if method == "POST":
            kwargs["data"] = {**(fields or {}), "csrf_token": self.keys[who].token}
        return self.browser(who).open(path, method=method, **kwargs)

    def call(self, who: Who, method: str, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        """One request to the API by the program of `who`."""
        return self.programs.call(who, method, path, self.fill_json(body), **kwargs)

    def fill_json(self, value: Any) -> Any:
        """`fill` in every text of `value`; what is filled into `#{category}` is a number."""
        match value:
            case dict():
                return {name: self.fill_json(part) for name, part in value.items()}
            case list():
                return [self.fill_json(part) for part in value]
            case str() if value.startswith("#{"):
                return int(self.fill(value[1:]))
            case str():
                return self.fill(value)
        return value

    @contextmanager
    def undone(self, app: Flask | None = None) -> Iterator[Connection]:
        """Everything that requests commit inside the block goes into one transaction, which is rolled back.

        `app` is another application on the same database.
        """
        engines = db._app_engines[app or self.app]
        engine = engines[None]
        db.session.remove()
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection  # type: ignore[assignment]  # sessions take a connection where they take an engine
            db.session.session_factory.configure(join_transaction_mode="create_savepoint")
            try:
                yield connection
            finally:
                db.session.remove()
                outer.rollback()
                engines[None] = engine

    def trace(self, connection: Connection | None = None) -> str:
        """A text that differs as soon as anything in the database does; `connection` is that of a block `undone`."""
        if connection is None:
            with db.engine.connect() as own:
                return self._trace(own)
        # A transaction gets a number with the first row that it writes or locks. What went past it, over another
        # connection, is found at the end of each test.
        has_written = connection.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is not None
        return self._trace(connection) if has_written else self.untouched

    @staticmethod
    def _trace(connection: Connection) -> str:
        return str(connection.execute(text(f"{TRACE} ORDER BY name")).all())


# Attempts at signing in are meant to be counted, refused or not, and devices to be seen.
TRACE = " UNION ALL ".join(
    f"SELECT '{table}' AS name, md5(string_agg(row, ' ' ORDER BY row))"
    f" FROM (SELECT (to_jsonb(t) - 'seen_at')::text AS row FROM {table} t) AS rows"
    for table in sorted(db.metadata.tables)
    if table != "attempt_counts"
)


def trade(made: dict[Who, Account], orders: dict[str, int], *, media: Path) -> dict[str, int]:
    """Products, offers, talk and files; returns their ids."""
    desk, owner, performer = made[Who.MANAGER], made[Who.OWNER], made[Who.PERFORMER]
    plain = {"description": "As it stands.", "unit": "pc", "category_id": None, "source_url": None, "by": desk}
    sold = catalog.create_product(name="A chair", price=Decimal(90), **plain)  # type: ignore[arg-type]
    gone = catalog.create_product(name="A stool", price=Decimal(40), **plain)  # type: ignore[arg-type]
    catalog.hide_product(gone.id, by=desk)
    taken = orders["in_progress"]
    drawing = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawing, "PNG")
    picture = pictures.read_picture(drawing.getvalue())
    other = BytesIO()
    Image.new("RGB", (30, 40), "navy").save(other, "PNG")
    pair = [picture, pictures.read_picture(other.getvalue())]
    for one in pair:
        pictures.store(media / "pictures", one)
    catalog.add_pictures(sold.id, pair, by=desk)
    # Removing the last one takes it from the disk too, which no rollback brings back.
    catalog.add_pictures(gone.id, pair, by=desk)
    comment = talking.comment_on_order(taken, text="When will it be ready?", by=owner)
    answer = talking.comment_on_order(taken, text="On Monday.", by=performer)
    stored = [StoredFile(f"notes-{number}.txt", files.random_name(), "text/plain", len(NOTES)) for number in (1, 2)]
    for notes in stored:
        files.write(media / "attachments", notes.stored_name, NOTES)
    kept_file, spare_file = talking.attach_to_order(taken, stored, by=performer)
    with threads.stored([Upload("drawing.png", BytesIO(drawing.getvalue()))], media / "attachments") as photos:
        (photo,) = talking.attach_to_order(taken, photos, by=owner)
    services.assign_manager(taken, manager_id=desk.id, by=desk)
    kept = SavedFilter(account_id=desk.id, name="Mine", query="status=new")
    run = CatalogLoad(source="https://example.com/goods", account_id=desk.id, status=LoadStatus.DONE)
    db.session.add_all([kept, run])
    db.session.flush()
    offer = db.session.scalar(select(Offer.id).where(Offer.order_id == orders["quoted"]))
    line, line_taken = (
        db.session.scalar(select(OrderLine.id).where(OrderLine.order_id == orders[name]))
        for name in ("listed", "listed_taken")
    )
    assert offer is not None and line is not None and line_taken is not None
    return {
        "product": sold.id,
        "product_gone": gone.id,
        "picture": sold.pictures[0].id,
        "offer": offer,
        "line": line,
        "line_taken": line_taken,
        "comment": comment.id,
        "answer": answer.id,
        "file": kept_file.id,
        # Deleting it takes it from the disk too, which no rollback brings back.
        "file_spare": spare_file.id,
        "photo": photo.id,
        "filter": kept.id,
        "load": run.id,
    }


def orders(people: People, owner: Account, performer: Account) -> dict[str, Order]:
    """One order of `owner` in each state; whatever was ever taken, or offered for, was so by `performer`."""
    made = {
        "open": people.taken(performer, owner),
        "quoting": people.quoting(owner),
        "quoted": people.quoted(performer, owner),
        "in_progress": people.taken(performer, owner),
        "completed": people.completed(performer, owner),
        "rated": people.rated(9, performer, owner),
        "cancelled": people.taken(performer, owner),
        "hidden": people.taken(performer, owner),
        "hidden_taken": people.taken(performer, owner),
        "paid": people.completed(performer, owner),
        "ready": people.completed(performer, owner),
        "listed": people.order(owner, price=None, lines=[LineInput(2, name="Cable", unit_price=Decimal(40))]),
        "listed_taken": people.taken(
            performer, owner, price=None, lines=[LineInput(1, name="Laying", unit_price=Decimal(70))]
        ),
    }
    services.withdraw_order(made["open"].id, reason="Too much for me", by=performer)
    services.withdraw_order(made["hidden"].id, reason="Not serious", by=performer)
    services.cancel_order(made["cancelled"].id, reason="Not needed", by=owner)
    admin = people.admin()
    services.hide_order(made["hidden"].id, by=admin)
    services.hide_order(made["hidden_taken"].id, by=admin)
    for state in (MoneyState.PAID, MoneyState.READY_FOR_DELIVERY):
        services.set_money(made["ready"].id, state=state, by=admin)
    services.set_money(made["paid"].id, state=MoneyState.PAID, by=admin)
    db.session.commit()
    return made


def key_of(browser: Browser) -> Key:
    """The key of this browser."""
    token = browser.csrf_token()
    cookie = browser.get_cookie("session")
    assert cookie is not None
    return Key(cookie.value, token)


__all__ = ["LIMIT", "PASSWORD", "Key", "Town", "Who"]
