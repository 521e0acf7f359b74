"""Tables of orders and the steps an order can make; listeners keep its history, stamps and counters.

Columns with `active_history` are those whose value before a change a listener asks for.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, SmallInteger, String, Text, inspect
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from marketplace.accounts.models import Account
from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.core.db import Amount, Key, Model, choice, length_check, search_vector
from marketplace.core.errors import Conflict
from marketplace.core.money import Money
from marketplace.orders.errors import (
    AlreadyAnswered,
    AlreadyRated,
    FixedPrice,
    GoesByQuote,
    IllegalMoneyStep,
    IllegalStep,
    NotRatedYet,
    OrderHidden,
    ReviewHidden,
)
from marketplace.orders.models.order_table import CHECKS, INDEXES, NOTE_LENGTH, NUMBER_SQL, TOTAL_SQL
from marketplace.orders.states import (
    MAX_RATING,
    MIN_RATING,
    MONEY_TRANSITIONS,
    ON_BOARD,
    POSSIBLE_IN,
    TRANSITIONS,
    Act,
    EventKind,
    MoneyState,
    Pricing,
    Status,
)
from marketplace.threads.models import Thread

REVIEW_LENGTH = 3000


class Step(NamedTuple):
    """Who is moving an order and why, handed from the act to the listener that writes the history; None is the site."""

    actor_id: int | None
    note: str


class Order(Model):
    """Work under contract: `customer` needs it, `author` wrote it down, `manager` looks after it.

    `price` is what was named or agreed for everything, None when nothing was. `total` is what it costs: the price, else
    the sum of the lines, else None, which means by agreement.
    """

    __tablename__ = "orders"
    __table_args__ = (*CHECKS, *INDEXES)

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(Text, Computed(NUMBER_SQL, persisted=True), unique=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), active_history=True)
    pricing: Mapped[Pricing] = mapped_column(choice(Pricing, "pricing"), default=Pricing.FIXED, server_default="fixed")
    price: Mapped[Amount | None] = mapped_column(Money())
    # Kept by listeners, `n = n + x` in SQL: read them only after a refresh.
    # Two places, as the column gives it back: `terms` must not differ before and after.
    lines_total: Mapped[Amount] = mapped_column(Money(), default=Decimal("0.00"), server_default="0")
    lines_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # Of all that a line says; "" without lines, and while those of before the column was there are as they were.
    lines_digest: Mapped[str] = mapped_column(Text, default="", server_default="")
    total: Mapped[Amount | None] = mapped_column(Money(), Computed(TOTAL_SQL, persisted=True))
    deadline: Mapped[date | None]
    customer_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), active_history=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), active_history=True)
    performer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), active_history=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), active_history=True)
    status: Mapped[Status] = mapped_column(choice(Status, "status"))
    money_state: Mapped[MoneyState] = mapped_column(
        choice(MoneyState, "money_state"), default=MoneyState.UNPAID, server_default="unpaid"
    )
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, active_history=True)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    taken_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None] = mapped_column(active_history=True)
    search: Mapped[Any] = search_vector(title="A", description="B")

    category: Mapped[Category] = relationship()
    customer: Mapped[Account] = relationship(foreign_keys=customer_id)
    author: Mapped[Account] = relationship(foreign_keys=author_id)
    performer: Mapped[Account | None] = relationship(foreign_keys=performer_id)
    manager: Mapped[Account | None] = relationship(foreign_keys=manager_id)
    thread: Mapped[Thread | None] = relationship()
    review: Mapped[Review | None] = relationship(viewonly=True)
    events: WriteOnlyMapped[OrderEvent] = relationship(passive_deletes=True, order_by="OrderEvent.id")

    def can(self, act: Act) -> bool:
        """True when `act` is possible in the present state, whoever asks."""
        return self.obstacle(act) is None

    def obstacle(self, act: Act) -> Conflict | None:
        """Why `act` is not possible now, whoever asks; None when it is."""
        if self.status not in POSSIBLE_IN[act]:
            return IllegalStep(self.status)
        if act is Act.TAKE and self.pricing is Pricing.QUOTE:
            return GoesByQuote()
        if act is Act.OFFER and self.pricing is Pricing.FIXED:
            return FixedPrice()
        if act is Act.OFFER and self.hidden_at is not None:
            return OrderHidden()
        if act in (Act.RATE, Act.ANSWER):
            return self._obstacle_to_words(act)
        return None

    def _obstacle_to_words(self, act: Act) -> Conflict | None:
        if act is Act.RATE:
            return None if self.review is None else AlreadyRated()
        if self.review is None:
            return NotRatedYet()
        if self.review.hidden_at is not None:
            return ReviewHidden()
        return None if self.review.answer is None else AlreadyAnswered()

    def can_become(self, status: Status) -> bool:
        """True when one step leads from the present state to `status`."""
        return status in TRANSITIONS[self.status]

    @property
    def is_open(self) -> bool:
        """True while the order is on the board."""
        return self.status in ON_BOARD and self.hidden_at is None

    @property
    def terms(self) -> str:
        """A short text that is another one as soon as what is wanted, a line, the price or the deadline changes."""
        # Without a digest the terms are those that were shown before there were any.
        lines = (self.lines_count, self.lines_total, *filter(None, [self.lines_digest]))
        wanted = (self.title, self.description, self.category_id, self.price, self.deadline, *lines)
        return hashlib.sha256(repr(wanted).encode()).hexdigest()[:32]

    def request_quote(self, *, by: Account) -> None:
        """Performers are to name their price from now on."""
        self.pricing = Pricing.QUOTE
        self._move(Status.QUOTING, by, "")

    def follow_offers(self, *, live: bool, step: Step) -> None:
        """Quoted while an offer is live, quoting again when none is any more."""
        wanted = Status.QUOTED if live else Status.QUOTING
        if self.status in (Status.QUOTING, Status.QUOTED) and self.status is not wanted:
            inspect(self).info["step"] = step
            self.status = wanted

    def take(self, performer: Account, *, by: Account, note: str = "") -> None:
        """`performer` works on it from now on."""
        self._require(Status.IN_PROGRESS)
        self.performer_id = performer.id
        self._move(Status.IN_PROGRESS, by, note)

    def withdraw(self, *, by: Account, note: str) -> None:
        """The performer gives it back; it is open again and the history remembers them."""
        self._move(Status.NEW, by, note)
        self.performer_id = None

    def complete(self, *, by: Account) -> None:
        """The work is done."""
        self._move(Status.COMPLETED, by, "")

    def cancel(self, *, by: Account, note: str) -> None:
        """Nobody needs it any more; the performer, if there was one, stays on record."""
        self._move(Status.CANCELLED, by, note)

    def set_money(self, state: MoneyState, *, by: Account) -> None:
        """The money, or the goods, went a step on, or back after a slip of the hand."""
        if state not in MONEY_TRANSITIONS[self.money_state]:
            raise IllegalMoneyStep(self.money_state)
        inspect(self).info["step"] = Step(by.id, "")
        self.money_state = state

    def assign(self, manager: Account | None, *, by: Account) -> None:
        """`manager` looks after the order from now on; None: nobody does."""
        if (manager.id if manager else None) != self.manager_id:
            self.manager_id = manager.id if manager else None
            # Strangers on the board see when it was changed last, and who looks after it is none of theirs.
            flag_modified(self, "updated_at")
            self.record(EventKind.MANAGER, by=by, manager_id=self.manager_id)

    def record(self, kind: EventKind, *, by: Account, **values: Any) -> None:
        """Adds a line to the history; those of the status and the money write themselves."""
        self.events.add(OrderEvent(kind=kind, at=clock.now(), actor_id=by.id, **values))

    def _require(self, status: Status) -> None:
        if not self.can_become(status):
            raise IllegalStep(self.status)

    def _move(self, status: Status, by: Account, note: str) -> None:
        # The listener tolerates a status set to itself, as forms do; a step does not, or a second taker would win.
        self._require(status)
        inspect(self).info["step"] = Step(by.id, note)
        self.status = status

    def __str__(self) -> str:
        return self.title


class OrderEvent(Model):
    """Insert-only: one thing that happened to an order. `performer` is whose work, or whose offer, it concerned.

    `detail` is the new state of the money or of an offer, or what was done to a comment; `subject_id` the offer,
    comment or file. Inserting one tells every listening screen its id as soon as the transaction commits.
    """

    __tablename__ = "order_events"
    __table_args__ = (
        length_check("note", NOTE_LENGTH),
        CheckConstraint("(kind = 'status') = (to_status IS NOT NULL)", name="status_when_status"),
        Index("ix_order_events_order", "order_id", "id"),
        Index("ix_order_events_performer", "performer_id", "to_status", "id"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[EventKind] = mapped_column(
        choice(EventKind, "kind"), default=EventKind.STATUS, server_default="status"
    )
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    performer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    from_status: Mapped[Status | None] = mapped_column(choice(Status, "from_status"))
    to_status: Mapped[Status | None] = mapped_column(choice(Status, "to_status"))
    detail: Mapped[str] = mapped_column(String(32), default="", server_default="")
    subject_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="", server_default="")

    order: Mapped[Order] = relationship(viewonly=True)
    actor: Mapped[Account | None] = relationship(foreign_keys=actor_id)
    performer: Mapped[Account | None] = relationship(foreign_keys=performer_id)
    manager: Mapped[Account | None] = relationship(foreign_keys=manager_id)


class Review(Model):
    """What the customer says of completed work, once; the performer may answer once."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(f"rating BETWEEN {MIN_RATING} AND {MAX_RATING}", name="rating_range"),
        length_check("text", REVIEW_LENGTH),
        length_check("answer", REVIEW_LENGTH),
        CheckConstraint("customer_id <> performer_id", name="no_self_praise"),
        Index("ix_reviews_performer", "performer_id", "created_at", "order_id"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True, active_history=True)
    performer_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), active_history=True)
    rating: Mapped[int] = mapped_column(SmallInteger, active_history=True)
    text: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None] = mapped_column(active_history=True)

    order: Mapped[Order] = relationship()
    customer: Mapped[Account] = relationship(foreign_keys=customer_id)
    performer: Mapped[Account] = relationship(foreign_keys=performer_id)
