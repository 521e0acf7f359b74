"""What becomes of each order and when it was posted: the skeleton of the demo, one plot per order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from random import Random
from typing import Any

from marketplace.orders.states import MoneyState
from seed.calendar import DAY
from seed.cast import CUSTOMER, MANAGER, PERFORMER

SPAN_DAYS = 545
"""How far back the demo goes: about eighteen months."""

OPEN_DAYS = 45
HELD_DAYS = 26


class Ending(Enum):
    """Where an order stands today."""

    OPEN = "open"
    HELD = "held by a performer"
    COMPLETED = "completed"
    DROPPED = "cancelled while new"
    STOPPED = "cancelled while in progress"


class Rival(Enum):
    """What the named performer does with an offer that does not win."""

    WAITS = "waits for the answer"
    RETRACTS = "takes it back"
    FORGETS = "lets its time go by"


@dataclass(frozen=True, slots=True)
class Plot:
    """One order. Everything that is None is left to chance."""

    planned: int
    ending: Ending
    customer: int | None = None
    performer: int | None = None
    deserter: int | None = None
    """Who takes the order first and gives it back."""
    rated: bool | None = None
    answered: bool | None = None
    quoted: bool | None = None
    bidders: int | None = None
    """How many offers come; all of them stand until somebody decides on them all."""
    rival: Rival | None = None
    """What becomes of the named performer's offer, which does not win."""
    lined: bool | None = None
    goods: bool | None = None
    """Whether there are products among the lines."""
    manager: int | None = None
    money: MoneyState | None = None
    talked: bool | None = None

    @property
    def may_be_given_back(self) -> bool:
        """True where chance may send a performer who changes their mind."""
        return self.ending is not Ending.DROPPED and self.quoted is None


WITH_GOODS = {"lined": True, "goods": True}
COMPARED = {"quoted": True, "bidders": 3, "rival": Rival.WAITS}

# (days ago, ending, what is certain): what customer@ and performer@ find in their cabinets.
CAMEOS: tuple[tuple[float, Ending, dict[str, Any]], ...] = (
    (18, Ending.COMPLETED, {"customer": CUSTOMER, "performer": PERFORMER, "rated": False}),
    (
        7,
        Ending.HELD,
        {
            "customer": CUSTOMER,
            "performer": PERFORMER,
            "manager": MANAGER,
            "money": MoneyState.PAID,
            "talked": True,
            "quoted": True,
            "bidders": 3,
        },
    ),
    (1.2, Ending.OPEN, {"customer": CUSTOMER, "quoted": False}),
    (
        5,
        Ending.OPEN,
        {"customer": CUSTOMER, "manager": MANAGER, "lined": True, "goods": False, "talked": True, **COMPARED},
    ),
    (0.8, Ending.OPEN, {"customer": CUSTOMER, "quoted": True, "bidders": 0}),
    (70, Ending.COMPLETED, {"customer": CUSTOMER, "performer": PERFORMER, "rated": True, "answered": True}),
    (60, Ending.DROPPED, {"customer": CUSTOMER}),
    (120, Ending.STOPPED, {"customer": CUSTOMER}),
    (5, Ending.HELD, {"performer": PERFORMER}),
    (33, Ending.COMPLETED, {"performer": PERFORMER, "rated": True, "answered": False}),
    (50, Ending.COMPLETED, {"deserter": PERFORMER}),
    (130, Ending.STOPPED, {"performer": PERFORMER}),
    (
        13,
        Ending.HELD,
        {"customer": CUSTOMER, "manager": MANAGER, "money": MoneyState.READY_FOR_DELIVERY, **WITH_GOODS},
    ),
    (31, Ending.COMPLETED, {"customer": CUSTOMER, "manager": MANAGER, "money": MoneyState.DELIVERED, **COMPARED}),
    (10, Ending.OPEN, {**COMPARED, "bidders": 2}),
    (3, Ending.OPEN, {**COMPARED, "bidders": 2, "rival": Rival.RETRACTS}),
    (19, Ending.OPEN, {**COMPARED, "bidders": 2, "rival": Rival.FORGETS}),
    (9, Ending.OPEN, {"customer": CUSTOMER, "deserter": PERFORMER}),
    (3, Ending.OPEN, {"customer": CUSTOMER}),
    (20, Ending.OPEN, {"customer": CUSTOMER}),
    (14, Ending.HELD, {"customer": CUSTOMER}),
    (6, Ending.HELD, {"customer": CUSTOMER}),
    (12, Ending.COMPLETED, {"customer": CUSTOMER, "rated": False}),
    (25, Ending.COMPLETED, {"customer": CUSTOMER, "rated": False}),
    (260, Ending.COMPLETED, {"customer": CUSTOMER, "performer": PERFORMER, "rated": True, "answered": True}),
    (200, Ending.DROPPED, {"customer": CUSTOMER}),
    *((days, Ending.COMPLETED, {"customer": CUSTOMER, "rated": True}) for days in (40, 95, 150, 220, 300, 410, 500)),
    (11, Ending.HELD, {"performer": PERFORMER}),
    (16, Ending.HELD, {"performer": PERFORMER}),
    (180, Ending.COMPLETED, {"deserter": PERFORMER}),
    (21, Ending.COMPLETED, {"performer": PERFORMER, "rated": True, "answered": False}),
    (15, Ending.COMPLETED, {"performer": PERFORMER, "rated": False}),
    *(
        (days, Ending.COMPLETED, {"performer": PERFORMER, "rated": True, "answered": True})
        for days in (520, 485, 455, 430, 395, 350, 325, 290, 240, 205, 170, 145, 110, 80, 62, 45)
    ),
)


def make_plots(orders: int, *, performers: int, last: int, random: Random) -> list[Plot]:
    """`orders` plots by the time of their posting, none planned after `last`."""
    plots = [Plot(last - int(days * DAY), ending, **certain) for days, ending, certain in CAMEOS[:orders]]
    others = orders - len(plots)
    # Nobody holds more than a few orders at once, however many there are.
    held = min(int(others * 0.07), performers * 3)
    opened = int(others * 0.3)
    dropped = int(others * 0.08)
    stopped = int(others * 0.04)
    chance = random.random
    for _ in range(opened):
        plots.append(Plot(last - 60 - int(OPEN_DAYS * DAY * chance() ** 1.6), Ending.OPEN))
    for _ in range(held):
        plots.append(Plot(last - DAY // 4 - int(HELD_DAYS * DAY * chance()), Ending.HELD))
    for _ in range(dropped):
        plots.append(Plot(last - DAY - int((SPAN_DAYS - 1) * DAY * chance()), Ending.DROPPED))
    for _ in range(stopped):
        plots.append(Plot(last - 4 * DAY - int((SPAN_DAYS - 4) * DAY * chance()), Ending.STOPPED))
    for _ in range(others - opened - held - dropped - stopped):
        # The house grows: more orders lately than in its first months.
        plots.append(Plot(last - 2 * DAY - int((SPAN_DAYS - 2) * DAY * chance() ** 1.3), Ending.COMPLETED))
    plots.sort(key=attrgetter("planned"))
    return plots
