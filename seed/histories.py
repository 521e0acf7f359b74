"""Plots told in full: the order's texts, its steps with people, times and reasons, its review, and its deal."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from marketplace.accounts.states import Role
from marketplace.orders.states import MAX_RATING, MIN_RATING, Status
from seed.calendar import DAY, day_of, waking
from seed.cast import CUSTOMER, MANAGER, NAMED, PERFORMER, Person
from seed.dealing import Dealer
from seed.deals import Rates
from seed.plots import SPAN_DAYS, Ending, Plot
from seed.stories import Opinion, Step, Story, usual_price
from seed.vocabulary import TOWNS, Job, Kind, kinds, vocabulary

NEVER = 2**62
MINUTES = 600
CAMEO_WORK = 5 * DAY
MOST_HELD = 8
"""Below the setting's default, so that the demo people can still take an order."""

WITHDRAWAL_CHANCE = 0.05
BY_AGREEMENT_CHANCE = 0.12
NO_DEADLINE_CHANCE = 0.1
RATED_CHANCE = 0.78
ANSWERED_CHANCE = 0.4
DESK_CHANCE = 0.15


class Narrator:
    """Tells plots, which come in the order of their posting, keeping in mind who is busy when."""

    def __init__(
        self, cast: Sequence[Person], *, orders: int, last: int, limit: int, rates: Rates, random: Random
    ) -> None:
        self._cast = cast
        self._last = last
        self._limit = min(limit, MOST_HELD)
        self._random = random
        self._today = day_of(last)
        named = len(NAMED)
        self._customers = {
            town: [
                place
                for place, person in enumerate(cast)
                if person.role is Role.CUSTOMER and person.town == town and place >= named
            ]
            for town in TOWNS
        }
        performers = [place for place, person in enumerate(cast) if person.role is Role.PERFORMER and place >= named]
        self._performers = {
            place: [performer for performer in performers if place in cast[performer].kinds]
            or [performer for performer in performers if cast[performer].town == kind.town]
            for place, kind in enumerate(kinds())
        }
        self._joined = {kind: [cast[place].joined for place in places] for kind, places in self._performers.items()}
        self._customers_joined = {
            town: [cast[place].joined for place in places] for town, places in self._customers.items()
        }
        self._kinds = [place for place, kind in enumerate(kinds()) for _ in range(kind.weight)]
        self._kinds_of_the_named = [place for place in self._kinds if kinds()[place].town == cast[CUSTOMER].town]
        self._busy: dict[int, list[tuple[int, int]]] = {}
        # With very many orders per performer work goes faster, or nobody would ever be free.
        self._haste = min(1.0, SPAN_DAYS * 3 / 10 * len(performers) / max(1, orders))
        self._dealer = Dealer(cast, self._performers, rates=rates, orders=orders, last=last, random=random)

    def tell(self, plots: Sequence[Plot]) -> Iterator[Story]:
        """The stories, one by one."""
        for plot in plots:
            yield self._story(plot)

    def _story(self, plot: Plot) -> Story:
        random = self._random
        certain = plot.performer if plot.performer is not None else plot.deserter
        if certain is None and plot.rival is not None:
            certain = PERFORMER
        if certain is not None:
            place = random.choice(self._cast[certain].kinds)
        else:
            place = random.choice(self._kinds if plot.customer is None else self._kinds_of_the_named)
        kind = kinds()[place]
        job = random.choice(kind.jobs)
        customer = self._customer(plot, kind.town)
        words = vocabulary(self._cast[customer].language)
        title, description = words.order(kind, job, random)
        story = Story(
            kind=place,
            title=title,
            description=description,
            price=usual_price(job, random) if random.random() >= BY_AGREEMENT_CHANCE else None,
            deadline=self._deadline(plot, job),
            customer=customer,
            steps=[Step(plot.planned, Status.NEW, customer)],
        )
        self._lead_to_the_end(story, plot, kind, job)
        self._dealer.strike(story, plot, job)
        return story

    def _lead_to_the_end(self, story: Story, plot: Plot, kind: Kind, job: Job) -> None:
        random = self._random
        after, left = plot.planned, self._last - plot.planned
        if plot.deserter is not None or (plot.may_be_given_back and random.random() < WITHDRAWAL_CHANCE):
            after = self._desert(story, plot, after, left)
        left = self._last - after
        if plot.ending is Ending.OPEN:
            return
        if plot.ending is Ending.DROPPED:
            self._cancel(story, after + self._within(8 * DAY, left * 0.9), None)
            return
        taken = after + self._within(1.2 * DAY, left * 0.4)
        work = int((0.3 + 0.8 * random.random()) * job.high_days * DAY * self._haste)
        if plot.performer is not None:
            # The named performer has many orders in few weeks and must not be busy with all of them at once.
            work = min(work, CAMEO_WORK)
        done = min(taken + max(work, MINUTES), self._last - int((self._last - taken) * 0.02))
        until = NEVER if plot.ending is Ending.HELD else done
        performer = self._performer(story, taken, until, plot.performer)
        if performer is None:
            self._cancel(story, done, None)
            return
        self._engage(performer, taken, until)
        story.steps.append(Step(taken, Status.IN_PROGRESS, performer, performer))
        if plot.ending is Ending.STOPPED:
            self._cancel(story, done, performer)
        elif plot.ending is Ending.COMPLETED:
            story.steps.append(Step(done, Status.COMPLETED, performer, performer))
            self._review(story, plot, done, performer)

    def _desert(self, story: Story, plot: Plot, after: int, left: int) -> int:
        """Somebody takes the order and gives it back; returns when."""
        taken = after + self._within(1.5 * DAY, left * 0.2)
        back = taken + self._within(2 * DAY, left * 0.2)
        performer = self._performer(story, taken, back, plot.deserter)
        if performer is None:
            return after
        self._engage(performer, taken, back)
        reason = vocabulary(self._cast[story.customer].language).reason("withdrawals", self._random)
        story.steps.append(Step(taken, Status.IN_PROGRESS, performer, performer))
        story.steps.append(Step(back, Status.NEW, performer, performer, reason))
        return back

    def _cancel(self, story: Story, planned: int, performer: int | None) -> None:
        words = vocabulary(self._cast[story.customer].language)
        if self._cast[story.customer].town == self._cast[MANAGER].town and self._random.random() < DESK_CHANCE:
            note = words.reason("desk_cancellations", self._random)
            story.steps.append(Step(planned, Status.CANCELLED, MANAGER, performer, note))
            return
        note = words.reason("cancellations_new" if performer is None else "cancellations_taken", self._random)
        story.steps.append(Step(planned, Status.CANCELLED, story.customer, performer, note))

    def _review(self, story: Story, plot: Plot, done: int, performer: int) -> None:
        random = self._random
        planned = done + MINUTES + int(random.expovariate(1 / (1.5 * DAY)))
        if plot.rated:
            planned = min(planned, done + (self._last - done) // 2)
        elif plot.rated is False or planned > self._last or random.random() >= RATED_CHANCE:
            return
        mark = random.gauss(self._cast[performer].quality, 1.3)
        # A bad day happens to everybody.
        rating = min(MAX_RATING, max(MIN_RATING, round(mark if random.random() >= 0.04 else mark - 4)))
        words = vocabulary(self._cast[story.customer].language)
        story.opinion = Opinion(planned, rating, words.review(rating, random))
        answered = planned + MINUTES + int(random.expovariate(1 / DAY))
        if plot.answered:
            answered = min(answered, planned + (self._last - planned) // 2)
        elif plot.answered is False or answered > self._last or random.random() >= ANSWERED_CHANCE:
            return
        story.opinion.answer = words.reply(rating, random)
        story.opinion.answered = answered

    def _customer(self, plot: Plot, town: int) -> int:
        if plot.customer is not None:
            return plot.customer
        known = bisect_right(self._customers_joined[town], waking(plot.planned))
        # The first to come order most.
        return self._customers[town][int(known * self._random.random() ** 1.3)]

    def _performer(self, story: Story, taken: int, until: int, certain: int | None) -> int | None:
        """Who is `certain`, or works in the category, has joined, never gave the order back, and is free; or None."""
        if certain is not None and self._is_free(certain, taken, until, story.steps[0].planned):
            return certain
        places = self._performers[story.kind]
        known = bisect_right(self._joined[story.kind], waking(taken))
        for _ in range(12 if known else 0):
            place = places[int(known * self._random.random() ** 1.3)]
            deserted = any(step.performer == place for step in story.steps)
            if not deserted and self._is_free(place, taken, until, story.steps[0].planned):
                return place
        return None

    def _is_free(self, performer: int, start: int, end: int, present: int) -> bool:
        """True when fewer orders than the limit overlap; counted by overlaps, hence never too many at any moment."""
        engagements = self._busy.get(performer)
        if engagements is None:
            return True
        # Later orders are posted later, so what has ended by now never overlaps again.
        engagements[:] = [engagement for engagement in engagements if engagement[1] > present]
        return (
            sum(1 for other_start, other_end in engagements if other_start <= end and other_end >= start) < self._limit
        )

    def _engage(self, performer: int, start: int, end: int) -> None:
        self._busy.setdefault(performer, []).append((start, end))

    def _within(self, usual: float, most: float) -> int:
        """A random wait of `usual` seconds on average, but not more than `most`."""
        return int(min(MINUTES + self._random.expovariate(1 / usual), max(most, 1)))

    def _deadline(self, plot: Plot, job: Job) -> date | None:
        random = self._random
        days = job.low_days + int(random.random() * (job.high_days - job.low_days + 1))
        if random.random() < NO_DEADLINE_CHANCE:
            return None
        planned = day_of(plot.planned) + timedelta(days=days)
        if plot.ending is Ending.OPEN:
            return max(planned, self._today + timedelta(days=2 + days // 3))
        if plot.ending is Ending.HELD:
            # Work in progress is rarely late, and never by much.
            return max(planned, self._today + timedelta(days=random.randrange(-2, 12)))
        return planned
