"""Settings: what the environment says, checked once, as a plain mapping for Flask.

Every problem is a `SettingError` with one line a person can act on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
DEVELOPMENT_SECRET_KEY = "development-only-secret-key"
LOCALES = ("ru", "en")
KEEPALIVE_SECONDS = 75
"""So long an idle connection lives: longer than proxies and programs keep theirs, or these would now and then send a
request into a closing one."""


class SettingError(ValueError):
    """A setting that the application refuses to start with."""


def load_settings(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Flask configuration from `environ` (the process environment when None)."""
    env = os.environ if environ is None else environ
    production = _choice(env, "APP_ENV", "development", ("development", "production")) == "production"
    https = _flag(env, "HTTPS", production)
    return {
        "APP_ENV": "production" if production else "development",
        "SITE_NAME": env.get("SITE_NAME", "Podryad"),
        "SECRET_KEY": _secret_key(env, production),
        "INSTANCE_PATH": str(Path(env.get("INSTANCE_PATH") or ROOT / "instance").resolve()),
        "MEDIA_PATH": str(_media_path(env)),
        "SQLALCHEMY_DATABASE_URI": _database_url(env, production),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            # Errors would carry them into the log.
            "hide_parameters": True,
            "pool_size": _number(env, "DATABASE_POOL", 5, low=1, high=90),
            "max_overflow": 5,
            "connect_args": {"connect_timeout": 5},
        },
        "PORT": _number(env, "PORT", 8000, low=1, high=65535),
        "WEB_WORKERS": _number(env, "WEB_WORKERS", 2, low=1, high=64),
        "WEB_THREADS": _number(env, "WEB_THREADS", 4, low=1, high=64),
        "PROXY_HOPS": _number(env, "PROXY_HOPS", 0, low=0, high=10),
        "TRUSTED_HOSTS": _words(env, "TRUSTED_HOSTS") or None,
        "LOG_LEVEL": _choice(env, "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        "DEFAULT_LOCALE": _choice(env, "DEFAULT_LOCALE", "ru", LOCALES),
        "TIME_ZONE": _time_zone(env),
        "CURRENCY": _currency(env),
        "MAX_ORDERS_IN_PROGRESS": _number(env, "MAX_ORDERS_IN_PROGRESS", 10, low=1, high=10_000),
        "API_REQUESTS_PER_MINUTE": _number(env, "API_REQUESTS_PER_MINUTE", 600, low=20, high=1_000_000),
        "RATELIMIT_ENABLED": _flag(env, "RATELIMIT_ENABLED", True),
        "HTTPS": https,
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "MAX_FORM_PARTS": 500,
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _media_path(env: Mapping[str, str]) -> Path:
    """Where uploaded files are kept: beside the embedded database unless the environment says otherwise."""
    return Path(env.get("MEDIA_PATH") or Path(env.get("INSTANCE_PATH") or ROOT / "instance") / "media").resolve()


def _secret_key(env: Mapping[str, str], production: bool) -> str:
    key = env.get("SECRET_KEY", "").strip() or DEVELOPMENT_SECRET_KEY
    if production and key == DEVELOPMENT_SECRET_KEY:
        raise SettingError("SECRET_KEY is not set: production needs a long random value of its own")
    if production and len(key) < 32:
        raise SettingError("SECRET_KEY is too short: production needs at least 32 characters")
    if production and len(set(key)) < 10:
        raise SettingError("SECRET_KEY is too simple: production needs a random value")
    return key


def _database_url(env: Mapping[str, str], production: bool) -> str | None:
    """The URL for SQLAlchemy, or None when the embedded PostgreSQL is to be used.

    SQLAlchemy 2.1 reads a bare `postgresql://` as psycopg 3, hosting platforms write `postgres://`;
    both mean psycopg2 here.
    """
    text = env.get("DATABASE_URL", "").strip()
    if not text:
        if production:
            raise SettingError("DATABASE_URL is not set: production does not start the embedded PostgreSQL")
        return None
    for prefix in ("postgres://", "postgresql://"):
        if text.startswith(prefix):
            text = "postgresql+psycopg2://" + text.removeprefix(prefix)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingError("DATABASE_URL is not a database address such as postgresql://user:word@host/name") from None
    if url.drivername != "postgresql+psycopg2":
        raise SettingError(f"DATABASE_URL names {url.drivername!r}: only PostgreSQL is supported")
    return text


def _flag(env: Mapping[str, str], name: str, default: bool) -> bool:
    text = env.get(name, "").strip().lower()
    if not text:
        return default
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise SettingError(f"{name}={env[name]!r} is neither 1 nor 0")


def _number(env: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or not low <= int(text) <= high:
        raise SettingError(f"{name}={text[:20]!r} is not a whole number from {low} to {high}")
    return int(text)


def _choice(env: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    text = env.get(name) or default
    if text not in choices:
        raise SettingError(f"{name}={text!r} is not one of {', '.join(choices)}")
    return text


def _time_zone(env: Mapping[str, str]) -> str:
    name = env.get("TIME_ZONE") or "Europe/Moscow"
    if name not in available_timezones():
        raise SettingError(f"TIME_ZONE={name!r} is not the name of a time zone such as Europe/Moscow")
    return name


def _currency(env: Mapping[str, str]) -> str:
    code = env.get("CURRENCY") or "RUB"
    if not re.fullmatch("[A-Z]{3}", code):
        raise SettingError(f"CURRENCY={code!r} is not three capital letters such as RUB")
    return code


def _words(env: Mapping[str, str], name: str) -> list[str]:
    return [word.strip() for word in env.get(name, "").split(",") if word.strip()]
