"""What people wrote, as a page shows it: text, safe links, line breaks and the people who are called by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from babel.units import format_unit
from flask import Flask
from markupsafe import Markup, escape

from marketplace.core.mentions import mention_pattern
from marketplace.web.language import select_locale

SHOWN_LENGTH = 60
# No bracket, quote or bar belongs into an address; who pastes one has written it around it.
_ADDRESS = re.compile(r"""\bhttps?://[^\s<>"'`|\\^{}«»“”„]+""", re.IGNORECASE)
_NOT_ITS_END = ".,;:!?…*_~"
_BRACKETS = {")": "(", "]": "["}
_LINK = Markup('<a href="%s" rel="nofollow noopener noreferrer ugc">%s</a>')
_MENTION = Markup('<b class="mention">%s</b>')
_BREAK = Markup("<br>")
_NOTHING = Markup("")

_UNITS = ("byte", "kilobyte", "megabyte")


def init_app(app: Flask) -> None:
    """Registers the filters `talk` and `file_size`."""
    app.jinja_env.filters.update(talk=talk, file_size=file_size)


def talk(text: str, names: Iterable[str] = ()) -> Markup:
    """`text` as HTML of ours: everything in it is escaped, and then only links, names and line breaks are made.

    `names` are those of the people who can be called by `@Name`. Only addresses of http and https become links.
    """
    called = mention_pattern(names)
    return _NOTHING.join(_parts(text, called))


def _parts(text: str, called: re.Pattern[str] | None) -> Iterator[Markup]:
    rest = 0
    for found in _ADDRESS.finditer(text):
        address = _trimmed(found[0])
        if not _leads_somewhere(address):
            continue
        yield from _plain(text[rest : found.start()], called)
        yield _LINK % (address, shortened(address))
        rest = found.start() + len(address)
    yield from _plain(text[rest:], called)


def _plain(text: str, called: re.Pattern[str] | None) -> Iterator[Markup]:
    rest = 0
    for found in called.finditer(text) if called else ():
        yield _broken(text[rest : found.start()])
        yield _MENTION % found[0]
        rest = found.end()
    yield _broken(text[rest:])


def _broken(text: str) -> Markup:
    return _BREAK.join(escape(line) for line in text.split("\n"))


def _trimmed(address: str) -> str:
    """The address without the marks that end the sentence around it; a bracket stays when it was opened inside."""
    while address:
        last = address[-1]
        opened = _BRACKETS.get(last)
        if last in _NOT_ITS_END or (opened and address.count(last) > address.count(opened)):
            address = address[:-1]
        else:
            break
    return address


def _leads_somewhere(address: str) -> bool:
    """True for an address with a host. One with a user's name in front of it only pretends to be of another site."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def shortened(address: str) -> str:
    """The address as it is shown: without its scheme, not longer than a line, and never without the end of its host."""
    shown = address.split("://", 1)[1].removesuffix("/")
    host = re.split("[/?#]", shown, maxsplit=1)[0]
    if len(host) >= SHOWN_LENGTH:
        return f"…{host[1 - SHOWN_LENGTH :]}"
    return shown if len(shown) <= SHOWN_LENGTH else f"{shown[: SHOWN_LENGTH - 1]}…"


def file_size(size: int) -> str:
    """ "1,4 МБ", in the person's language."""
    power = 0 if size < 1024 else 1 if size < 1024 * 1024 else 2
    amount = size / 1024**power
    text = format_unit(
        round(amount, 1 if power and amount < 10 else 0),
        f"digital-{_UNITS[power]}",
        length="short" if power else "long",
        format="#,##0.#",
        locale=select_locale(),
    )
    return str(text)
