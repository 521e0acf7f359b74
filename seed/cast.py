"""Who lives in the demo marketplace: five people whose address names their role, then numbered ones.

The numbered managers come first, for they were there from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from mimesis import Person as Surnames
from mimesis.enums import Gender
from mimesis.locales import Locale

from marketplace.accounts.states import PriceUnit, Role
from seed.vocabulary import TOWNS, kinds, vocabulary

CUSTOMER, PERFORMER, MANAGER, OBSERVER, ADMIN = range(5)
"""Places of the named people in the cast."""

FEWEST = 10
MOST_MANAGERS = 19
PEOPLE_PER_MANAGER = 30
DAY = 86_400
LOCALES = {"ru": Locale.RU, "en": Locale.EN}
SITES = {"ru": "https://example.ru", "en": "https://example.com"}

NAMED = (
    ("customer@example.com", Role.CUSTOMER, "Мария Соколова"),
    ("performer@example.com", Role.PERFORMER, "Илья Воронцов"),
    ("manager@example.com", Role.MANAGER, "Ольга Белова"),
    ("observer@example.com", Role.OBSERVER, "Павел Юдин"),
    ("admin@example.com", Role.ADMIN, "Анна Крылова"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the cast; `joined` is in seconds since 1970, `kinds` are places in the list of categories.

    `town` is the half of the market that the person deals in, `quality` about the rating that a performer gets.
    """

    email: str
    role: Role
    name: str
    language: str
    joined: int
    town: int
    phone: str
    messenger: str
    site: str
    about: str
    headline: str
    usual_price: int | None
    price_unit: PriceUnit
    links: tuple[str, ...]
    kinds: tuple[int, ...]
    quality: float


def make_cast(people: int, *, start: int, end: int, random: Random) -> list[Person]:
    """`people` persons, those who joined first at the front; the named five were there from `start`."""
    if people < FEWEST:
        raise ValueError(f"the demo needs at least {FEWEST} people")
    surnames = {
        language: Surnames(locale, seed=random.randrange(2**31)) for language, locale in sorted(LOCALES.items())
    }

    def numbered(role: Role, number: int, language: str, joined: int, town: int) -> Person:
        gender = Gender.FEMALE if random.random() < 0.48 else Gender.MALE
        words = vocabulary(language)
        first = random.choice(words.women if gender is Gender.FEMALE else words.men)
        name = f"{first} {surnames[language].surname(gender=gender)}"
        return _person(f"{role.value}{number}@example.com", role, name, language, joined, random, town=town)

    cast = [_named(place, start, random) for place in range(len(NAMED))]
    # The named manager is of the first town, so the first numbered one is of the second.
    for number in range(1, min(MOST_MANAGERS, people // PEOPLE_PER_MANAGER) + 1):
        cast.append(numbered(Role.MANAGER, number, "ru", start - DAY, number % len(TOWNS)))
    numbers = {Role.CUSTOMER: 0, Role.PERFORMER: 0}
    others = people - len(cast)
    for place in range(others):
        # Three customers to two performers; a third, and at least four, were there when the house opened.
        role = Role.PERFORMER if place % 5 in (1, 3) else Role.CUSTOMER
        numbers[role] += 1
        share = max(0.0, (place / others - 0.3) / 0.7) if place >= 4 else 0.0
        language = "ru" if random.random() < 0.74 else "en"
        joined = start + int((end - start) * 0.97 * share)
        cast.append(numbered(role, numbers[role], language, joined, (numbers[role] - 1) % len(TOWNS)))
    return cast


def _named(place: int, start: int, random: Random) -> Person:
    email, role, name = NAMED[place]
    # Python, Go and data: enough to see a performer with several categories.
    return _person(email, role, name, "ru", start - DAY, random, town=0, chosen=(0, 2, 6), quality=8.8)


def _person(
    email: str,
    role: Role,
    name: str,
    language: str,
    joined: int,
    random: Random,
    *,
    town: int,
    chosen: tuple[int, ...] | None = None,
    quality: float | None = None,
) -> Person:
    words = vocabulary(language)
    handle = email.split("@")[0]
    about = headline = ""
    price: int | None = None
    unit = PriceUnit.HOUR
    links: tuple[str, ...] = ()
    works_in: tuple[int, ...] = ()
    if role is Role.PERFORMER:
        works_in = chosen or _some_kinds(town, random)
        kind = kinds()[works_in[0]]
        headline = words.headline(kind, random)
        about = words.performer_about(kind, random)
        if random.random() < 0.75:
            price = random.randrange(6, 40) * 100
        elif random.random() < 0.6:
            unit = PriceUnit.ORDER
            price = random.randrange(3, 60) * 1000
        if random.random() < 0.6:
            links = (f"{SITES[language]}/portfolio/{handle}",)
    elif role is Role.CUSTOMER:
        about = words.customer_about(random)
    return Person(
        email=email,
        role=role,
        name=name,
        language=language,
        joined=joined,
        town=town,
        # 900 000-00-00 is nobody's number.
        phone=f"+7 900 000-{random.randrange(100):02}-{random.randrange(100):02}",
        messenger=f"@{handle}_demo" if random.random() < 0.7 else "",
        site=f"{SITES[language]}/{handle}" if random.random() < 0.4 else "",
        about=about,
        headline=headline,
        usual_price=price,
        price_unit=unit,
        links=links,
        kinds=works_in,
        quality=quality or min(9.7, max(5.0, random.gauss(8.4, 0.9))),
    )


def _some_kinds(town: int, random: Random) -> tuple[int, ...]:
    weights = [kind.weight if kind.town == town else 0 for kind in kinds()]
    wanted = random.choice((1, 1, 2, 2, 3))
    chosen: list[int] = []
    while len(chosen) < wanted:
        kind = random.choices(range(len(weights)), weights)[0]
        if kind not in chosen:
            chosen.append(kind)
    return tuple(chosen)
