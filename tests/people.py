"""People, categories and orders for tests, each made through the services and committed."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_security import hash_password
from sqlalchemy import select

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account, Profile
from marketplace.accounts.states import REGISTRABLE, Role
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.models import Offer, Order

PASSWORD = "correct-horse-battery"
LIMIT = 10
_numbers = itertools.count(1)
_hashes: list[str] = []


class People:
    """Everybody a test needs."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def account(self, role: Role, **values: Any) -> Account:
        """Somebody of this role, whose password is PASSWORD."""
        if not _hashes:
            _hashes.append(hash_password(PASSWORD))
        number = next(_numbers)
        email = values.pop("email", f"{role.value}{number}@example.com")
        name = values.pop("name", f"{role.value.title()} {number}")
        if role in REGISTRABLE:
            made = accounts.register_account(email=email, password_hash=_hashes[0], role=role, name=name)
        else:
            # The first admin has nobody to be made by.
            made = Account(email=email, password=_hashes[0], role=role, active=True, profile=Profile(name=name))
            db.session.add(made)
            db.session.flush()
        if values:
            accounts.update_profile(made, by=made, **values)
        db.session.commit()
        return made

    def customer(self, **values: Any) -> Account:
        """Somebody who posts orders."""
        return self.account(Role.CUSTOMER, **values)

    def performer(self, **values: Any) -> Account:
        """Somebody who does the work."""
        return self.account(Role.PERFORMER, **values)

    def manager(self) -> Account:
        """Somebody who runs the desk."""
        return self.account(Role.MANAGER)

    def observer(self) -> Account:
        """Somebody who watches."""
        return self.account(Role.OBSERVER)

    def admin(self) -> Account:
        """Somebody who moderates."""
        return self.account(Role.ADMIN)

    def category(self, slug: str = "python") -> Category:
        """The category called `slug`, made when there is none."""
        found = db.session.scalar(select(Category).where(Category.slug == slug))
        if found is None:
            found = Category(slug=slug, name_ru=f"{slug} по-русски", name_en=slug.title())
            db.session.add(found)
            db.session.commit()
        return found

    def order(self, customer: Account | None = None, **values: Any) -> Order:
        """An order on the board."""
        fields: dict[str, Any] = {
            "title": "Fix the report",
            "description": "It shows yesterday's numbers.",
            "category_id": self.category().id,
            "price": Decimal("1500"),
            "deadline": date(2030, 1, 31),
        }
        order = orders.post_order(**{**fields, **values}, by=customer or self.customer())
        db.session.commit()
        return order

    def quoting(self, customer: Account | None = None, **values: Any) -> Order:
        """An order that waits for offers."""
        order = self.order(customer, **{"price": None, **values})
        orders.request_quote(order.id, by=order.customer)
        db.session.commit()
        return order

    def quoted(self, performer: Account | None = None, customer: Account | None = None, **values: Any) -> Order:
        """An order that `performer` has sent an offer for."""
        order, by = self.quoting(customer, **values), performer or self.performer()
        db.session.add(Offer(order=order, performer=by, author=by, version=1, price=Decimal("900"), days=3))
        db.session.commit()
        return order

    def cancelled(self, customer: Account | None = None) -> Order:
        """An order that nobody needs any more."""
        order = self.order(customer)
        orders.cancel_order(order.id, reason="Not needed", by=order.customer)
        db.session.commit()
        return order

    def taken(self, performer: Account | None = None, customer: Account | None = None, **values: Any) -> Order:
        """An order that `performer` works on."""
        order = self.order(customer, **values)
        orders.take_order(order.id, limit=LIMIT, by=performer or self.performer())
        db.session.commit()
        return order

    def completed(self, performer: Account | None = None, customer: Account | None = None, **values: Any) -> Order:
        """An order whose work is done."""
        order = self.taken(performer, customer, **values)
        assert order.performer is not None
        orders.complete_order(order.id, by=order.performer)
        db.session.commit()
        return order

    def rated(self, rating: int, performer: Account | None = None, customer: Account | None = None) -> Order:
        """An order whose customer has rated it."""
        order = self.completed(performer, customer)
        orders.rate_order(order.id, rating=rating, text="Thank you.", by=order.customer)
        db.session.commit()
        return order
