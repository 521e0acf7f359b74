"""Who is called by name in a text: an @ and the whole name of one of the people who may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

MARK = "@"


def mention_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """What finds `@Name` of any of `names`, whatever the case; None when there are no names.

    The longest name wins, so that of Ivan and Ivan Petrov the right one is meant. An @ inside of a word is part of an
    address of mail.
    """
    # Names hold single blanks; whoever types one may be at the end of a line.
    known = {r"\s+".join(map(re.escape, name.split())) for name in names if name.strip()}
    if not known:
        return None
    longest_first = "|".join(sorted(known, key=lambda name: (-len(name), name)))
    return re.compile(rf"(?<![\w.@+-]){MARK}({longest_first})(?!\w)", re.IGNORECASE)


def mentioned_names(text: str, names: Iterable[str]) -> set[str]:
    """Which of `names` the text calls."""
    known = list(names)
    pattern = mention_pattern(known)
    if pattern is None:
        return set()
    called = {" ".join(found[1].split()).casefold() for found in pattern.finditer(text)}
    return {name for name in known if " ".join(name.split()).casefold() in called}
