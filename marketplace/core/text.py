"""What text the system accepts from outside."""

from __future__ import annotations

import re

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
# They turn the words around them back to front, on lines that are not the writer's too.
_DIRECTION = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Two names that differ by one of them look the same. The joiners stay: Persian and many emoji are written with them.
_INVISIBLE = r"\u115f\u1160\u180e\u200b\u2060-\u2064\u3164\ufeff\uffa0"
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_UNWANTED = re.compile(f"[{_CONTROL}{_DIRECTION}{_INVISIBLE}]")


def is_storable(text: str) -> bool:
    """False for what PostgreSQL or UTF-8 cannot hold: NUL bytes and lone surrogates."""
    return _UNSTORABLE.search(text) is None


def tidy(text: str | None) -> str:
    """`text` without control and invisible characters and outer blanks, line ends as `\\n`."""
    if not text:
        return ""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text: str | None) -> str:
    """`tidy` text with every run of white space folded into one blank."""
    return " ".join(tidy(text).split())
