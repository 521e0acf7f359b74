"""What templates call dozens of times on a page, remembered: texts, addresses, and parts that show only arguments."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from flask_babel import gettext
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from marketplace.orders.queries.board import Card
from marketplace.web.filters import told_age
from marketplace.web.language import select_locale, select_time_zone

PARTS = 4096
ADDRESSES = 4096
ANY_ID = 2**62
"""Stands for a row's id in an address; any other number looks alike around it."""


def init_app(app: Flask) -> None:
    """Hands the templates quicker versions of `_` and `url_for`, and `remember` for parts of pages."""

    app.jinja_env.template_class = ImportedOnce

    @lru_cache(maxsize=ADDRESSES)
    def built(root: str, endpoint: str, **names: Any) -> str:
        return app.url_for(endpoint, **names)

    @lru_cache(maxsize=ADDRESSES)
    def around_id(root: str, endpoint: str, name: str) -> tuple[str, str]:
        values: dict[str, Any] = {name: ANY_ID}
        before, _id, after = app.url_for(endpoint, **values).partition(str(ANY_ID))
        return before, after

    def address(endpoint: str, **values: Any) -> str:
        kinds = {value.__class__ for value in values.values()}
        if endpoint[0] == "." or not has_request_context():
            return app.url_for(endpoint, **values)
        if kinds <= {str}:
            return built(request.root_path, endpoint, **values)
        if kinds == {int} and len(values) == 1:
            ((name, row_id),) = values.items()
            before, after = around_id(request.root_path, endpoint, name)
            return f"{before}{row_id}{after}"
        return app.url_for(endpoint, **values)

    app.jinja_env.globals.update(_=translate, gettext=translate, url_for=address)
    app.jinja_env.globals.update(remember=remember, remember_cards=remember_cards)


class ImportedOnce(Template):
    """A template whose macros are made once: Jinja would see at every import whether its globals are still the same."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return self._module or super()._get_default_module(ctx)


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


def remember(macro: Macro, *arguments: Any, shows: Hashable) -> Markup:
    """What `macro` makes of its arguments, made once per language and `shows`; every time when that is None.

    `shows` is all that the macro asks of its arguments, by value. Not for macros that ask anything else: the person,
    the request, the time. Nor for macros that a template does not import: they are new every time.
    """
    if shows is None:
        return Markup(macro(*arguments))
    key = (macro, select_locale(), shows)
    return _parts.get(key) or _keep(key, macro(*arguments))


def remember_cards(macro: Macro, cards: Iterable[Card], *arguments: Any) -> Markup:
    """What `macro` makes of each card, made once per language, zone and age that it tells."""
    reader = (macro, select_locale(), select_time_zone(), arguments)
    made = []
    for card in cards:
        key = (reader, told_age(card.created_at), card)
        made.append(_parts.get(key) or _keep(key, macro(card, *arguments)))
    return Markup("".join(made))


def _keep(key: Hashable, part: str) -> Markup:
    if len(_parts) >= PARTS:
        _parts.clear()
    kept = _parts[key] = Markup(part)
    return kept


_parts: dict[Hashable, Markup] = {}
