"""Offers for one order: who sends them, what they say, and what becomes of each until somebody has the order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from random import Random

from marketplace.orders.states import OfferStatus, Status
from seed.calendar import DAY, waking
from seed.cast import PERFORMER, Person
from seed.deal_words import deal_words
from seed.deals import Bid, Item
from seed.plots import Plot, Rival
from seed.stories import Step, Story, rounded
from seed.vocabulary import Job, kinds

RUN = 600
"""Seconds between two looks of the house for offers whose time is over."""

ASKED_CHANCE = 0.7
NO_OFFERS_CHANCE = 0.35
REVISED_CHANCE = 0.15
EXPIRING_CHANCE = 0.4
WITH_LINES_CHANCE = 0.6
WITHDRAWN_BELOW, DECLINED_BELOW, EXPIRED_BELOW = 0.1, 0.25, 0.36
FATES = {Rival.RETRACTS: 0.0, Rival.FORGETS: DECLINED_BELOW, Rival.WAITS: 1.0}
MOST_RIVALRIES = 40
"""About how many offers the named performer sends beside those of the plots, however many orders there are."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which offers come: until `closer` accepts that of `winner` or cancels, or until now."""

    start: int
    end: int
    winner: int | None
    closer: int | None


class Bidding:
    """Makes the offers of stories, one story after the other; `quotes` is about how many there will be."""

    def __init__(
        self,
        cast: Sequence[Person],
        performers: Mapping[int, Sequence[int]],
        *,
        quotes: float,
        last: int,
        random: Random,
    ) -> None:
        self._cast = cast
        self._performers = performers
        self._joined = {kind: [cast[place].joined for place in places] for kind, places in performers.items()}
        everybody = {place for places in performers.values() for place in places}
        self._everybody = sorted(everybody)
        self._rivalry = min(0.2, MOST_RIVALRIES / max(1.0, quotes))
        self._last = last
        self._random = random

    def hold(self, story: Story, plot: Plot, job: Job) -> None:
        """Adds the offers, and the steps that follow from them."""
        random = self._random
        window = self._window(story)
        if random.random() < ASKED_CHANCE or plot.bidders == 0:
            story.steps.insert(1, Step(window.start, Status.QUOTING, story.customer))
        base = story.price or (job.low_price * 2 + job.high_price) // 3
        for bidder in self._bidders(story, plot, window):
            story.deal.bids += self._versions(story, plot, window, bidder, base, job)
        for step in story.steps:
            if step.status is Status.IN_PROGRESS:
                # Nobody takes such an order: its customer accepts an offer.
                step.actor = story.customer
        story.deal.bids.sort(key=attrgetter("planned"))
        _imply(story, window)

    def _window(self, story: Story) -> Window:
        start, *others = story.steps
        if not others:
            return Window(start.planned, self._last, None, None)
        # The desk may cancel, but who gets the order is for its customer to say.
        closer = others[0].actor if others[0].status is Status.CANCELLED else story.customer
        return Window(start.planned, others[0].planned, others[0].performer, closer)

    def _bidders(self, story: Story, plot: Plot, window: Window) -> list[int]:
        """Different performers, whoever wins and the rival of the plot among them."""
        random = self._random
        wanted = plot.bidders
        if wanted is None:
            is_ignored = window.winner is None and random.random() < NO_OFFERS_CHANCE
            wanted = 0 if is_ignored else random.choice((1, 2, 2, 3, 3, 4))
        chosen = [] if window.winner is None else [window.winner]
        is_rival = plot.rival is not None or (
            wanted > len(chosen)
            and plot.bidders is None
            and story.kind in self._cast[PERFORMER].kinds
            and random.random() < self._rivalry
        )
        if is_rival and PERFORMER not in chosen:
            chosen.append(PERFORMER)
        places = self._performers[story.kind]
        known = bisect_right(self._joined[story.kind], waking(window.start))
        for _ in range(12 if known else 0):
            if len(chosen) >= wanted:
                break
            place = places[int(known * random.random())]
            if place not in chosen:
                chosen.append(place)
        if plot.bidders is not None:
            # Where few people live, somebody of another trade tries too.
            town = kinds()[story.kind].town
            others = [place for place in self._everybody if place not in chosen and self._is_there(place, town, window)]
            chosen += others[: max(0, wanted - len(chosen))]
        return chosen

    def _is_there(self, place: int, town: int, window: Window) -> bool:
        return self._cast[place].town == town and self._cast[place].joined <= waking(window.start)

    def _versions(self, story: Story, plot: Plot, window: Window, bidder: int, base: int, job: Job) -> list[Bid]:
        """What one performer sends: an offer, and now and then a cheaper one instead of it."""
        random, gap = self._random, window.end - window.start
        words = deal_words(self._cast[story.customer].language)
        is_winner = bidder == window.winner
        planned = window.start + int(gap * random.uniform(0.1, 0.6) if is_winner else gap * random.uniform(0.05, 0.9))
        price = rounded(base * random.uniform(0.7, 1.35))
        items = _priced(story.deal.items, price) if random.random() < WITH_LINES_CHANCE else ()
        if window.closer is not None:
            # Who accepts lines replaces those of the order; the demo keeps to offers for the whole.
            items = ()
        days = random.randint(job.low_days, job.high_days)
        first = Bid(planned, bidder, 1, _worth(items) or price, days, words.offer(random), items=items)
        bids = [first]
        revised = planned + int((window.end - planned) * random.uniform(0.2, 0.7))
        if revised > planned + RUN and not items and random.random() < REVISED_CHANCE:
            first.outcome, first.decided, first.implied = OfferStatus.SUPERSEDED, revised, True
            bids.append(Bid(revised, bidder, 2, rounded(price * 0.88), days, words.revised_offer(random)))
        self._decide(bids[-1], plot, window, story, is_winner=is_winner)
        return bids

    def _decide(self, bid: Bid, plot: Plot, window: Window, story: Story, *, is_winner: bool) -> None:
        random = self._random
        words = deal_words(self._cast[story.customer].language)
        later = bid.planned + int((window.end - bid.planned) * random.uniform(0.2, 0.9))
        is_plotted = plot.bidders is not None or bid.performer == PERFORMER
        fate = 1.0 if is_winner or is_plotted or later <= bid.planned else random.random()
        if plot.rival is not None and bid.performer == PERFORMER:
            fate = FATES[plot.rival]
        if fate < WITHDRAWN_BELOW:
            bid.outcome, bid.decided, bid.decider = OfferStatus.WITHDRAWN, later, bid.performer
            bid.reason = words.offer_withdrawal(random)
        elif fate < DECLINED_BELOW:
            bid.outcome, bid.decided, bid.decider = OfferStatus.DECLINED, later, story.customer
            bid.reason = words.decline(random)
        elif fate < EXPIRED_BELOW and (over := bid.planned + random.choice((1, 2, 3, 7)) * DAY) < window.end - RUN:
            bid.expires = over
            bid.outcome, bid.decided = OfferStatus.EXPIRED, (over // RUN + 1) * RUN
        elif window.closer is not None:
            bid.outcome = OfferStatus.ACCEPTED if is_winner else OfferStatus.DECLINED
            bid.decided, bid.decider, bid.implied = window.end, window.closer, True
        if bid.expires is None and random.random() < EXPIRING_CHANCE:
            bid.expires = max(bid.decided or window.end, bid.planned) + random.choice((3, 7, 14, 30)) * DAY


def _imply(story: Story, window: Window) -> None:
    """Adds the steps to quoted and back that follow from the offers; an unasked order first begins to wait for them."""
    changes: list[tuple[int, int, int | None]] = [
        (bid.planned, 1, bid.performer) for bid in story.deal.bids if bid.version == 1
    ]
    changes += [(bid.decided, -1, bid.decider) for bid in story.deal.bids if bid.decided and not bid.implied]
    changes.sort(key=lambda change: change[0])
    before, after = story.steps[:1], story.steps[1:]
    if after and after[0].status is Status.QUOTING:
        before.append(after.pop(0))
    live = 0
    for planned, number, actor in changes:
        live += number
        if live == number == 1:
            if len(before) == 1:
                before.append(Step(planned, Status.QUOTING, actor, implied=True))
            before.append(Step(planned, Status.QUOTED, actor, implied=True))
        elif live == 0:
            before.append(Step(planned, Status.QUOTING, actor, implied=True))
    story.steps[:] = [*before, *after]


def _priced(items: Sequence[Item], price: int) -> tuple[Item, ...]:
    """The lines of an order at prices of one's own, about `price` in all; products are not for a performer to price."""
    if not items or any(item.pick is not None for item in items):
        return ()
    share = price / max(1, _worth(items))
    return tuple(Item(item.quantity, item.name, rounded(item.price * share)) for item in items)


def _worth(items: Sequence[Item]) -> int:
    return sum(item.quantity * item.price for item in items)
