"""Offers: what performers would do an order for. One row is one version and never changes, only its status does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.db import Amount, Key, Model, choice, length_check
from marketplace.core.money import MAX_AMOUNT, Money, to_minor
from marketplace.orders.models.lines import Line, line_checks
from marketplace.orders.models.orders import NOTE_LENGTH, Order
from marketplace.orders.states import OfferStatus

MESSAGE_LENGTH = 3000
MAX_DAYS = 3650


class Offer(Model):
    """One version of a performer's offer for an order; `author` wrote it: the performer, or a manager for them.

    With lines the price is their sum. `expires_at` None never expires. `replaced_price` is what the order's price was
    before this offer was accepted; it comes back when the performer withdraws.
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
    lines: Mapped[list[OfferLine]] = relationship(order_by="OfferLine.position")

    @property
    def is_live(self) -> bool:
        """True while it can be accepted: sent, and not past its time."""
        return self.status is OfferStatus.SENT and not self.is_overdue

    @property
    def is_overdue(self) -> bool:
        """True once its time is over, whether or not anybody has noted it."""
        return self.expires_at is not None and self.expires_at <= clock.now()


class OfferLine(Line, Model):
    """A line of an offer."""

    __tablename__ = "offer_lines"
    __table_args__ = (*line_checks(), UniqueConstraint("offer_id", "position"))

    id: Mapped[Key]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"))
