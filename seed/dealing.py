"""Makes deals of stories: managers take care of them, offers and lines come, money moves, people talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from marketplace.accounts.states import Role
from marketplace.orders.states import MoneyState, Pricing, Status
from seed.bidding import Bidding
from seed.calendar import DAY, HOUR
from seed.cast import MANAGER, Person
from seed.deal_words import deal_words
from seed.deals import Assignment, Item, Payment, Rates, Remark
from seed.plots import Plot
from seed.stories import Story, rounded
from seed.vocabulary import TOWNS, Job, kinds

MINUTE = 60
MANAGED_CHANCE = {Status.NEW: 0.35, Status.CANCELLED: 0.4, Status.IN_PROGRESS: 0.8, Status.COMPLETED: 0.8}
MANAGED_BY_THEN = frozenset({Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED})
"""By the first of these steps the desk has looked at the order."""
OWN_CHOICE_CHANCE = 0.8
LINED_QUOTE_CHANCE = 0.35
TALKED_QUOTE_CHANCE = 0.25
BUDGET_CHANCE = 0.3
GOODS_CHANCE = 0.5
SLIP_CHANCE = 0.015

PATH = (MoneyState.PAID, MoneyState.READY_FOR_DELIVERY, MoneyState.DELIVERED)
MONEY_NOW = {
    # How many of these steps the money has gone, most often none for the first ones.
    "held": (0, 0, 0, 1, 1, 1, 1, 2),
    "done": (0, 1, 1, 1, 1, 1, 1, 2, 3, 3),
    "goods": (0, 1, 1, 2, 3, 3, 3, 3),
}


class Dealer:
    """Strikes one deal after the other; the same random numbers make the same deals."""

    def __init__(
        self,
        cast: Sequence[Person],
        performers: Mapping[int, Sequence[int]],
        *,
        rates: Rates,
        orders: int,
        last: int,
        random: Random,
    ) -> None:
        self._cast = cast
        self._rates = rates
        self._last = last
        self._random = random
        self._bidding = Bidding(cast, performers, quotes=orders * rates.quoted / 4, last=last, random=random)
        # The named manager looks after more than the others, so that there is something to see.
        self._desks = {
            town: [
                place
                for place, person in enumerate(cast)
                if person.role is Role.MANAGER and person.town == town
                for _ in range(2 if place == MANAGER else 1)
            ]
            for town in TOWNS
        }

    def strike(self, story: Story, plot: Plot, job: Job) -> None:
        """Adds everything to the story that makes a deal of it."""
        kind = kinds()[story.kind]
        may_be_rich = self._rates.town in (None, kind.town)
        was_given_back = any(step.status is Status.NEW for step in story.steps[1:])
        is_quoted = self._is(plot.quoted, self._rates.quoted if may_be_rich and not was_given_back else 0)
        if is_quoted:
            story.deal.pricing = Pricing.QUOTE
            if self._random.random() >= BUDGET_CHANCE:
                story.price = None
        lined = LINED_QUOTE_CHANCE if is_quoted else self._rates.lined if may_be_rich else 0
        if self._is(plot.lined, lined):
            self._add_lines(story, plot, job)
        if is_quoted:
            self._bidding.hold(story, plot, job)
        self._assign(story, plot, self._desks[kind.town])
        self._pay(story, plot)
        talked = TALKED_QUOTE_CHANCE if is_quoted else self._rates.talked if may_be_rich else 0
        if self._is(plot.talked, talked):
            self._talk(story)

    def _is(self, certain: bool | None, chance: float) -> bool:
        return self._random.random() < chance if certain is None else certain

    def _add_lines(self, story: Story, plot: Plot, job: Job) -> None:
        random = self._random
        works = deal_words(self._cast[story.customer].language).works(kinds()[story.kind].slug)
        chosen = random.sample(range(len(works)), random.randint(1, 4))
        # In the order in which work goes.
        names = [works[place] for place in sorted(chosen)]
        share = (story.price or (job.low_price * 2 + job.high_price) // 3) / len(names)
        items = [Item(1, name, rounded(share * random.uniform(0.5, 1.5))) for name in names]
        if self._is(plot.goods, GOODS_CHANCE):
            items += [
                Item(random.choice((1, 1, 1, 2, 3, 5, 10)), pick=random.random()) for _ in range(random.randint(1, 3))
            ]
        story.deal.items = items
        if random.random() < 0.8:
            story.price = None

    def _assign(self, story: Story, plot: Plot, desk: Sequence[int]) -> None:
        random = self._random
        chance = MANAGED_CHANCE.get(story.ending, MANAGED_CHANCE[Status.NEW]) * self._rates.managed
        if plot.manager is None and (not desk or random.random() >= chance):
            return
        manager = random.choice(desk) if plot.manager is None else plot.manager
        actor = manager if random.random() < OWN_CHOICE_CHANCE or not desk else random.choice(desk)
        start = story.steps[0].planned
        end = next((step.planned for step in story.steps if step.status in MANAGED_BY_THEN), self._last)
        planned = start + min(int(random.expovariate(1 / (3 * HOUR))), int((end - start) * 0.8))
        story.deal.assignment = Assignment(planned, manager, actor)

    def _pay(self, story: Story, plot: Plot) -> None:
        """The manager notes what came and went; nobody else does."""
        random, assignment = self._random, story.deal.assignment
        if assignment is None or story.ending not in (Status.IN_PROGRESS, Status.COMPLETED):
            return
        if plot.money is not None:
            states = PATH[: PATH.index(plot.money) + 1]
        else:
            usual = "held" if story.ending is Status.IN_PROGRESS else "goods" if story.deal.items else "done"
            states = PATH[: random.choice(MONEY_NOW[usual])]
        taken = next(step.planned for step in reversed(story.steps) if step.status is Status.IN_PROGRESS)
        until = self._last
        if story.ending is Status.COMPLETED:
            until = min(until, story.steps[-1].planned + 4 * DAY)
        planned = taken
        for number, state in enumerate(states):
            planned += int((until - planned) * random.uniform(0.1, 0.5))
            story.deal.payments.append(Payment(planned, state, assignment.manager))
            if number == 0 and random.random() < SLIP_CHANCE and planned + 3 * MINUTE <= until:
                story.deal.payments.append(Payment(planned + MINUTE, MoneyState.UNPAID, assignment.manager))
                story.deal.payments.append(Payment(planned + 2 * MINUTE, state, assignment.manager))
                planned += 3 * MINUTE

    def _talk(self, story: Story) -> None:
        """One talk for each time of the order's life; the performer has a say while the order is theirs."""
        assignment, last_step = story.deal.assignment, story.steps[-1]
        manager = None if assignment is None else assignment.manager
        taken = next((step for step in reversed(story.steps) if step.status is Status.IN_PROGRESS), None)
        if taken is None or story.ending is Status.NEW:
            end = last_step.planned if story.ending is Status.CANCELLED else self._last
            if assignment is not None:
                self._say(story, "before", assignment.planned, end, None, manager)
            return
        if assignment is not None and self._random.random() < 0.3:
            self._say(story, "before", assignment.planned, taken.planned, None, manager)
        end = self._last if story.ending is Status.IN_PROGRESS else last_step.planned
        self._say(story, "work", taken.planned, end, taken.performer, manager)
        if story.ending is Status.COMPLETED and self._random.random() < 0.6:
            self._say(story, "after", end, min(self._last, end + 9 * DAY), taken.performer, manager)

    def _say(
        self, story: Story, occasion: str, start: int, end: int, performer: int | None, manager: int | None
    ) -> None:
        random = self._random
        talk = deal_words(self._cast[story.customer].language).talk(occasion, random, managed=manager is not None)
        speakers = {"c": story.customer, "p": performer, "m": manager}
        planned = start + int((end - start) * random.uniform(0.05, 0.6))
        for place, (speaker, text) in enumerate(talk):
            author = speakers[speaker]
            if author is not None:
                story.deal.remarks.append(Remark(planned, author, text))
            usual = MINUTE * 2 + int(random.expovariate(1 / (0.7 * HOUR)))
            planned += min(usual, (end - planned) // (len(talk) - place + 1))
