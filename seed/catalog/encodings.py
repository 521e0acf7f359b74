"""Bytes to text: by the mark at the start, by what the server or the document says, and otherwise by the looks."""

from __future__ import annotations

import codecs
import re
from itertools import pairwise

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BARE = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
"""How a document in two-byte letters starts when it has no mark."""

NAMES = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "utf8": "utf-8",
    "win-1251": "cp1251",
    "windows1251": "cp1251",
    "win1251": "cp1251",
    "x-cp1251": "cp1251",
}
"""What names mean in practice; the rest Python knows."""

# Names of other codecs of Python (rot13, zlib, idna) are no encodings of documents, UTF-7 hides marks in letters.
ALLOWED = re.compile(r"utf-?(8|16|32)|cp\d+|windows-?\d+|koi8|iso-?8859|iso8859|mac|gb|big5|euc|shift|sjis|ibm8|ascii")

HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})[\"']", re.IGNORECASE)
META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
HEAD = 8192

CYRILLIC = ("cp1251", "koi8-r", "cp866")
FREQUENT = frozenset("оеаинтсрвлкмдпуяыьгзб")


def decode(content: bytes, content_type: str = "") -> str:
    """`content` as text. Never fails: what no encoding explains becomes replacement characters."""
    for mark, name in MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    for start, name in BARE:
        if content.startswith(start):
            return content.decode(name, "replace")
    declared = declared_encoding(content, content_type)
    # Servers name the wrong encoding more often than other bytes happen to be sound UTF-8.
    first = declared if content.isascii() or b"\0" in content else "utf-8"
    for guess in dict.fromkeys((first, declared, "utf-8")):
        if guess:
            try:
                return content.decode(guess)
            except UnicodeDecodeError:
                continue
    return content.decode(declared or _by_looks(content), "replace")


def declared_encoding(content: bytes, content_type: str) -> str | None:
    """What the server says, else what the document says of itself, as Python calls it; None when neither does."""
    head = content[:HEAD]
    said = HEADER.search(content_type)
    name = _known(said[1]) if said else None
    if name:
        return name
    for pattern in (DECLARATION, META):
        inside = pattern.search(head)
        if inside:
            # It could be read as Latin letters, so it cannot be one of the two-byte encodings that some claim.
            name = _known(inside[1].decode("ascii", "replace"))
            return None if name and name.startswith(("utf-16", "utf-32")) else name
    return None


def _known(label: str) -> str | None:
    name = NAMES.get(label.strip().lower(), label.strip().lower())
    try:
        name = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return name if ALLOWED.match(name) else None


def _by_looks(content: bytes) -> str:
    """The encoding that makes Russian words of the bytes; Western letters, which stand alone, when none does."""
    sample = content[: 64 * 1024]
    foreign = sum(byte > 127 for byte in sample)
    best, most = "cp1252", foreign // 3
    for name in CYRILLIC:
        text = sample.decode(name, "replace")
        score = sum(one in FREQUENT and next_one in FREQUENT for one, next_one in pairwise(text))
        score -= sum(character.isupper() for character in text) // 2
        if score > most:
            best, most = name, score
    return best
