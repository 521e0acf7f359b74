"""Sentences with slots: compiled once, then filled quickly and the same way for the same random numbers.

`{city}` takes a word of the slot `city` and keeps it until the end of one text; `{biz.gen}` takes one form of such a
word; `{skills*3}` lists three different words; `{n:3-12:год|года|лет}` is a number with the noun that agrees with it,
`{n:500-9000/500}` one in steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

Word = str | Mapping[str, str]
Slots = Mapping[str, Sequence[Word]]
Memory = dict[str, Word]
"""The words chosen so far in one text."""

Part = str | Callable[[Random, Memory], str]

JOINTS = {"ru": " и ", "en": " and "}
GROUPS = {"ru": "\u00a0", "en": ","}

_SLOT = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"n:(\d+)-(\d+)(?:/(\d+))?(?::(.+))?")
_NAME = re.compile(r"([a-z_]+)(?:\.([a-z]+)|\*(\d))?")


class Phrase:
    """One template, ready to be filled any number of times."""

    __slots__ = ("_parts",)

    def __init__(self, template: str, slots: Slots, language: str) -> None:
        self._parts: list[Part] = []
        end = 0
        for found in _SLOT.finditer(template):
            if found.start() > end:
                self._parts.append(template[end : found.start()])
            self._parts.append(_part(found.group(1), slots, language))
            end = found.end()
        if end < len(template):
            self._parts.append(template[end:])
        if any(isinstance(part, str) and ("{" in part or "}" in part) for part in self._parts):
            raise ValueError(f"a brace is left over in {template!r}")

    def fill(self, random: Random, memory: Memory) -> str:
        """The sentence, with the words of `memory` wherever they were chosen before."""
        return "".join([part if part.__class__ is str else part(random, memory) for part in self._parts])  # type: ignore[operator]  # what is not text is a function


def plural(number: int, forms: Sequence[str], language: str) -> str:
    """The form of the noun that agrees with `number`: one, few, many in Russian, one and other in English."""
    if language == "en":
        return forms[0] if number == 1 else forms[1]
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    return forms[1] if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else forms[2]


def grouped(number: int, language: str) -> str:
    """`number` with its thousands set apart when it has five digits or more."""
    return str(number) if number < 10_000 else f"{number:,}".replace(",", GROUPS[language])


def listed(words: Sequence[str], language: str) -> str:
    """The words in a row with "and" before the last."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + JOINTS[language] + words[-1]


def capitalised(text: str) -> str:
    """`text` with a capital first letter, unless it begins with a name that is written small."""
    first = text.split(None, 1)[0].rstrip(":,")
    return text[0].upper() + text[1:] if first.islower() and first not in ("pytest", "k6") else text


def _part(inside: str, slots: Slots, language: str) -> Part:
    number = _NUMBER.fullmatch(inside)
    if number:
        low, high, step, forms = number.groups()
        return _number(int(low), int(high), int(step or 1), forms.split("|") if forms else None, language)
    name = _NAME.fullmatch(inside)
    if name is None or name[1] not in slots:
        raise ValueError(f"there is no slot {inside!r}")
    words = slots[name[1]]
    if name[3]:
        return _list(words, int(name[3]), language)
    return _choice(name[1], words, name[2])


def _number(low: int, high: int, step: int, forms: list[str] | None, language: str) -> Part:
    texts = [
        grouped(number, language) + (f" {plural(number, forms, language)}" if forms else "")
        for number in range(low, high + 1, step)
    ]
    size = len(texts)
    return lambda random, memory: texts[int(random.random() * size)]


def _list(words: Sequence[Word], size: int, language: str) -> Part:
    plain = [word for word in words if isinstance(word, str)]
    if len(plain) < size:
        raise ValueError(f"too few words to list {size} of them: {words!r}")
    return lambda random, memory: listed(random.sample(plain, size), language)


def _choice(name: str, words: Sequence[Word], form: str | None) -> Part:
    size = len(words)
    for word in words:
        if not isinstance(word, str) and (form is None or form not in word):
            raise ValueError(f"the slot {name!r} lacks the form {form!r} in {word!r}")

    def choose(random: Random, memory: Memory) -> str:
        word = memory.get(name)
        if word is None:
            word = memory[name] = words[int(random.random() * size)]
        return word if isinstance(word, str) else word[form]  # type: ignore[index]  # checked above

    return choose
