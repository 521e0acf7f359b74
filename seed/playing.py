"""Stories acted out through the services, act by act in the order of time, with the clock set to each moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account, Profile
from marketplace.accounts.states import REGISTRABLE, Role
from marketplace.catalog import services as catalog
from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.states import Status
from seed.calendar import moment, waking
from seed.cast import ADMIN, NAMED, Person
from seed.categories import add_categories
from seed.histories import Step, Story
from seed.moderating import moderate

NEWS = 100
"""Acts between two reports."""

Report = Callable[[int, int], None]
"""Told how many acts of how many are done."""


def play(cast: Sequence[Person], stories: Sequence[Story], *, password_hash: str, limit: int, report: Report) -> None:
    """Everybody comes, then everything happens, then an admin looks after the house; all of it or nothing is kept."""
    categories = add_categories()
    people = add_people(cast, categories, password_hash)
    acts = sorted(_acts(stories, people, categories, limit), key=lambda act: act[0])
    total = len(acts)
    for number, (planned, act) in enumerate(acts, start=1):
        with clock.fixed(moment(waking(planned))):
            act()
        if number % NEWS == 0:
            report(number, total)
    moderate(people[ADMIN], named=[account.id for account in people[: len(NAMED)]])
    db.session.commit()
    report(total, total)


def add_people(cast: Sequence[Person], categories: Sequence[Category], password_hash: str) -> list[Account]:
    """The accounts of the cast, each made at the moment when the person joined."""
    with clock.fixed(moment(cast[ADMIN].joined)):
        admin = add_first_admin(cast[ADMIN], password_hash)
    people: list[Account] = []
    for place, person in enumerate(cast):
        with clock.fixed(moment(person.joined)):
            if place == ADMIN:
                account = admin
            elif person.role in REGISTRABLE:
                account = accounts.register_account(
                    email=person.email,
                    password_hash=password_hash,
                    role=person.role,
                    name=person.name,
                    locale=person.language,
                )
            else:
                account = accounts.create_account(
                    email=person.email, password_hash=password_hash, role=person.role, name=person.name, by=admin
                )
            accounts.update_profile(account, by=account, **profile_fields(person))
            if person.kinds:
                catalog.set_specialties(account, [categories[kind].id for kind in person.kinds], by=account)
        people.append(account)
    return people


def add_first_admin(person: Person, password_hash: str) -> Account:
    """Only an admin makes an admin, so the first one is written down without a service."""
    admin = Account(
        email=person.email,
        password=password_hash,
        role=Role.ADMIN,
        active=True,
        profile=Profile(name=person.name),
    )
    db.session.add(admin)
    db.session.flush()
    return admin


def profile_fields(person: Person) -> dict[str, object]:
    """What the person fills in on the profile page."""
    return {
        "phone": person.phone,
        "messenger": person.messenger,
        "site": person.site,
        "about": person.about,
        "headline": person.headline,
        "usual_price": None if person.usual_price is None else Decimal(person.usual_price),
        "price_unit": person.price_unit,
        "links": list(person.links),
    }


def _acts(
    stories: Iterable[Story], people: Sequence[Account], categories: Sequence[Category], limit: int
) -> Iterator[tuple[int, Callable[[], object]]]:
    for story in stories:
        # The order's id is known once it has been posted, which is before every other act on it.
        ids: list[int] = []
        yield story.steps[0].planned, partial(_post, story, people, categories, ids)
        for step in story.steps[1:]:
            yield step.planned, partial(_step, step, people, ids, limit)
        opinion = story.opinion
        if opinion is not None:
            yield opinion.planned, partial(_rate, story, people, ids)
            if opinion.answer is not None:
                yield opinion.answered, partial(_answer, story, people, ids)


def _post(story: Story, people: Sequence[Account], categories: Sequence[Category], ids: list[int]) -> None:
    order = orders.post_order(
        title=story.title,
        description=story.description,
        category_id=categories[story.kind].id,
        price=None if story.price is None else Decimal(story.price),
        deadline=story.deadline,
        by=people[story.customer],
    )
    ids.append(order.id)


def _step(step: Step, people: Sequence[Account], ids: list[int], limit: int) -> None:
    actor = people[step.actor]
    match step.status:
        case Status.IN_PROGRESS:
            orders.take_order(ids[0], limit=limit, by=actor)
        case Status.NEW:
            orders.withdraw_order(ids[0], reason=step.note, by=actor)
        case Status.COMPLETED:
            orders.complete_order(ids[0], by=actor)
        case Status.CANCELLED:
            orders.cancel_order(ids[0], reason=step.note, by=actor)


def _rate(story: Story, people: Sequence[Account], ids: list[int]) -> None:
    opinion = story.opinion
    assert opinion is not None
    orders.rate_order(ids[0], rating=opinion.rating, text=opinion.text, by=people[story.customer])


def _answer(story: Story, people: Sequence[Account], ids: list[int]) -> None:
    opinion, performer = story.opinion, story.steps[-1].performer
    assert opinion is not None and opinion.answer is not None and performer is not None
    orders.answer_review(ids[0], answer=opinion.answer, by=people[performer])
