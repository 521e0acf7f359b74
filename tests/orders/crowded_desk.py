"""A desk with orders of every kind for the tests of the order list, and what the list must hold, told without SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import policies, services
from marketplace.orders.models import Offer, Order
from marketplace.orders.queries.order_list import OrderFilter
from marketplace.orders.queries.order_list_conditions import Sort
from marketplace.orders.services import OfferInput
from marketplace.orders.states import MONEY_TRANSITIONS, MoneyState, Status
from tests.people import People

WORDS = ("report", "fence", "parser", "отчёт")
START = datetime.fromisoformat("2026-02-01T12:00:00+00:00")


@dataclass
class Desk:
    """Everybody and everything."""

    customers: list[Account]
    performers: list[Account]
    managers: list[Account]
    observer: Account
    admin: Account
    categories: list[int]
    orders: list[Order]

    @property
    def everybody(self) -> list[Account]:
        """One after the other."""
        return [*self.customers, *self.performers, *self.managers, self.observer, self.admin]


def crowded_desk(people: People, number: int = 60, seed: int = 1) -> Desk:
    """So many orders in all states, posted hours and months apart, several at the same moment and at the same price."""
    random = Random(seed)
    desk = Desk(
        customers=[people.customer(name=name) for name in ("Anna Berg", "Anna Stein", "Семён Ёлкин")],
        performers=[people.performer(name=name) for name in ("Pavel Berg", "Пётр Steiner", "Olga")],
        managers=[people.manager(), people.manager()],
        observer=people.observer(),
        admin=people.admin(),
        categories=[people.category(slug).id for slug in ("python", "design", "go")],
        orders=[],
    )
    moment = START
    for _ in range(number):
        moment += timedelta(seconds=random.choice((0, 0, 3600, 86_400, 20 * 86_400)))
        with clock.fixed(moment):
            desk.orders.append(_order(people, desk, random))
    db.session.commit()
    return desk


def _order(people: People, desk: Desk, random: Random) -> Order:
    customer = random.choice(desk.customers)
    by_desk = random.random() < 0.2
    order = services.post_order(
        title=f"Mend {random.choice(WORDS)} {random.randrange(100)}",
        description=f"With {random.choice(WORDS)}",
        category_id=random.choice(desk.categories),
        price=random.choice((None, Decimal(100), Decimal("100.50"), Decimal(random.randrange(1, 3000)))),
        deadline=random.choice((None, date(2026, 6, 1), date(2026, 1, 1) + timedelta(random.randrange(400)))),
        by=desk.managers[0] if by_desk else customer,
        customer=customer if by_desk else None,
    )
    manager, performer = random.choice(desk.managers), random.choice(desk.performers)
    if random.random() < 0.4:
        services.assign_manager(order.id, manager_id=manager.id, by=manager)
    fate = random.choice(("new", "quoting", "quoted", "taken", "taken", "completed", "completed", "cancelled"))
    if fate in ("quoting", "quoted"):
        services.request_quote(order.id, by=customer)
    if fate == "quoted":
        for one in random.sample(desk.performers, random.randrange(1, 3)):
            services.send_offer(order.id, OfferInput(days=3, price=Decimal(50)), by=one)
    if fate in ("taken", "completed"):
        services.take_order(order.id, limit=1000, by=performer)
    if fate == "completed":
        services.complete_order(order.id, by=performer)
    if fate == "cancelled":
        services.cancel_order(order.id, reason="No longer needed", by=customer)
    if fate in ("taken", "completed"):
        for _ in range(random.randrange(4)):
            db.session.refresh(order)
            further = [state for state in MONEY_TRANSITIONS[order.money_state] if state is not MoneyState.UNPAID]
            if further:
                services.set_money(order.id, state=max(further, key=list(MoneyState).index), by=manager)
    if random.random() < 0.1:
        services.hide_order(order.id, by=desk.admin)
    return order


def is_on_list(user: Account, order: Order) -> bool:
    """Whether the order stands on this person's list: staff have all, others their own and what they bid for."""
    if user.is_staff or policies.may_see_history(user, order):
        return True
    bid = select(Offer.id).where(Offer.order_id == order.id, Offer.performer_id == user.id).limit(1)
    return db.session.scalar(bid) is not None and policies.may_view(user, order)


