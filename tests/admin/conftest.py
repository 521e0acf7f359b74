"""An admin at work, and one row of everything for them to work on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account, AuditEntry
from marketplace.catalog.models import Category, Product
from marketplace.core.db import db
from marketplace.orders.models import Order
from tests.client import Browser
from tests.people import People


@dataclass
class House:
    """One of everything."""

    admin: Account
    customer: Account
    performer: Account
    other: Account
    fresh: Order
    taken: Order
    rated: Order
    category: Category
    product: Product

    def addresses(self) -> list[str]:
        """Every admin page that a browser can open, with ids that exist."""
        ids = {
            "accounts": ("details", "block", "sign-out", "roles", self.customer.id),
            "profiles": ("edit", self.customer.id),
            "categories": ("edit", "delete", self.category.id),
            "orders": ("details", "cancel", "reassign", self.taken.id),
        }
        pages = ["/admin/", "/admin/accounts/new/", "/admin/categories/new/"]
        pages += [f"/admin/{view}/{page}/?id={row}" for view, (*names, row) in ids.items() for page in names]
        return pages + [f"/admin/{view}/" for view in LISTS]

    def exports(self) -> list[str]:
        """The same for the files."""
        return [f"/admin/{view}/export/csv/" for view in LISTS]

    def writes(self) -> list[tuple[str, dict[str, str]]]:
        """Every admin address that writes, with a form that it takes."""
        category = {"name_en": "Law", "name_ru": "Право", "slug": "law", "position": "1", "is_active": "y"}
        person = {"email": "new@example.com", "name": "New", "role": "manager", "password": "long-enough-password"}
        return [
            ("/admin/accounts/new/", person),
            (f"/admin/accounts/block/?id={self.customer.id}", {"reason": "Spam"}),
            (f"/admin/accounts/roles/?id={self.customer.id}&id={self.other.id}", {"role": "observer"}),
            (f"/admin/accounts/sign-out/?id={self.performer.id}", {}),
            (f"/admin/profiles/edit/?id={self.performer.id}", {"name": "Renamed", "price_unit": "hour"}),
            ("/admin/categories/new/", category),
            (f"/admin/categories/edit/?id={self.category.id}", category | {"slug": "unused", "name_en": "Other"}),
            (f"/admin/categories/delete/?id={self.category.id}", {}),
            (f"/admin/orders/hide/?id={self.fresh.id}", {}),
            (f"/admin/orders/show/?id={self.fresh.id}", {}),
            (f"/admin/orders/reassign/?id={self.taken.id}", {"performer": self.other.email, "reason": "Ill"}),
            (f"/admin/orders/cancel/?id={self.taken.id}", {"reason": "Nobody needs it"}),
            (f"/admin/products/hide/?id={self.product.id}", {}),
            (f"/admin/products/show/?id={self.product.id}", {}),
            (f"/admin/reviews/hide/?id={self.rated.id}", {}),
            (f"/admin/reviews/show/?id={self.rated.id}", {}),
            (f"/admin/accounts/unblock/?id={self.customer.id}", {}),
        ]


LISTS = (
    *("accounts", "profiles", "categories", "products", "orders", "offers"),
    *("reviews", "comments", "files", "history", "audit"),
)


@pytest.fixture
def house(people: People) -> House:
    """One of everything, with a line in every list."""
    customer, performer = people.customer(), people.performer()
    return House(
        admin=people.admin(),
        customer=customer,
        performer=performer,
        other=people.performer(),
        fresh=people.order(customer),
        taken=people.taken(performer, customer),
        rated=people.rated(4, performer, customer),
        category=people.category("unused"),
        product=shelved(),
    )


@pytest.fixture
def desk(house: House, client: Browser) -> Browser:
    """The browser in which the admin has signed in."""
    return client.sign_in(house.admin)


def shelved() -> Product:
    """A product that nobody wrote down: the trail is empty."""
    product = Product(name="Cable tie", price=Decimal("12.50"))
    db.session.add(product)
    db.session.commit()
    return product


def trail() -> list[AuditEntry]:
    """The audit trail, oldest first."""
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def last_line() -> tuple[Any, ...]:
    """The newest line of the audit trail."""
    line = trail()[-1]
    return line.actor_id, line.action, line.subject_type, line.subject_id, line.before, line.after
