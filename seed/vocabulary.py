"""The word lists of `seed/words`, read once, and the texts composed from them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from seed.phrases import Memory, Phrase, Slots, capitalised

WORDS = Path(__file__).parent / "words"
LANGUAGES = ("ru", "en")
TOWNS = (0, 1)
BANDS = ("poor", "fair", "good", "excellent")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work: what it costs (in whole units), how long it takes, and who asks for it."""

    key: str
    low_price: int
    high_price: int
    low_days: int
    high_days: int
    who: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A category of the demo marketplace; `town` is the half of the market that it belongs to."""

    slug: str
    name_ru: str
    name_en: str
    weight: int
    town: int
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class JobWords:
    """The sentences of one kind of work."""

    introductions: list[Phrase]
    titles: list[Phrase]
    openings: list[Phrase]
    details: list[Phrase]
    asks: list[Phrase]


@dataclass(frozen=True, slots=True)
class Trade:
    """How the performers of one category describe themselves."""

    headlines: list[Phrase]
    openings: list[Phrase]
    skills: list[Phrase]
    experience: list[Phrase]
    manners: list[Phrase]


def band_of(rating: int) -> str:
    """Which reviews suit a rating: 1-3, 4-6, 7-8 or 9-10."""
    return BANDS[0 if rating <= 3 else 1 if rating <= 6 else 2 if rating <= 8 else 3]


@cache
def kinds() -> tuple[Kind, ...]:
    """The categories in the order of the list."""
    return tuple(
        Kind(
            entry["slug"],
            entry["name_ru"],
            entry["name_en"],
            entry["weight"],
            entry["town"],
            tuple(_job(job) for job in entry["jobs"]),
        )
        for entry in read_words("categories.toml")["category"]
    )


@cache
def vocabulary(language: str) -> Vocabulary:
    """All words of one language, "ru" or "en"."""
    return Vocabulary(language)


class Vocabulary:
    """Everything that people of one language write. The texts depend on the random numbers only."""

    def __init__(self, language: str) -> None:
        self.language = language
        common = read_words(f"{language}/common.toml")
        self._slots: Slots = common["slots"]
        self._headings: list[str] = common["headings"]
        self._greetings: list[str] = common["greetings"]
        self._tails: list[str] = common["tails"]
        self._closings = [self._phrases(subject) for subject in common["closings"]]
        people = read_words(f"{language}/people.toml")
        self.men: list[str] = people["men"]
        self.women: list[str] = people["women"]
        people_slots = {**self._slots, **people["slots"]}
        self._customer_abouts = self._phrases(people["customer_abouts"], people_slots)
        self._jobs: dict[tuple[str, str], JobWords] = {}
        self._trades: dict[str, Trade] = {}
        for kind in kinds():
            self._add_kind(kind, common["introductions"], people, people_slots)
        reviews = read_words(f"{language}/reviews.toml")
        self._reviews = {
            band: [self._phrases(reviews["bands"][band][part]) for part in ("openings", "details", "endings")]
            for band in BANDS
        }
        self._replies: dict[str, list[str]] = reviews["replies"]
        self._reasons: dict[str, list[str]] = read_words(f"{language}/reasons.toml")

    def order(self, kind: Kind, job: Job, random: Random) -> tuple[str, str]:
        """A title and a description that belong together."""
        words = self._jobs[kind.slug, job.key]
        memory: Memory = {}
        title = capitalised(_pick(words.titles, random).fill(random, memory))
        if len(title) < 80 and random.random() < 0.3:
            title = f"{title} ({_pick(self._tails, random)})"
        first = _pick(words.openings, random).fill(random, memory)
        chance = random.random()
        if chance < 0.35:
            first = f"{_pick(words.introductions, random).fill(random, memory)} {first}"
        elif chance < 0.55:
            first = f"{_pick(self._greetings, random)} {first}"
        details = [phrase.fill(random, memory) for phrase in _some(words.details, 2, 4, random)]
        if random.random() < 0.3:
            middle = _pick(self._headings, random) + "".join(f"\n— {detail}" for detail in details)
        else:
            middle = " ".join(details)
        last = [_pick(subject, random).fill(random, memory) for subject in _some(self._closings, 1, 2, random)]
        if random.random() < 0.6:
            last.insert(0, _pick(words.asks, random).fill(random, memory))
        return title, f"{first}\n\n{middle}\n\n{' '.join(last)}"

    def headline(self, kind: Kind, random: Random) -> str:
        """The line under a performer's name."""
        return _pick(self._trades[kind.slug].headlines, random).fill(random, {})

    def performer_about(self, kind: Kind, random: Random) -> str:
        """A performer's experience, in two paragraphs."""
        trade = self._trades[kind.slug]
        memory: Memory = {}
        opening = _pick(trade.openings, random).fill(random, memory)
        skills = _pick(trade.skills, random).fill(random, memory)
        experience = _pick(trade.experience, random).fill(random, memory)
        manners = [phrase.fill(random, memory) for phrase in _some(trade.manners, 1, 3, random)]
        return f"{opening} {skills} {experience}\n\n{' '.join(manners)}"

    def customer_about(self, random: Random) -> str:
        """What a customer says of themselves."""
        return _pick(self._customer_abouts, random).fill(random, {})

    def review(self, rating: int, random: Random) -> str:
        """What a customer writes next to `rating`; now and then only a few words."""
        openings, details, endings = self._reviews[band_of(rating)]
        memory: Memory = {}
        text = _pick(openings, random).fill(random, memory)
        for detail in _some(details, 0, 2, random):
            text += " " + detail.fill(random, memory)
        if random.random() < 0.5:
            text += " " + _pick(endings, random).fill(random, memory)
        return text

    def reply(self, rating: int, random: Random) -> str:
        """What the performer answers to a review with `rating`."""
        return _pick(self._replies[band_of(rating)], random)

    def reason(self, occasion: str, random: Random) -> str:
        """Why: `occasion` is a list of reasons.toml, such as "withdrawals"."""
        return _pick(self._reasons[occasion], random)

    def _add_kind(self, kind: Kind, introductions: list[str], people: dict[str, Any], people_slots: Slots) -> None:
        file = read_words(f"{self.language}/{kind.slug}.toml")
        for job in kind.jobs:
            entry = file["jobs"][job.key]
            slots = {**self._slots, **entry["slots"]}
            self._jobs[kind.slug, job.key] = JobWords(
                self._phrases([text.replace("{who}", f"{{{job.who}.who}}") for text in introductions], slots),
                self._phrases(entry["titles"], slots),
                self._phrases(entry["openings"], slots),
                self._phrases(entry["details"], slots),
                self._phrases(file["asks"], slots),
            )
        slots = {**people_slots, "skills": file["performer"]["skills"]}
        self._trades[kind.slug] = Trade(
            self._phrases(file["performer"]["headlines"], slots),
            self._phrases(people["performer_openings"], slots),
            self._phrases(people["performer_skills"], slots),
            self._phrases(people["performer_experience"], slots),
            self._phrases(people["performer_manners"], slots),
        )

    def _phrases(self, templates: list[str], slots: Slots | None = None) -> list[Phrase]:
        return [Phrase(template, self._slots if slots is None else slots, self.language) for template in templates]


def _job(entry: dict[str, Any]) -> Job:
    (low_price, high_price), (low_days, high_days) = entry["price"], entry["days"]
    return Job(entry["key"], low_price, high_price, low_days, high_days, entry["who"])


def read_words(name: str) -> dict[str, Any]:
    """The word list `name` of `seed/words`."""
    return tomllib.loads((WORDS / name).read_text(encoding="utf-8"))


def _pick(options: list[T], random: Random) -> T:
    return options[int(random.random() * len(options))]


def _some(options: list[T], low: int, high: int, random: Random) -> list[T]:
    """From `low` to `high` different options, in the order of the list."""
    size = len(options)
    wanted = low + int(random.random() * (high - low + 1))
    chosen: set[int] = set()
    while len(chosen) < wanted:
        chosen.add(int(random.random() * size))
    return [options[place] for place in sorted(chosen)]
