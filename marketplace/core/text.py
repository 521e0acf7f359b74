"""What text the system accepts from outside."""

from __future__ import annotations

import re

_LOWEST_PRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_storable(text: str) -> bool:
    """False for what PostgreSQL or UTF-8 cannot hold: NUL bytes and lone surrogates."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def tidy(text: str | None) -> str:
    """`text` without control characters and outer blanks, line ends as `\\n`."""
    if not text:
        return ""
    return _LOWEST_PRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text: str | None) -> str:
    """`tidy` text with every run of white space folded into one blank."""
    return " ".join(tidy(text).split())
