"""A story: one order from its posting to where it stands today. It is only a plan, and people are places in the cast.

`seed.playing` acts it out through the services, `seed.copying` writes it down as rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from marketplace.orders.states import Status
from seed.deals import Deal
from seed.vocabulary import Job


@dataclass(slots=True)
class Step:
    """A change of status at a planned second; people are places in the cast.

    An `implied` one follows from an offer or its end, and nobody acts for it; `actor` None is nobody at all.
    """

    planned: int
    status: Status
    actor: int | None
    performer: int | None = None
    note: str = ""
    implied: bool = False


@dataclass(slots=True)
class Opinion:
    """The review of a completed order and the performer's answer to it."""

    planned: int
    rating: int
    text: str
    answer: str | None = None
    answered: int = 0


@dataclass(slots=True)
class Story:
    """One order from its posting (`steps[0]`) to where it stands today; `price` is in whole units."""

    kind: int
    title: str
    description: str
    price: int | None
    deadline: date | None
    customer: int
    steps: list[Step]
    opinion: Opinion | None = None
    deal: Deal = field(default_factory=Deal)

    @property
    def ending(self) -> Status:
        """Where the order stands today."""
        return self.steps[-1].status


def usual_price(job: Job, random: Random) -> int:
    """What somebody would pay, in whole units: mostly towards the low end, rounded the way people round."""
    price: float = job.low_price + (job.high_price - job.low_price) * random.random() ** 1.8
    return rounded(price)


def rounded(price: float) -> int:
    """`price` the way people round it, and never nothing."""
    step = 100 if price < 3000 else 500 if price < 15_000 else 1000 if price < 50_000 else 5000
    return max(step, round(price / step) * step)
