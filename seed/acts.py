"""Stories taken apart into acts, each of which somebody does at a moment, and the acts of all put in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter

from marketplace.orders.states import OfferStatus
from seed.deals import Assignment, Bid, Payment, Remark
from seed.stories import Step, Story


class Scene(Enum):
    """What happens in an act that has no part of the story to tell it."""

    RATE = "the customer rates the order"
    ANSWER = "the performer answers the review"


@dataclass(frozen=True, slots=True)
class Decision:
    """An offer ends before the order is anybody's."""

    bid: Bid


Part = Step | Assignment | Payment | Bid | Decision | Remark | Scene


@dataclass(slots=True)
class Act:
    """One thing that somebody does at a planned second; `event_id` is for the history line that it leaves.

    An act of a rich deal may leave several, and gets no id for them.
    """

    planned: int
    part: Part
    story: Story
    order_id: int
    event_id: int = 0


def list_acts(stories: Sequence[Story], first_order: int, first_event: int) -> list[Act]:
    """All acts of all stories by time, the ids of orders and history lines given out in this order."""
    acts = [
        Act(planned, part, story, order_id)
        for order_id, story in enumerate(stories, start=first_order)
        for planned, part in _parts(story)
    ]
    # The sort is stable: acts of one order that fall into the same second keep their order.
    acts.sort(key=attrgetter("planned"))
    event_id = first_event
    for act in acts:
        if not act.story.deal.is_rich:
            act.event_id = event_id
            event_id += 1
    return acts


def _parts(story: Story) -> Iterator[tuple[int, Part]]:
    deal = story.deal
    for step in story.steps:
        if not step.implied:
            yield step.planned, step
    if deal.assignment is not None:
        yield deal.assignment.planned, deal.assignment
    for payment in deal.payments:
        yield payment.planned, payment
    if story.opinion is not None:
        yield story.opinion.planned, Scene.RATE
        if story.opinion.answer is not None:
            yield story.opinion.answered, Scene.ANSWER
    for bid in deal.bids:
        yield bid.planned, bid
        if bid.outcome is not OfferStatus.SENT and not bid.implied:
            yield bid.decided, Decision(bid)
    for remark in deal.remarks:
        yield remark.planned, remark
