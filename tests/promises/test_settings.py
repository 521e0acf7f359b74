"""Unsafe or mistyped settings refuse to start with one line that says which and why; only named hosts are served."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from config import DEVELOPMENT_SECRET_KEY, ROOT, SettingError, load_settings
from marketplace.app import create_app
from tests.conftest import settings_for
from tests.promises.test_headers import missing
from tests.promises.town import Town

LONG = "a-long-and-random-secret-key-of-46-characters-x"
PRODUCTION = {"APP_ENV": "production", "SECRET_KEY": LONG, "DATABASE_URL": "postgresql://a:b@localhost/c"}


def test_development_starts_with_nothing_set() -> None:
    settings = load_settings({})
    assert settings["APP_ENV"] == "development"
    assert settings["SQLALCHEMY_DATABASE_URI"] is None
    assert settings["RATELIMIT_ENABLED"] is True
    assert settings["SESSION_COOKIE_SECURE"] is False


def test_production_closes_its_cookies_and_knows_nothing_of_debugging() -> None:
    settings = load_settings(PRODUCTION)
    assert settings["SESSION_COOKIE_SECURE"] and settings["SESSION_COOKIE_HTTPONLY"]
    assert settings["SESSION_COOKIE_SAMESITE"] == "Lax"
    app = create_app(settings)
    assert not app.debug and not app.testing


REFUSED: list[tuple[dict[str, str], str]] = [
    ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY"),
    ({**PRODUCTION, "SECRET_KEY": DEVELOPMENT_SECRET_KEY}, "SECRET_KEY"),
    ({**PRODUCTION, "SECRET_KEY": "short"}, "SECRET_KEY"),
    ({**PRODUCTION, "SECRET_KEY": " " * 40}, "SECRET_KEY"),
    ({**PRODUCTION, "SECRET_KEY": "a" * 40}, "SECRET_KEY"),
    ({**PRODUCTION, "DATABASE_URL": ""}, "DATABASE_URL"),
    ({**PRODUCTION, "DATABASE_URL": "  "}, "DATABASE_URL"),
    ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
    ({"DATABASE_URL": "mysql://a@b/c"}, "DATABASE_URL"),
    ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgresql+psycopg://a@b/c"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgresql://a:b@host:port/c"}, "DATABASE_URL"),
    ({"APP_ENV": "prod"}, "APP_ENV"),
    ({"APP_ENV": "Production "}, "APP_ENV"),
    *(({"PORT": text}, "PORT") for text in ("0", "65536", "-1", "80a", "²", "١٢", "8000.0", "9" * 5000)),
    ({"WEB_WORKERS": "0"}, "WEB_WORKERS"),
    ({"WEB_THREADS": "1000"}, "WEB_THREADS"),
    ({"DATABASE_POOL": "91"}, "DATABASE_POOL"),
    ({"PROXY_HOPS": "-1"}, "PROXY_HOPS"),
    ({"MAX_ORDERS_IN_PROGRESS": "0"}, "MAX_ORDERS_IN_PROGRESS"),
    ({"HTTPS": "maybe"}, "HTTPS"),
    ({"RATELIMIT_ENABLED": "2"}, "RATELIMIT_ENABLED"),
    ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
    ({"DEFAULT_LOCALE": "de"}, "DEFAULT_LOCALE"),
    ({"TIME_ZONE": "Moscow"}, "TIME_ZONE"),
    ({"TIME_ZONE": "../../etc/passwd"}, "TIME_ZONE"),
    ({"CURRENCY": "rubles"}, "CURRENCY"),
    ({"CURRENCY": "<b>"}, "CURRENCY"),
]


@pytest.mark.parametrize(("environ", "name"), REFUSED, ids=lambda value: str(value)[-60:])
def test_a_setting_that_cannot_be_meant_is_refused_in_one_line(environ: dict[str, str], name: str) -> None:
    with pytest.raises(SettingError) as refusal:
        load_settings(environ)
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 300
    for secret in ("a:b", "word@", LONG):
        assert secret not in str(refusal.value) or "such as" in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("postgres://a:b@h/c", "postgresql+psycopg2://a:b@h/c"),
        ("postgresql://a:b@h:5433/c?sslmode=require", "postgresql+psycopg2://a:b@h:5433/c?sslmode=require"),
        ("postgresql+psycopg2://a@/c?host=/run/x", "postgresql+psycopg2://a@/c?host=/run/x"),
    ],
)
def test_an_address_of_a_database_is_read_as_platforms_write_it(url: str, meant: str) -> None:
    assert load_settings({"DATABASE_URL": url})["SQLALCHEMY_DATABASE_URI"] == meant


@pytest.mark.parametrize(
    "program", [("wsgi.py",), ("-m", "gunicorn", "--check-config", "wsgi:app"), ("-m", "flask", "routes")]
)
def test_every_way_to_start_says_one_line_and_no_traceback(program: tuple[str, ...]) -> None:
    environ = {"PATH": os.environ["PATH"], "APP_ENV": "production", "SECRET_KEY": "short"}
    done = subprocess.run([sys.executable, *program], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "SECRET_KEY is too short" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def site(town: Town, **environ: str) -> Any:
    """A client of the town's site under other settings."""
    return create_app(settings_for(town.app.config["SQLALCHEMY_DATABASE_URI"], **environ)).test_client()


@pytest.mark.parametrize(
    "host",
    ["evil.example", "podryad.example.evil.example", "", "localhost", "a" * 300, "x y", "[::1", "\xff", "@a", "a:b"],
)
def test_a_host_that_was_not_named_is_refused_with_a_page(town: Town, host: str) -> None:
    client = site(town, TRUSTED_HOSTS="podryad.example, .shops.example")
    for path in ("/", "/login", "/nothing", "/static/css/theme.css"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert missing(answer) == []
        assert 'class="error-code' in answer.text
        assert "evil.example" not in answer.text


@pytest.mark.parametrize("host", ["podryad.example", "podryad.example:8000", "shops.example", "my.shops.example"])
def test_a_host_that_was_named_is_served(town: Town, host: str) -> None:
    client = site(town, TRUSTED_HOSTS="podryad.example, .shops.example")
    assert client.get("/", headers={"Host": host}).status_code == 200
    assert client.get("/profile", headers={"Host": host}).location == "/login?next=/profile"


@pytest.mark.parametrize(("kind", "limit"), [("MAX_CONTENT_LENGTH", 1024**2), ("MAX_FORM_MEMORY_SIZE", 512 * 1024)])
def test_bodies_are_bounded(town: Town, kind: str, limit: int) -> None:
    assert town.app.config[kind] == limit
    assert town.app.config["MAX_FORM_PARTS"] <= 500
