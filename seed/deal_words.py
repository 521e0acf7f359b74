"""What people write around a deal: offers, refusals and talk, and the names of what an order consists of."""

from __future__ import annotations

from functools import cache
from random import Random

from seed.phrases import Memory, Phrase, Slots
from seed.vocabulary import read_words

OCCASIONS = ("before", "work", "after")
"""When people talk: while nobody has the order, while somebody works on it, and afterwards."""

SPEAKERS = "cpm"
"""Who says a line: the customer, the performer, the manager."""

Talk = list[tuple[str, str]]
"""Lines of one talk, each with who says it."""


@cache
def deal_words(language: str) -> DealWords:
    """All such words of one language, "ru" or "en"."""
    return DealWords(language)


class DealWords:
    """Everything that people of one language write about deals. The texts depend on the random numbers only."""

    def __init__(self, language: str) -> None:
        file = read_words(f"{language}/deals.toml")
        slots: Slots = read_words(f"{language}/common.toml")["slots"]
        self._offers = {
            part: [Phrase(template, slots, language) for template in templates]
            for part, templates in file["offers"].items()
        }
        self._talks = {
            occasion: [
                [(line[0], Phrase(line[3:], slots, language)) for line in talk] for talk in file["talks"][occasion]
            ]
            for occasion in OCCASIONS
        }
        self._declines: list[str] = file["declines"]
        self._withdrawals: list[str] = file["offer_withdrawals"]
        self._works: dict[str, list[str]] = file["works"]

    def offer(self, random: Random) -> str:
        """How a performer offers to do the work."""
        memory: Memory = {}
        parts = [random.choice(self._offers[part]).fill(random, memory) for part in ("openings", "plans")]
        if random.random() < 0.5:
            parts.append(random.choice(self._offers["terms"]).fill(random, memory))
        return " ".join(parts)

    def revised_offer(self, random: Random) -> str:
        """What comes with a lower price."""
        return random.choice(self._offers["revised"]).fill(random, {})

    def decline(self, random: Random) -> str:
        """Why a customer does not want an offer; now and then nothing."""
        return random.choice(self._declines)

    def offer_withdrawal(self, random: Random) -> str:
        """Why a performer takes an offer back."""
        return random.choice(self._withdrawals)

    def talk(self, occasion: str, random: Random, *, managed: bool) -> Talk:
        """Somebody's questions and the answers to them; without a manager only the other two talk, or nobody."""
        talks = [talk for talk in self._talks[occasion] if managed or all(speaker != "m" for speaker, _ in talk)]
        if not talks:
            return []
        memory: Memory = {}
        return [(speaker, phrase.fill(random, memory)) for speaker, phrase in random.choice(talks)]

    def works(self, slug: str) -> list[str]:
        """The parts that work of a category is made of."""
        return self._works[slug]
