"""Offers: what performers would do an order for. One row is one version and never changes, only its status does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.db import Amount, Key, Model, choice, length_check
from marketplace.core.errors import Conflict
from marketplace.core.money import MAX_AMOUNT, Money, to_minor
from marketplace.orders.errors import IllegalOfferStep, OrderHidden, PerformerGone
from marketplace.orders.models.lines import Line, line_checks
from marketplace.orders.models.order_table import NOTE_LENGTH
from marketplace.orders.models.orders import Order, Step
from marketplace.orders.states import OFFER_TRANSITIONS, Act, OfferAct, OfferStatus

MESSAGE_LENGTH = 3000
MAX_DAYS = 3650


class Offer(Model):
    """One version of a performer's offer for an order; `author` wrote it: the performer, or a manager for them.

    With lines the price is their sum. `expires_at` None never expires. `replaced_price` and `replaced_lines` are what
    the order had before this offer was accepted; they come back when the performer withdraws.
    """

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint(f"price > 0 AND price <= {to_minor(MAX_AMOUNT)}", name="price_range"),
        CheckConstraint(f"days BETWEEN 1 AND {MAX_DAYS}", name="days_range"),
        CheckConstraint("(status = 'sent') = (decided_at IS NULL)", name="decided_at_when_decided"),
        length_check("message", MESSAGE_LENGTH),
        length_check("reason", NOTE_LENGTH),
        UniqueConstraint("order_id", "performer_id", "version"),
        Index("uq_offers_live", "order_id", "performer_id", unique=True, postgresql_where="status = 'sent'"),
        Index("uq_offers_accepted", "order_id", unique=True, postgresql_where="status = 'accepted'"),
        Index("ix_offers_performer", "performer_id", "id"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    performer_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[OfferStatus] = mapped_column(choice(OfferStatus, "status"), default=OfferStatus.SENT)
    price: Mapped[Amount] = mapped_column(Money())
    days: Mapped[int] = mapped_column(SmallInteger)
    message: Mapped[str] = mapped_column(Text, default="", server_default="")
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    replaced_price: Mapped[Amount | None] = mapped_column(Money())

    order: Mapped[Order] = relationship()
    performer: Mapped[Account] = relationship(foreign_keys=performer_id)
    author: Mapped[Account] = relationship(foreign_keys=author_id)
    lines: Mapped[list[OfferLine]] = relationship(
        primaryjoin="and_(Offer.id == OfferLine.offer_id, OfferLine.position > 0)", order_by="OfferLine.position"
    )
    replaced_lines: Mapped[list[OfferLine]] = relationship(
        primaryjoin="and_(Offer.id == OfferLine.offer_id, OfferLine.position < 0)",
        order_by="OfferLine.position.desc()",
        viewonly=True,
    )

    @property
    def number(self) -> str:
        """What it is called on paper: the order's number and its own."""
        return f"{self.order.number}/{self.id}"

    @property
    def is_live(self) -> bool:
        """True while it can be accepted: sent, and not past its time."""
        return self.status is OfferStatus.SENT and not self.is_overdue

    @property
    def is_overdue(self) -> bool:
        """True once its time is over, whether or not anybody has noted it."""
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def stands(self) -> OfferStatus:
        """The status that people are told: past its time it has expired, before anybody has noted it."""
        return OfferStatus.EXPIRED if self.status is OfferStatus.SENT and self.is_overdue else self.status

    def can(self, act: OfferAct) -> bool:
        """True when `act` is possible in the present state, whoever asks."""
        return self.obstacle(act) is None

    def obstacle(self, act: OfferAct) -> Conflict | None:
        """Why `act` is not possible now, whoever asks; None when it is. Asks the order and the performer too."""
        if self.status is not OfferStatus.SENT:
            return IllegalOfferStep(self.status)
        if act is OfferAct.WITHDRAW:
            return None
        obstacle = self.order.obstacle(Act.DECIDE)
        if obstacle is None and act is OfferAct.ACCEPT:
            if self.is_overdue:
                return IllegalOfferStep(OfferStatus.EXPIRED)
            if self.order.hidden_at is not None:
                return OrderHidden()
            return None if self.performer.has_page else PerformerGone()
        return obstacle

    def decide(self, status: OfferStatus, *, by: Account | None, reason: str = "") -> None:
        """It stands no longer as it did; `by` None is nobody: its time was over."""
        # The listener tolerates a status set to itself, as forms do; a step does not.
        if status not in OFFER_TRANSITIONS[self.status]:
            raise IllegalOfferStep(self.status)
        if by is not None:
            inspect(self).info["step"] = Step(by.id, "")
        self.reason = reason
        self.status = status

    def supersede(self) -> None:
        """Its performer has sent another version, which tells the history of both."""
        self.decide(OfferStatus.SUPERSEDED, by=None)


class OfferLine(Line, Model):
    """A line of an offer. At a negative position: one of the order, kept while the offer's stand in its place."""

    __tablename__ = "offer_lines"
    __table_args__ = (*line_checks(), UniqueConstraint("offer_id", "position"))

    id: Mapped[Key]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"))
