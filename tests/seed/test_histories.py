"""The plan of the demo obeys the rules of the house before anybody acts it out."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

import pytest

from marketplace.accounts.states import Role
from marketplace.core import clock
from marketplace.orders.states import TRANSITIONS, Status
from seed.calendar import SLEEP, WAKE, ZONE, latest_plan, waking
from seed.cast import CUSTOMER, NAMED, PERFORMER, Person
from seed.demo import plan
from seed.stories import Story

NOON = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LIMIT = 5
CROWDED = (3000, 30)
"""So many orders for so few people that the limit bites."""


def planned(orders: int, people: int, seed: int = 1, limit: int = LIMIT) -> tuple[list[Person], list[Story]]:
    """The plan as seen at NOON."""
    with clock.fixed(NOON):
        cast, stories = plan(orders, people, seed, limit=limit)
    return cast, list(stories)


@pytest.fixture(scope="module", params=[(400, 60), CROWDED], ids=["roomy", "crowded"])
def house(request: pytest.FixtureRequest) -> tuple[list[Person], list[Story]]:
    """A plan with enough people, and one with too few."""
    return planned(*request.param)


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert planned(120, 20) == planned(120, 20)
    assert planned(120, 20) != planned(120, 20, seed=2)


def test_every_step_is_allowed_and_follows_the_one_before(house: tuple[list[Person], list[Story]]) -> None:
    for story in house[1]:
        first, *others = story.steps
        assert first.status is Status.NEW and first.actor == story.customer and first.performer is None
        before = first
        for step in others:
            assert step.status in TRANSITIONS[before.status]
            assert step.planned >= before.planned
            before = step


def test_nothing_happens_later_than_now_or_at_night(house: tuple[list[Person], list[Story]]) -> None:
    for story in house[1]:
        moments = [step.planned for step in story.steps]
        if story.opinion is not None:
            moments += [story.opinion.planned, *([story.opinion.answered] if story.opinion.answer else [])]
        for moment in map(waking, moments):
            assert moment <= NOON.timestamp()
            assert WAKE <= (moment + ZONE) % 86_400 <= SLEEP


@pytest.mark.parametrize("hour", range(24))
def test_the_last_planned_moment_is_never_after_now(hour: int) -> None:
    now = int(NOON.replace(hour=hour).timestamp())
    assert now - 9.1 * 3600 <= waking(latest_plan(now)) <= now


def test_people_act_only_after_they_have_joined_and_in_their_role(house: tuple[list[Person], list[Story]]) -> None:
    cast, stories = house
    for story in stories:
        assert cast[story.customer].role is Role.CUSTOMER
        for step in story.steps:
            assert step.actor is not None or step.implied
            assert step.actor is None or cast[step.actor].joined <= waking(step.planned)
            if step.performer is not None:
                assert cast[step.performer].role is Role.PERFORMER
                assert cast[step.performer].joined <= waking(step.planned)


def test_nobody_ever_holds_more_orders_than_the_limit(house: tuple[list[Person], list[Story]]) -> None:
    changes: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for story in house[1]:
        holder: int | None = None
        for step in story.steps:
            if holder is not None:
                changes[holder].append((step.planned, 0, -1))
            holder = step.performer if step.status is Status.IN_PROGRESS else None
            if holder is not None:
                changes[holder].append((step.planned, 1, 1))
    for steps in changes.values():
        held = most = 0
        for _, _, change in sorted(steps):
            held += change
            most = max(most, held)
        assert most <= LIMIT


def test_reviews_come_from_completed_orders_and_answers_after_them(house: tuple[list[Person], list[Story]]) -> None:
    for story in house[1]:
        if story.opinion is not None:
            assert story.steps[-1].status is Status.COMPLETED
            assert story.opinion.planned >= story.steps[-1].planned
            assert 1 <= story.opinion.rating <= 10
            if story.opinion.answer is not None:
                assert story.opinion.answered >= story.opinion.planned


def test_open_orders_have_deadlines_ahead(house: tuple[list[Person], list[Story]]) -> None:
    for story in house[1]:
        if story.steps[-1].status is Status.NEW and story.deadline is not None:
            assert story.deadline > NOON.date()


def test_the_customer_of_the_demo_finds_orders_in_every_state() -> None:
    own = [story for story in planned(400, 60)[1] if story.customer == CUSTOMER]
    assert {story.steps[-1].status for story in own} == set(Status)
    completed = [story for story in own if story.steps[-1].status is Status.COMPLETED]
    assert any(story.opinion is None for story in completed)
    assert any(story.opinion is not None for story in completed)
    assert any(step.note for story in own for step in story.steps)


def test_the_performer_of_the_demo_finds_work_and_a_history_of_ratings() -> None:
    own = [story for story in planned(400, 60)[1] if story.steps[-1].performer == PERFORMER]
    statuses = [story.steps[-1].status for story in own]
    assert 2 <= statuses.count(Status.IN_PROGRESS) < LIMIT
    opinions = [story.opinion for story in own if story.opinion is not None]
    assert len({opinion.planned // (30 * 86_400) for opinion in opinions}) >= 8
    assert any(opinion.answer for opinion in opinions)
    assert any(opinion.answer is None for opinion in opinions)


def test_the_cast_has_one_named_person_per_role_and_numbered_others() -> None:
    cast, _ = planned(0, 20)
    assert [(person.email, person.role) for person in cast[:5]] == [(f"{role}@example.com", role) for role in Role]
    assert len(NAMED) == len(Role)
    assert len(cast) == 20
    for role in (Role.CUSTOMER, Role.PERFORMER):
        numbered = [person.email for person in cast[5:] if person.role is role]
        assert numbered == [f"{role}{number}@example.com" for number in range(1, len(numbered) + 1)]
    assert [person.joined for person in cast[5:]] == sorted(person.joined for person in cast[5:])
