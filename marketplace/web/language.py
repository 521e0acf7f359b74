"""Language, theme and time zone of the person who looks."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, refresh
from flask_login import current_user
from werkzeug.wrappers import Response

from config import LOCALES
from marketplace.core import clock
from marketplace.web.programs import is_for_program

LOCALE_NAMES = {"ru": "Русский", "en": "English"}
"""What each language calls itself."""

THEMES = ("auto", "light", "dark")
LOCALE_COOKIE = "locale"
THEME_COOKIE = "theme"
YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Sets Babel up and gives templates `locale`, `theme` and `site_name`."""
    Babel(
        app,
        default_locale=app.config["DEFAULT_LOCALE"],
        default_translation_directories="translations",
        locale_selector=select_locale,
        timezone_selector=select_time_zone,
    )
    app.context_processor(template_values)


def select_locale() -> str:
    """What the person chose here, or on their account, or in the browser; else the site's own."""
    chosen: str | None = g.get("chosen_locale")
    if chosen is None:
        chosen = g.chosen_locale = _choose_locale()
    return chosen


def forget_choices() -> None:
    """For whoever has changed the preferences of the person who asks: the answer is made by the new ones."""
    g.pop("chosen_locale", None)
    g.pop("chosen_time_zone", None)
    refresh()


def _choose_locale() -> str:
    if not has_request_context():
        # Commands, and an application that is made inside the context of another, speak the site's language.
        return str(current_app.config["DEFAULT_LOCALE"])
    # The API knows no cookies, and a program that names a language means it.
    chosen = request.cookies.get(LOCALE_COOKIE, "") if not is_for_program() else _named_locale()
    if chosen in LOCALES:
        return chosen
    if current_user.is_authenticated and current_user.locale in LOCALES:
        return str(current_user.locale)
    default = str(current_app.config["DEFAULT_LOCALE"])
    return request.accept_languages.best_match(LOCALES, default) or default


def _named_locale() -> str:
    return request.accept_languages.best_match(LOCALES) or ""


def keep_choice(response: Response, cookie: str, value: str | None) -> None:
    """Remembers a language or a theme in this browser; None forgets it."""
    settings: dict[str, Any] = {"samesite": "Lax", "secure": request.is_secure, "httponly": True}
    if value is None:
        response.delete_cookie(cookie, **settings)
    else:
        response.set_cookie(cookie, value, max_age=YEAR, **settings)


def select_time_zone() -> str:
    """The person's zone, else the site's."""
    chosen: str | None = g.get("chosen_time_zone")
    if chosen is None:
        user = g.get("_login_user")
        own = user.time_zone if user is not None and user.is_authenticated else None
        chosen = own or str(current_app.config["TIME_ZONE"])
        if user is not None:
            g.chosen_time_zone = chosen
    return chosen


def time_zone() -> ZoneInfo:
    """`select_time_zone` as an object to convert with."""
    return ZoneInfo(select_time_zone())


def today() -> date:
    """The person's day: west of Greenwich the evening belongs to the day before UTC's."""
    return clock.now().astimezone(time_zone()).date()


def template_values() -> dict[str, Any]:
    """What the layout asks for."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return {
        "site_name": current_app.config["SITE_NAME"],
        "locale": select_locale(),
        "theme": theme if theme in THEMES else "auto",
    }
