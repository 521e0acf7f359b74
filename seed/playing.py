"""Stories acted out through the services, act by act in the order of time, with the clock set to each moment.

The two towns have nothing in common but the database, so two processes play them at the same time without ever
waiting for each other's locks. Each is one transaction, and both commit or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from operator import attrgetter

from marketplace.accounts.models import Account
from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.states import Status
from seed.calendar import moment, waking
from seed.cast import ADMIN, NAMED, Person
from seed.categories import add_categories
from seed.moderating import moderate
from seed.numbering import GivenIds, advance_sequences, first_free
from seed.people import add_people
from seed.second_hand import SecondHand
from seed.stories import Step, Story
from seed.vocabulary import TOWNS, kinds

NEWS = 50
"""Acts between two reports."""

Report = Callable[[int, int], None]
"""Told how many acts of how many are done."""


class Scene(Enum):
    """What somebody does in an act."""

    STEP = "moves an order"
    RATE = "rates it"
    ANSWER = "answers the review"


@dataclass(slots=True)
class Act:
    """One thing that somebody does at a planned second; `event_id` is for the history line that it leaves."""

    planned: int
    scene: Scene
    story: Story
    order_id: int
    step: Step | None = None
    event_id: int = 0


def play(cast: Sequence[Person], stories: Sequence[Story], *, password_hash: str, limit: int, report: Report) -> None:
    """Everybody comes, then everything happens, then an admin looks after the house; all of it or nothing is kept."""
    first = first_free()
    # A fork must not share a connection with this process.
    db.session.remove()
    db.engine.dispose()
    acts = list_acts(stories, first["orders"], first["order_events"])
    ids = GivenIds(
        {person.email: first["accounts"] + place for place, person in enumerate(cast)},
        {kind.slug: first["categories"] + place for place, kind in enumerate(kinds())},
    )
    here, there = (Town(town, cast, acts, ids, password_hash, limit) for town in TOWNS)
    with ids, SecondHand(there.live) as second:
        here.live(report)
        # Hiding an order leaves one line more.
        ids.event_id = first["order_events"] + len(acts)
        moderate(here.people[ADMIN], named=[here.people[place].id for place in range(len(NAMED))])
        second.wait()
        advance_sequences(
            {
                "accounts": first["accounts"] + len(cast),
                "categories": first["categories"] + len(kinds()),
                "orders": first["orders"] + len(stories),
                "order_events": first["order_events"] + len(acts) + 1,
            }
        )
        db.session.commit()
        second.commit()


def list_acts(stories: Sequence[Story], first_order: int, first_event: int) -> list[Act]:
    """All acts of all stories by time, the ids of orders and history lines given out in this order."""
    acts = [act for place, story in enumerate(stories) for act in _acts_of(story, first_order + place)]
    # The sort is stable: acts of one order that fall into the same second keep their order.
    acts.sort(key=attrgetter("planned"))
    for event_id, act in enumerate(acts, start=first_event):
        act.event_id = event_id
    return acts


def _acts_of(story: Story, order_id: int) -> Iterator[Act]:
    for step in story.steps:
        yield Act(step.planned, Scene.STEP, story, order_id, step)
    if story.opinion is not None:
        yield Act(story.opinion.planned, Scene.RATE, story, order_id)
        if story.opinion.answer is not None:
            yield Act(story.opinion.answered, Scene.ANSWER, story, order_id)


class Town:
    """Half of the market: its categories, its people and what they do, in the transaction of this process."""

    def __init__(
        self, town: int, cast: Sequence[Person], acts: Sequence[Act], ids: GivenIds, password_hash: str, limit: int
    ) -> None:
        self.people: dict[int, Account] = {}
        self._town = town
        self._cast = cast
        self._acts = [act for act in acts if cast[act.story.customer].town == town]
        self._ids = ids
        self._password_hash = password_hash
        self._limit = limit
        self._categories: dict[int, Category] = {}

    def live(self, report: Report = lambda done, total: None) -> None:
        """Adds the town and acts everything out, without a commit."""
        self._categories = add_categories(self._town)
        self.people = add_people(self._cast, self._town, self._categories, self._password_hash)
        for number, act in enumerate(self._acts, start=1):
            with clock.fixed(moment(waking(act.planned))):
                self._perform(act)
            if number % NEWS == 0:
                report(number, len(self._acts))

    def _perform(self, act: Act) -> None:
        self._ids.order_id, self._ids.event_id = act.order_id, act.event_id
        story, opinion = act.story, act.story.opinion
        if act.step is not None:
            self._move(story, act.order_id, act.step)
        elif opinion is not None and act.scene is Scene.RATE:
            customer = self.people[story.customer]
            orders.rate_order(act.order_id, rating=opinion.rating, text=opinion.text, by=customer)
        elif opinion is not None and opinion.answer is not None:
            orders.answer_review(act.order_id, answer=opinion.answer, by=self.people[story.steps[-1].actor])

    def _move(self, story: Story, order_id: int, step: Step) -> None:
        actor = self.people[step.actor]
        match step.status:
            case Status.NEW if step is story.steps[0]:
                orders.post_order(
                    title=story.title,
                    description=story.description,
                    category_id=self._categories[story.kind].id,
                    price=None if story.price is None else Decimal(story.price),
                    deadline=story.deadline,
                    by=actor,
                )
            case Status.NEW:
                orders.withdraw_order(order_id, reason=step.note, by=actor)
            case Status.IN_PROGRESS:
                orders.take_order(order_id, limit=self._limit, by=actor)
            case Status.COMPLETED:
                orders.complete_order(order_id, by=actor)
            case Status.CANCELLED:
                orders.cancel_order(order_id, reason=step.note, by=actor)
