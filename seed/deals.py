"""What makes an order a deal, as a plan: who looks after it, its lines, the offers for it, its money, and the talk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from marketplace.orders.states import MoneyState, OfferStatus, Pricing


@dataclass(frozen=True, slots=True)
class Item:
    """A line. With `pick`, a number from 0 to 1, it is the product at that part of the pool; `price` is whole units."""

    quantity: int
    name: str = ""
    price: int = 0
    pick: float | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`manager` looks after the order from a planned second on, because `actor` said so."""

    planned: int
    manager: int
    actor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A manager notes a step of the money."""

    planned: int
    state: MoneyState
    actor: int


@dataclass(slots=True)
class Bid:
    """One version of an offer and what became of it; a live one has no `decided`. `decider` None is nobody.

    An `implied` end is that of the order, or of an older version, and nobody acts for it.
    """

    planned: int
    performer: int
    version: int
    price: int
    days: int
    message: str
    expires: int | None = None
    items: tuple[Item, ...] = ()
    outcome: OfferStatus = OfferStatus.SENT
    decided: int = 0
    decider: int | None = None
    reason: str = ""
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment."""

    planned: int
    author: int
    text: str


@dataclass(slots=True)
class Deal:
    """All of it for one order."""

    pricing: Pricing = Pricing.FIXED
    assignment: Assignment | None = None
    items: list[Item] = field(default_factory=list)
    bids: list[Bid] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def is_rich(self) -> bool:
        """True when it takes more than managers at a desk: such orders are played last, in one process."""
        return self.pricing is Pricing.QUOTE or bool(self.items or self.remarks)


class Rates(NamedTuple):
    """How many orders are what; `managed` is a share of the usual. Only in `town` are deals rich, None: everywhere."""

    quoted: float
    lined: float
    talked: float
    managed: float
    town: int | None


COPIED = Rates(quoted=0.15, lined=0.17, talked=0.02, managed=1.0, town=None)
PLAYED = Rates(quoted=0.18, lined=0.03, talked=0.03, managed=0.5, town=0)
"""Acting out takes its time."""
