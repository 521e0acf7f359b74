"""Stories written down as lines of COPY. The rows say what the services and listeners would have written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from operator import itemgetter
from typing import Any

from marketplace.core.money import MINOR_UNITS
from marketplace.orders.states import EventKind, MoneyState, OfferStatus, Status
from seed.calendar import DAY, EPOCH, HOUR, waking
from seed.deals import Bid, Item
from seed.shelf import Good, picked
from seed.stories import Story

COLUMNS = {
    "threads": "id, created_at",
    "orders": "id, title, description, category_id, pricing, price, lines_total, lines_count, deadline, customer_id,"
    " author_id, performer_id, manager_id, status, money_state, thread_id, created_at, updated_at, taken_at,"
    " completed_at, cancelled_at, paid_at, ready_at, delivered_at",
    "order_lines": "order_id, position, name, unit, quantity, unit_price, product_id",
    "offers": "id, order_id, performer_id, author_id, version, status, price, days, message, expires_at, created_at,"
    " decided_at, reason, replaced_price",
    "offer_lines": "offer_id, position, name, unit, quantity, unit_price, product_id",
    "comments": "id, thread_id, author_id, text, created_at",
    "order_events": "id, order_id, kind, at, actor_id, performer_id, manager_id, from_status, to_status, detail,"
    " subject_id, note",
    "reviews": "order_id, customer_id, performer_id, rating, text, created_at, answer, answered_at",
}
"""The tables of stories in the order in which they are written, so that nothing points at a row that comes later."""

PATH = (MoneyState.PAID, MoneyState.READY_FOR_DELIVERY, MoneyState.DELIVERED)

Row = tuple[Any, ...]
ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r"))
"""In this order, so that the backslashes of the others are not escaped again."""


class Scribe:
    """Writes stories down, giving out the ids that `following` says and going on from there."""

    def __init__(
        self, people: Sequence[int], categories: Mapping[int, int], goods: Sequence[Good], following: dict[str, int]
    ) -> None:
        self._people = people
        self._categories = categories
        self._goods = goods
        self._following = following
        self._tables: dict[str, list[Row]] = {}

    def lines(self, stories: Iterable[Story]) -> dict[str, str]:
        """All rows of the stories by table."""
        self._tables = {table: [] for table in COLUMNS}
        for story in stories:
            self._write(story)
        return {table: lines_of(rows) for table, rows in self._tables.items()}

    def _next(self, table: str) -> int:
        row_id = self._following[table]
        self._following[table] = row_id + 1
        return row_id

    def _write(self, story: Story) -> None:
        order_id = self._next("orders")
        deal = story.deal
        events, following = self._story_events(story)
        thread_id, total = None, 0
        if deal.is_rich:
            total = self._add_lines("order_lines", order_id, deal.items)
            for bid in deal.bids:
                self._add_offer(order_id, story, bid, events)
            if deal.remarks:
                thread_id = self._add_talk(story, events)
            events += following
        if len(events) > len(story.steps):
            events.sort(key=itemgetter(0))
        self._tables["orders"].append(self._order(order_id, story, thread_id, total))
        history = self._tables["order_events"]
        for planned, *values in events:
            history.append((self._next("order_events"), order_id, values[0], _at(planned), *values[1:]))
        if story.opinion is not None:
            self._tables["reviews"].append(self._review(order_id, story))

    def _order(self, order_id: int, story: Story, thread_id: int | None, total: int) -> Row:
        deal, people = story.deal, self._people
        stamps: dict[str, str | None] = {}
        for step in story.steps:
            stamps[step.status] = None if step.status is Status.NEW else _at(step.planned)
            if step.status is Status.NEW:
                stamps[Status.IN_PROGRESS] = None
        changed = story.steps[-1].planned
        state = MoneyState.UNPAID
        for payment in deal.payments:
            stamps[payment.state] = _at(payment.planned)
            state = payment.state
            changed = max(changed, payment.planned)
        price = next((bid.price for bid in deal.bids if bid.outcome is OfferStatus.ACCEPTED), story.price)
        customer = people[story.customer]
        performer = story.steps[-1].performer
        return (
            order_id,
            story.title,
            story.description,
            self._categories[story.kind],
            deal.pricing.value,
            None if price is None else price * MINOR_UNITS,
            total,
            len(deal.items),
            story.deadline,
            customer,
            customer,
            None if story.ending is Status.NEW or performer is None else people[performer],
            None if deal.assignment is None else people[deal.assignment.manager],
            story.ending.value,
            state.value,
            thread_id,
            _at(story.steps[0].planned),
            _at(changed),
            stamps.get(Status.IN_PROGRESS),
            stamps.get(Status.COMPLETED),
            stamps.get(Status.CANCELLED),
            *(
                stamps.get(reached)
                for reached in (MoneyState.PAID, MoneyState.READY_FOR_DELIVERY, MoneyState.DELIVERED)
            ),
        )

    def _story_events(self, story: Story) -> tuple[list[Row], list[Row]]:
        """What every order has: planned second, kind, actor, performer, manager, from, to, detail, subject, note.

        The second list is what follows from an offer in the same second, and is told after it.
        """
        people, deal = self._people, story.deal
        events: list[Row] = []
        following: list[Row] = []
        before: str | None = None
        for step in story.steps:
            actor = None if step.actor is None else people[step.actor]
            performer = None if step.performer is None else people[step.performer]
            after = step.status.value
            row = (step.planned, "status", actor, performer, None, before, after, "", None, step.note)
            (following if step.implied and before != Status.NEW.value else events).append(row)
            before = after
        if deal.assignment is not None:
            assignment = deal.assignment
            manager = people[assignment.manager]
            events.append(
                (assignment.planned, "manager", people[assignment.actor], None, manager, None, None, "", None, "")
            )
        for payment in deal.payments:
            state = payment.state.value
            events.append((payment.planned, "money", people[payment.actor], None, None, None, None, state, None, ""))
        opinion = story.opinion
        if opinion is not None:
            last = story.steps[-1].performer
            performer = None if last is None else people[last]
            customer = people[story.customer]
            events.append((opinion.planned, "review", customer, performer, None, None, None, "rated", None, ""))
            if opinion.answer is not None:
                events.append(
                    (opinion.answered, "review", performer, performer, None, None, None, "answered", None, "")
                )
        return events, following

    def _add_offer(self, order_id: int, story: Story, bid: Bid, events: list[Row]) -> None:
        offer_id, performer = self._next("offers"), self._people[bid.performer]
        is_won = bid.outcome is OfferStatus.ACCEPTED
        self._tables["offers"].append(
            (
                offer_id,
                order_id,
                performer,
                performer,
                bid.version,
                bid.outcome.value,
                bid.price * MINOR_UNITS,
                bid.days,
                bid.message,
                None if bid.expires is None else _at(bid.expires),
                _at(bid.planned),
                _at(bid.decided) if bid.decided else None,
                bid.reason,
                story.price * MINOR_UNITS if is_won and story.price is not None else None,
            )
        )
        self._add_lines("offer_lines", offer_id, bid.items)
        kind, sent = EventKind.OFFER.value, OfferStatus.SENT.value
        events.append((bid.planned, kind, performer, performer, None, None, None, sent, offer_id, ""))
        if bid.decided and bid.outcome is not OfferStatus.SUPERSEDED:
            decider = None if bid.decider is None else self._people[bid.decider]
            end = bid.outcome.value
            events.append((bid.decided, kind, decider, performer, None, None, None, end, offer_id, bid.reason))

    def _add_lines(self, table: str, owner: int, items: Sequence[Item]) -> int:
        """Returns the sum."""
        total = 0
        for position, item in enumerate(items, start=1):
            if item.pick is None:
                product_id, name, unit, price = None, item.name, "", item.price * MINOR_UNITS
            else:
                product_id, name, unit, price = picked(self._goods, item.pick)
            self._tables[table].append((owner, position, name, unit, item.quantity, price, product_id))
            total += item.quantity * price
        return total

    def _add_talk(self, story: Story, events: list[Row]) -> int:
        thread_id, remarks = self._next("threads"), story.deal.remarks
        self._tables["threads"].append((thread_id, _at(remarks[0].planned)))
        for remark in remarks:
            comment_id, author = self._next("comments"), self._people[remark.author]
            self._tables["comments"].append((comment_id, thread_id, author, remark.text, _at(remark.planned)))
            kind = EventKind.COMMENT.value
            events.append((remark.planned, kind, author, None, None, None, None, "added", comment_id, ""))
        return thread_id

    def _review(self, order_id: int, story: Story) -> Row:
        opinion, performer = story.opinion, story.steps[-1].performer
        assert opinion is not None and performer is not None
        return (
            order_id,
            self._people[story.customer],
            self._people[performer],
            opinion.rating,
            opinion.text,
            _at(opinion.planned),
            opinion.answer,
            None if opinion.answer is None else _at(opinion.answered),
        )


def lines_of(rows: Iterable[Row]) -> str:
    """The rows as COPY reads them."""
    return "".join(["\t".join([_field(value) for value in row]) + "\n" for row in rows])


def _at(planned: int) -> str:
    day, second = divmod(waking(planned), DAY)
    return f"{_date(day)} {_clock(second)}"


@cache
def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()


@cache
def _clock(second: int) -> str:
    return f"{second // HOUR:02}:{second // 60 % 60:02}:{second % 60:02}+00"


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if value.__class__ is not str:
        return str(value)
    # Most texts have nothing to escape, and looking for it is much quicker than translating each letter.
    for raw, escaped in ESCAPES:
        if raw in value:
            value = value.replace(raw, escaped)
    return value  # type: ignore[no-any-return]  # its class was asked above
