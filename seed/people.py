"""The cast comes to the marketplace: accounts, profiles and specialties, made through the services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account, Profile
from marketplace.accounts.states import REGISTRABLE, Role
from marketplace.catalog import services as catalog
from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.core.db import db
from seed.calendar import moment
from seed.cast import Person


def add_people(
    cast: Sequence[Person], town: int, categories: Mapping[int, Category], password_hash: str
) -> dict[int, Account]:
    """The people of one town by their places in the cast, each made at the moment when the person joined."""
    people: dict[int, Account] = {}
    admin: Account | None = None
    # The admin comes first, because the other staff are made by one.
    for place, person in sorted(enumerate(cast), key=lambda entry: entry[1].role is not Role.ADMIN):
        if person.town != town:
            continue
        with clock.fixed(moment(person.joined)):
            if person.role in REGISTRABLE:
                account = accounts.register_account(
                    email=person.email,
                    password_hash=password_hash,
                    role=person.role,
                    name=person.name,
                    locale=person.language,
                )
            elif admin is None:
                # The staff of the town without an admin is written down in the same way.
                account = add_without_admin(person, password_hash)
                admin = account if account.role is Role.ADMIN else None
            else:
                account = accounts.create_account(
                    email=person.email, password_hash=password_hash, role=person.role, name=person.name, by=admin
                )
            accounts.update_profile(account, by=account, **profile_fields(person))
            if person.kinds:
                catalog.set_specialties(account, [categories[kind].id for kind in person.kinds], by=account)
        people[place] = account
    return people


def add_without_admin(person: Person, password_hash: str) -> Account:
    """Only an admin makes staff, so the first one is written down without a service."""
    account = Account(
        email=person.email,
        password=password_hash,
        role=person.role,
        active=True,
        profile=Profile(name=person.name),
    )
    db.session.add(account)
    db.session.flush()
    return account


def profile_fields(person: Person) -> dict[str, object]:
    """What the person fills in on the profile page."""
    return {
        "phone": person.phone,
        "messenger": person.messenger,
        "site": person.site,
        "about": person.about,
        "headline": person.headline,
        "usual_price": None if person.usual_price is None else Decimal(person.usual_price),
        "price_unit": person.price_unit,
        "links": list(person.links),
    }
