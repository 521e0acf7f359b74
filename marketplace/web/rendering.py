"""What templates call dozens of times on a page, remembered: texts, addresses, and parts that show only arguments."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from flask import Flask, request
from flask_babel import gettext
from jinja2.runtime import Macro
from markupsafe import Markup

from marketplace.web.language import select_locale

PARTS = 4096
ADDRESSES = 8192


def init_app(app: Flask) -> None:
    """Hands the templates quicker versions of `_` and `url_for`, and `remember` for parts of pages."""

    @lru_cache(maxsize=ADDRESSES, typed=True)
    def built(root: str, endpoint: str, **values: Any) -> str:
        return app.url_for(endpoint, **values)

    def address(endpoint: str, **values: Any) -> str:
        plain = all(value.__class__ in (str, int) for value in values.values())
        if plain and endpoint[0] != "." and "_external" not in values:
            return built(request.root_path, endpoint, **values)
        return app.url_for(endpoint, **values)

    app.jinja_env.globals.update(_=translate, gettext=translate, url_for=address, remember=remember)


def translate(text: str, **values: Any) -> Markup:
    """`text` in the person's language, for templates: markup in it stays, markup in the values is escaped."""
    locale = select_locale()
    return _translation(text, locale) % values if values else _plain_translation(text, locale)


@lru_cache(maxsize=4096)
def _translation(text: str, locale: str) -> Markup:
    return Markup(gettext(text))


@lru_cache(maxsize=4096)
def _plain_translation(text: str, locale: str) -> Markup:
    # A text without values writes "%%" for a percent sign, as one with values does.
    return _translation(text, locale) % {}


def remember(macro: Macro, *arguments: Any, shows: Hashable = None) -> Markup:
    """What `macro` makes of its arguments, made once per language and per `shows`.

    `shows` is everything that the macro asks of its arguments, by value; without it the arguments themselves.
    Not for macros that ask anything else: the person, the request, the time.
    """
    key = (macro, select_locale(), arguments if shows is None else shows)
    part = _parts.get(key)
    if part is None:
        if len(_parts) >= PARTS:
            _parts.clear()
        part = _parts[key] = Markup(macro(*arguments))
    return part


_parts: dict[Hashable, Markup] = {}
