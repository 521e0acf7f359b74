"""What becomes of each order and when it was posted: the skeleton of the demo, one plot per order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from random import Random

from seed.calendar import DAY
from seed.cast import CUSTOMER, PERFORMER

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


# (days ago, ending, what is certain): what customer@ and performer@ find in their cabinets.
CAMEOS: tuple[tuple[float, Ending, dict[str, int | bool]], ...] = (
    (18, Ending.COMPLETED, {"customer": CUSTOMER, "performer": PERFORMER, "rated": False}),
    (4, Ending.HELD, {"customer": CUSTOMER, "performer": PERFORMER}),
    (1.2, Ending.OPEN, {"customer": CUSTOMER}),
    (70, Ending.COMPLETED, {"customer": CUSTOMER, "performer": PERFORMER, "rated": True, "answered": True}),
    (60, Ending.DROPPED, {"customer": CUSTOMER}),
    (120, Ending.STOPPED, {"customer": CUSTOMER}),
    (5, Ending.HELD, {"performer": PERFORMER}),
    (33, Ending.COMPLETED, {"performer": PERFORMER, "rated": True, "answered": False}),
    (50, Ending.COMPLETED, {"deserter": PERFORMER}),
    (130, Ending.STOPPED, {"performer": PERFORMER}),
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
    plots = [
        Plot(last - int(days * DAY), ending, **certain)  # type: ignore[arg-type]  # the names above are its fields
        for days, ending, certain in CAMEOS[:orders]
    ]
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
