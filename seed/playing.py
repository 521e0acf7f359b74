"""Stories acted out through the services, act by act in the order of time, with the clock set to each moment.

The two towns have nothing in common but the database, so two processes play them at the same time without ever
waiting for each other's locks. Each is one transaction, and both commit or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from marketplace.accounts.models import Account
from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.states import Pricing, Status
from seed.acts import Act, Scene, list_acts
from seed.calendar import moment, waking
from seed.cast import ADMIN, CUSTOMER, NAMED, Person
from seed.categories import add_categories
from seed.moderating import moderate
from seed.numbering import GivenIds, advance_sequences, first_free
from seed.papers import add_papers
from seed.people import add_people
from seed.second_hand import SecondHand
from seed.shelf import Good, stock
from seed.stories import Step, Story
from seed.trading import Trade
from seed.vocabulary import TOWNS, kinds

NEWS = 50
"""Acts between two reports."""

Report = Callable[[int, int], None]
"""Told how many acts of how many are done."""


def play(cast: Sequence[Person], stories: Sequence[Story], *, password_hash: str, limit: int, report: Report) -> None:
    """Everybody comes, then everything happens, then an admin looks after the house; all of it or nothing is kept."""
    first = first_free()
    acts = list_acts(stories, first["orders"], first["order_events"])
    # What gets no id from us follows what does. One process alone adds such rows, so they too are the same every time.
    advance_sequences(
        {
            "accounts": first["accounts"] + len(cast),
            "categories": first["categories"] + len(kinds()),
            "orders": first["orders"] + len(stories),
            "order_events": first["order_events"] + sum(act.event_id > 0 for act in acts),
        }
    )
    # A fork must not share a connection with this process.
    db.session.remove()
    db.engine.dispose()
    ids = GivenIds(
        {person.email: first["accounts"] + place for place, person in enumerate(cast)},
        {kind.slug: first["categories"] + place for place, kind in enumerate(kinds())},
    )
    here, there = (Town(town, cast, acts, ids, password_hash, limit) for town in TOWNS)
    with ids, SecondHand(there.live) as second:
        here.live(report)
        ids.event_id = 0
        moderate(here.people[ADMIN], named=[here.people[place].id for place in range(len(NAMED))])
        add_papers(here.people[CUSTOMER])
        second.wait()
        db.session.commit()
        second.commit()


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
        self._trade = Trade({}, [], limit)

    def live(self, report: Report = lambda done, total: None) -> None:
        """Adds the town and acts everything out, without a commit."""
        self._categories = add_categories(self._town)
        self.people = add_people(self._cast, self._town, self._categories, self._password_hash)
        self._trade = Trade(self.people, self._goods(), self._limit)
        for number, act in enumerate(self._acts, start=1):
            with clock.fixed(moment(waking(act.planned))):
                self._perform(act)
            if number % NEWS == 0:
                report(number, len(self._acts))

    def _perform(self, act: Act) -> None:
        self._ids.order_id, self._ids.event_id = act.order_id, act.event_id
        story, opinion = act.story, act.story.opinion
        if isinstance(act.part, Step):
            self._move(act, act.part)
        elif act.part is Scene.RATE and opinion is not None:
            customer = self.people[story.customer]
            orders.rate_order(act.order_id, rating=opinion.rating, text=opinion.text, by=customer)
        elif act.part is Scene.ANSWER and opinion is not None and opinion.answer is not None:
            performer = self._person(story.steps[-1].performer)
            orders.answer_review(act.order_id, answer=opinion.answer, by=performer)
        else:
            self._trade.act(act)

    def _move(self, act: Act, step: Step) -> None:
        story, order_id, actor = act.story, act.order_id, self._person(step.actor)
        match step.status:
            case Status.NEW if step is story.steps[0]:
                orders.post_order(
                    title=story.title,
                    description=story.description,
                    category_id=self._categories[story.kind].id,
                    price=None if story.price is None else Decimal(story.price),
                    deadline=story.deadline,
                    pricing=story.deal.pricing,
                    lines=self._trade.lines(story.deal.items),
                    by=actor,
                )
            case Status.NEW:
                orders.withdraw_order(order_id, reason=step.note, by=actor)
            case Status.QUOTING:
                orders.request_quote(order_id, by=actor)
            case Status.IN_PROGRESS if story.deal.pricing is Pricing.QUOTE:
                self._trade.accept(act)
            case Status.IN_PROGRESS:
                orders.take_order(order_id, limit=self._limit, by=actor)
            case Status.COMPLETED:
                orders.complete_order(order_id, by=actor)
            case Status.CANCELLED:
                orders.cancel_order(order_id, reason=step.note, by=actor)

    def _goods(self) -> list[Good]:
        """What the admin has put on the shelf before the first order; the other town has no rich deals."""
        if ADMIN not in self.people:
            return []
        with clock.fixed(moment(self._cast[ADMIN].joined)):
            return stock(self.people[ADMIN])

    def _person(self, place: int | None) -> Account:
        """Who is at this place of the cast; nobody else acts."""
        assert place is not None
        return self.people[place]
