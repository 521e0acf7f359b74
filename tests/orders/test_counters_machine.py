"""P04: after any sequence of acts and direct writes, every counter equals its recount and every history is legal."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Account
from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.orders import services
from marketplace.orders.listeners.counters import count_moved
from marketplace.orders.models import Offer, Order, Review
from marketplace.orders.queries.counters import OWNERS, differences, missing_rows
from marketplace.orders.services import OfferInput
from marketplace.orders.states import OfferStatus, Status
from tests.orders.histories import illegal_steps
from tests.orders.recounts import cells
from tests.people import LIMIT, People
from tests.races.crowd import is_full, size

RECOUNT_EVERY = 4
ASTRAY = 7
"""Among the numbers that choose an order, the one that chooses from all of them, to see the refusals."""

number = st.integers(min_value=0, max_value=ASTRAY)
small = st.integers(min_value=0, max_value=3)
flag = st.booleans()


class Seen:
    """What all runs of the machine saw together."""

    def __init__(self) -> None:
        self.acts = self.refused = self.recounts = self.cells = 0


class World:
    """Two customers, three performers, an admin, two categories and two orders in each state, two more rated."""

    def __init__(self, people: People) -> None:
        self.people = people
        customers, performers = [people.customer() for _ in range(2)], [people.performer() for _ in range(3)]
        for make in (people.order, people.taken, people.completed, partial(people.rated, 7)):
            for customer, performer in zip(customers, performers, strict=False):
                make(customer=customer, **({} if make == people.order else {"performer": performer}))
        self.customers, self.performers = [row.id for row in customers], [row.id for row in performers]
        self.admin_id = people.admin().id
        self.categories = [people.category(slug).id for slug in ("python", "design")]
        self.seen = Seen()


class Trade(RuleBasedStateMachine):
    """People act, and writers write past the services; each run starts with the same world."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.people, self.seen, self.steps = world.people, world.seen, 0
        self.customers, self.performers = list(world.customers), world.performers
        self.categories, self.admin_id = list(world.categories), world.admin_id
        db.session.remove()
        # Under the tests' outer transaction the engine is its connection: each run ends where it began.
        self.savepoint = cast(Connection, db.engine).begin_nested()

    def teardown(self) -> None:
        try:
            if self.steps:
                self.recount()
        finally:
            db.session.remove()
            self.savepoint.rollback()

    def do(self, act: Callable[[], Any], *, keep: bool = True) -> Any:
        """Does and commits, or takes back when `keep` is false; a refusal takes everything back too."""
        self.steps += 1
        self.seen.acts += 1
        try:
            done = act()
            db.session.flush()
            if keep:
                db.session.commit()
                return done
        except (DomainError, IntegrityError):
            self.seen.refused += 1
        db.session.rollback()
        return None

    def who(self, ids: list[int], number: int) -> Account:
        return db.session.get_one(Account, ids[number % len(ids)])

    @property
    def admin(self) -> Account:
        return db.session.get_one(Account, self.admin_id)

    def pick(self, number: int, *statuses: Status) -> Order:
        """An order in one of these states, any order when there is none or when the number says so."""
        query = select(Order).order_by(Order.id)
        fitting = db.session.scalars(query.where(Order.status.in_(statuses))).all() if number != ASTRAY else []
        rows = fitting or db.session.scalars(query).all()
        return rows[number % len(rows)]

    def rated(self, number: int) -> Order:
        """An order with a review where there is one."""
        reviews = db.session.scalars(select(Review).order_by(Review.order_id)).all()
        return reviews[number % len(reviews)].order if reviews else self.pick(number, Status.COMPLETED)

    def holder(self, order: Order, number: int) -> Account:
        return order.performer or self.who(self.performers, number)

    # What people do, through the services.

    @rule(who=small, category=small, stage=st.sampled_from(["order", "order", "taken", "completed", "rated"]))
    def post(self, who: int, category: int, stage: str) -> None:
        customer, performer = self.who(self.customers, who), self.who(self.performers, category)
        if stage == "order":
            self.people.order(customer, category_id=self.categories[category % len(self.categories)])
        elif stage == "rated":
            self.people.rated(who + 1, performer, customer)
        else:
            getattr(self.people, stage)(performer, customer)

    @rule(order=number, who=small, keep=flag)
    def take(self, order: int, who: int, keep: bool) -> None:
        row, performer = self.pick(order, Status.NEW), self.who(self.performers, who)
        self.do(lambda: services.take_order(row.id, limit=LIMIT, by=performer), keep=keep)

    @rule(order=number, who=small, keep=flag)
    def withdraw(self, order: int, who: int, keep: bool) -> None:
        row = self.pick(order, Status.IN_PROGRESS)
        self.do(lambda: services.withdraw_order(row.id, reason="Ill", by=self.holder(row, who)), keep=keep)

    @rule(order=number, who=small)
    def complete(self, order: int, who: int) -> None:
        row = self.pick(order, Status.IN_PROGRESS)
        self.do(lambda: services.complete_order(row.id, by=self.holder(row, who)))

    @rule(order=number, by_admin=flag)
    def cancel(self, order: int, by_admin: bool) -> None:
        row = self.pick(order, Status.NEW, Status.QUOTED, Status.IN_PROGRESS)
        self.do(lambda: services.cancel_order(row.id, reason="Plans", by=self.admin if by_admin else row.customer))

    @rule(order=number, who=small, price=small)
    def offer(self, order: int, who: int, price: int) -> None:
        row = self.pick(order, Status.NEW, Status.QUOTING, Status.QUOTED)
        performer = self.who(self.performers, who)

        def send() -> None:
            if row.status is Status.NEW:
                services.request_quote(row.id, by=self.admin)
            services.send_offer(row.id, OfferInput(days=1, price=Decimal(price + 1)), by=performer)

        self.do(send)

    @rule(offer=number, what=st.sampled_from(["accept", "accept", "decline", "withdraw"]))
    def decide(self, offer: int, what: str) -> None:
        live = Offer.status == OfferStatus.SENT if offer != ASTRAY else Offer.id > 0
        rows = db.session.scalars(select(Offer).where(live).order_by(Offer.id)).all()
        if rows:
            row = rows[offer % len(rows)]
            acts: dict[str, Callable[[], Any]] = {
                "accept": lambda: services.accept_offer(row.id, limit=LIMIT, by=self.admin),
                "decline": lambda: services.decline_offer(row.id, reason="Dear", by=row.order.customer),
                "withdraw": lambda: services.withdraw_offer(row.id, by=row.performer),
            }
            self.do(acts[what])

    @rule(order=number, rating=st.integers(min_value=0, max_value=11))
    def rate(self, order: int, rating: int) -> None:
        row = self.pick(order, Status.COMPLETED)
        self.do(lambda: services.rate_order(row.id, rating=rating, text="", by=row.customer))

    @rule(order=number, who=small)
    def answer(self, order: int, who: int) -> None:
        row = self.rated(order)
        self.do(lambda: services.answer_review(row.id, answer="Thanks", by=self.holder(row, who)))

    @rule(order=number, category=small)
    def edit(self, order: int, category: int) -> None:
        row, chosen = self.pick(order, Status.NEW), self.categories[category % len(self.categories)]
        fields: dict[str, Any] = {"title": "New", "description": "", "price": None, "deadline": None}
        self.do(lambda: services.edit_order(row.id, category_id=chosen, by=self.admin, **fields))

    @rule(order=number, hidden=flag)
    def moderate_order(self, order: int, hidden: bool) -> None:
        row = self.pick(order, Status.NEW)
        self.do(lambda: (services.hide_order if hidden else services.show_order)(row.id, by=self.admin))

    @rule(order=number, hidden=flag, keep=flag)
    def moderate_review(self, order: int, hidden: bool, keep: bool) -> None:
        row = self.rated(order)
        self.do(lambda: (services.hide_review if hidden else services.show_review)(row.id, by=self.admin), keep=keep)

    @rule(order=number, who=small)
    def reassign(self, order: int, who: int) -> None:
        row, performer = self.pick(order, Status.IN_PROGRESS), self.who(self.performers, who).id
        self.do(lambda: services.reassign_order(row.id, performer_id=performer, reason="Ill", by=self.admin))

    # What writers do who know the ORM and none of the services.

    @rule(order=number, status=st.sampled_from(Status), who=small, performer_first=flag)
    def write_status(self, order: int, status: Status, who: int, performer_first: bool) -> None:
        row = self.pick(order, Status.NEW, Status.IN_PROGRESS)
        performer = self.who(self.performers, who).id if status is Status.IN_PROGRESS else None
        sets_performer = status in (Status.NEW, Status.IN_PROGRESS)

        def write() -> None:
            if sets_performer and performer_first:
                row.performer_id = performer
            row.status = status
            if sets_performer and not performer_first:
                row.performer_id = performer

        self.do(write)

    @rule(order=number, category=small, hidden=flag, status=st.sampled_from(Status), by_relationship=flag, keep=flag)
    def write_many_columns_at_once(
        self, order: int, category: int, hidden: bool, status: Status, by_relationship: bool, keep: bool
    ) -> None:
        row, chosen = self.pick(order, Status.NEW), self.categories[category % len(self.categories)]

        def write() -> None:
            if by_relationship:
                row.category = db.session.get_one(Category, chosen)
            else:
                row.category_id = chosen
            row.hidden_at = clock.now() if hidden else None
            row.title = f"{row.title[:20]}!"
            if status is Status.CANCELLED and row.can_become(status):
                row.status = status

        self.do(write, keep=keep)

    @rule(order=number, who=small)
    def give_back_and_take_in_one_flush(self, order: int, who: int) -> None:
        row = self.pick(order, Status.IN_PROGRESS)
        performer = self.holder(row, who)

        def write() -> None:
            row.withdraw(by=performer, note="")
            row.take(performer, by=performer)

        self.do(write)

    @rule(hidden=flag, taken=flag, who=small)
    def add_order(self, hidden: bool, taken: bool, who: int) -> None:
        performer, fields = self.who(self.performers, who), {"customer": self.who(self.customers, who)}

        def write() -> None:
            row = Order(title="Added", author=self.admin, category_id=self.categories[0], **fields)
            row.hidden_at = clock.now() if hidden else None
            db.session.add(row)
            if taken:
                row.take(performer, by=self.admin)

        self.do(write)

    @rule(order=number, rating=st.integers(min_value=1, max_value=10))
    def add_review(self, order: int, rating: int) -> None:
        row = self.pick(order, Status.COMPLETED)
        people: dict[str, Any] = {"customer_id": row.customer_id, "performer_id": row.performer_id}
        added = Review(order_id=row.id, rating=rating, **people)
        # As a writer who has not looked whether there is one: the session would know and only warn.
        db.session.expunge_all()
        self.do(lambda: db.session.add(added))

    @rule(order=number, rating=st.integers(min_value=0, max_value=11), hidden=flag, keep=flag)
    def write_review(self, order: int, rating: int, hidden: bool, keep: bool) -> None:
        review = self.rated(order).review

        def write() -> None:
            if review is not None:
                review.rating = rating
                review.hidden_at = clock.now() if hidden else None

        self.do(write, keep=keep)

    @rule(order=number)
    def write_text_of_review_only(self, order: int) -> None:
        review = self.rated(order).review

        def write() -> None:
            if review is not None:
                review.text = f"{review.text[:20]}!"

        self.do(write)

    @rule(order=number, what=st.sampled_from(["review", "review", "order", "customer"]))
    def delete(self, order: int, what: str) -> None:
        row = self.rated(order)
        doomed = {"review": row.review, "order": row, "customer": row.customer}[what]
        if doomed is not None:
            self.do(lambda: db.session.delete(doomed))

    @rule(order=number, who=small, of_review=flag)
    def swap_people(self, order: int, who: int, of_review: bool) -> None:
        row, other = self.rated(order), self.who(self.performers, who).id
        thing = (row.review if of_review else None) or row
        self.do(lambda: setattr(thing, "performer_id", other))

    @rule(order=number, who=small)
    def act_inside_a_savepoint_that_is_taken_back(self, order: int, who: int) -> None:
        row, performer = self.pick(order, Status.NEW), self.who(self.performers, who)

        def write() -> None:
            nested = db.session.begin_nested()
            services.take_order(row.id, limit=LIMIT, by=performer)
            nested.rollback()
            row.hidden_at = clock.now()

        self.do(write)

    @rule(slug=st.sampled_from(["go", "rust", "qa"]))
    def add_people_and_category(self, slug: str) -> None:
        self.customers.append(self.people.customer().id)
        self.categories.append(self.people.category(slug).id)

    @invariant()
    def counters_and_histories_hold(self) -> None:
        if self.steps and self.steps % RECOUNT_EVERY == 0:
            self.recount()

    def recount(self) -> None:
        self.seen.recounts += 1
        self.seen.cells += cells()
        assert list(differences()) == []
        assert [missing_rows(table) for table in OWNERS] == [0] * len(OWNERS)
        assert illegal_steps() == []


def run(people: People, examples: int, steps: int, *phases: Phase) -> Seen:
    """Runs the machine; the same sequences each time, except in a full run."""
    world = World(people)
    run_state_machine_as_test(
        cast(Any, lambda: Trade(world)),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=not is_full(),
            phases=phases or tuple(Phase),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return world.seen


def test_counters_equal_their_recount_after_any_sequence_of_acts_and_direct_writes(
    people: People, figure: Callable[[str], None]
) -> None:
    seen = run(people, size(40, 300), size(20, 50))
    assert db.session.scalar(select(func.count()).select_from(Order)) == 8
    figure(
        f"P04 machine: 0 of {seen.cells} cells differ in {seen.recounts} recounts,"
        f" after {seen.acts} acts of which {seen.refused} were refused"
    )


def test_the_machine_finds_a_listener_that_is_missing(people: People) -> None:
    event.remove(Order, "after_update", count_moved)
    try:
        with pytest.raises(AssertionError, match="open_orders"):
            run(people, 30, 30, Phase.generate)
    finally:
        event.listen(Order, "after_update", count_moved)
