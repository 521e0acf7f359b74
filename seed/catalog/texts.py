"""Text out of markup: no tags, no entities, paragraphs as lines, and an end to its length."""

from __future__ import annotations

import html
import re

from marketplace.core.text import is_storable, one_line, tidy

# Markup stands between < and the next >; what opens and never closes is text.
TAG = re.compile(r"<!--|</?([a-zA-Z][a-zA-Z0-9:-]{0,30})[^<>]*>|<[!?][^<>]*>")
SILENT = {"script", "style", "template", "noscript", "svg", "iframe", "object"}
LINES = {"br", "p", "div", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dd", "section", "article", "hr"}
MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&[a-zA-Z]{2,8};|&#")
MANY_LINES = re.compile(r"\n{3,}")
LONGEST_MARKUP = 200_000


def plain(text: str, limit: int) -> str:
    """`text` without markup, with its paragraphs; cut at `limit` characters, which an ellipsis says."""
    clean = text[:LONGEST_MARKUP]
    # Feeds pack markup into markup: what the first round uncovers, the second takes away.
    for _ in range(2):
        if not MARKUP.search(clean):
            break
        clean = html.unescape(_without_tags(clean))
    lines = (" ".join(line.split()) for line in tidy(_storable(clean)).split("\n"))
    return cut(MANY_LINES.sub("\n\n", "\n".join(lines)).replace("\n\n•", "\n•").strip(), limit)


def plain_line(text: str, limit: int) -> str:
    """`plain` text in one line."""
    return cut(one_line(plain(text, limit * 4)), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, whole words where that costs little."""
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    at = short.rfind(" ")
    return (short[:at] if at > limit * 0.7 else short).rstrip(" ,;:.–—-") + "…"


def _without_tags(text: str) -> str:
    """`text` between its tags, in one pass: what is opened and silent is skipped to its end, or to the end of all."""
    kept: list[str] = []
    at = 0
    while found := TAG.search(text, at):
        kept.append(text[at : found.start()])
        at = found.end()
        name = (found[1] or "").lower().rpartition(":")[2]
        closes = found[0].startswith("</")
        if found[0] == "<!--":
            at = _behind(text, re.compile("-->"), at)
        elif name in SILENT and not closes and not found[0].endswith("/>"):
            at = _behind(text, re.compile(rf"</{name}\s*>", re.IGNORECASE), at)
        elif name in LINES:
            kept.append("\n")
        elif name == "li":
            kept.append("" if closes else "\n• ")
        elif name in ("td", "th", "dt"):
            kept.append(" ")
    kept.append(text[at:])
    return "".join(kept)


def _behind(text: str, end: re.Pattern[str], at: int) -> int:
    found = end.search(text, at)
    return len(text) if found is None else found.end()


def _storable(text: str) -> str:
    if is_storable(text):
        return text
    return "".join(character for character in text if is_storable(character))