def matches(wanted: OrderFilter, order: Order) -> bool:
    """Whether the order is one that is wanted, asked of its attributes one by one."""
    text = f"{order.title} {order.description}".lower().replace("ё", "е")
    year, dash, _digits = wanted.number.partition("-")
    asked: list[Callable[[], bool]] = [
        lambda: not dash or order.number.startswith(wanted.number),
        lambda: not year or bool(dash) or order.id == int(year) or (len(year) == 4 and order.number.startswith(year)),
        lambda: wanted.customers is None or order.customer_id in wanted.customers,
        lambda: wanted.performers is None or order.performer_id in wanted.performers,
        lambda: wanted.managers is None or order.manager_id in wanted.managers,
        lambda: not wanted.unassigned or order.manager_id is None,
        lambda: wanted.category_id in (None, order.category_id),
        lambda: not wanted.statuses or order.status in wanted.statuses,
        lambda: not wanted.money_states or order.money_state in wanted.money_states,
        lambda: wanted.total_from is None or (order.total is not None and order.total >= wanted.total_from),
        lambda: wanted.total_to is None or (order.total is not None and order.total <= wanted.total_to),
        lambda: wanted.created_from is None or order.created_at >= wanted.created_from,
        lambda: wanted.created_before is None or order.created_at < wanted.created_before,
        lambda: all(word in text for word in wanted.words.replace("ё", "е").split()),
    ]
    return all(question() for question in asked)


def expected(desk: Desk, wanted: OrderFilter, user: Account) -> list[int]:
    """The ids of what `user` must find, in order."""
    found = [order for order in desk.orders if is_on_list(user, order) and matches(wanted, order)]
    if not user.is_staff and (wanted.unassigned or wanted.managers is not None or wanted.money_states):
        # Nobody learns by asking what the row would not tell.
        found = [order for order in found if policies.may_see_history(user, order)]
    name = {Sort.CREATED: "created_at", Sort.TOTAL: "total", Sort.DEADLINE: "deadline"}[wanted.sort]
    with_key = [order for order in found if getattr(order, name) is not None]
    without = [order for order in found if getattr(order, name) is None]
    with_key.sort(key=lambda order: (getattr(order, name), order.id), reverse=wanted.descending)
    without.sort(key=lambda order: order.id, reverse=wanted.descending)
    return [order.id for order in with_key + without]


def random_filter(desk: Desk, random: Random) -> OrderFilter:
    """A few filters at once, each of them likely to let something through."""

    def some(likely: float) -> bool:
        return random.random() < likely

    moment = START + timedelta(days=random.randrange(400))
    number = random.choice(desk.orders).number
    people = tuple(account.id for account in random.sample(desk.everybody, 4))
    return OrderFilter(
        number=random.choice((number, number[:5], number[:8], number[:4], number[5:], "12")) if some(0.1) else "",
        customers=people if some(0.15) else None,
        performers=people if some(0.15) else None,
        managers=people if some(0.15) else None,
        unassigned=some(0.1),
        category_id=random.choice(desk.categories) if some(0.2) else None,
        statuses=tuple(random.sample(list(Status), random.randrange(1, 4))) if some(0.35) else (),
        money_states=tuple(random.sample(list(MoneyState), random.randrange(1, 3))) if some(0.25) else (),
        total_from=Decimal(random.choice(("100", "100.50", "900"))) if some(0.2) else None,
        total_to=Decimal(random.choice(("100.50", "100", "2000"))) if some(0.2) else None,
        created_from=moment if some(0.15) else None,
        created_before=moment + timedelta(days=200) if some(0.15) else None,
        words=random.choice((*WORDS, "mend report")) if some(0.2) else "",
        sort=random.choice(list(Sort)),
        descending=some(0.5),
    )
