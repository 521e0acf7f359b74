"""How often one address, and one account, may be tried; shared by all processes through PostgreSQL."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import Flask, request
from flask_limiter import Limiter

from marketplace.core.limits import PostgresStorage
from marketplace.core.text import one_line
from marketplace.web.checking import is_check

SIGN_IN_PER_ADDRESS = "20 per minute;200 per hour"
SIGN_IN_PER_ACCOUNT = "10 per minute;50 per hour"
REGISTER_PER_ADDRESS = "10 per minute;50 per hour"
# A form that is checked while it is filled in asks a few times. Whoever is over this limit can still register.
REGISTER_CHECKS_PER_ADDRESS = "20 per minute;60 per hour"

LIMITER = "attempts"

assert PostgresStorage.STORAGE_SCHEME == ["app-postgresql"]


def caller() -> str:
    """A key for where a request comes from: the address, or the network that one household of IPv6 has."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        # A proxy that passes on what it was told cannot be trusted with a key of any length.
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((int(address), 64), strict=False))


def init_app(app: Flask) -> None:
    """Gives the application a limiter of its own, switched on unless RATELIMIT_ENABLED says no."""
    app.extensions[LIMITER] = Limiter(
        caller, app=app, storage_uri="app-postgresql://", strategy="fixed-window", headers_enabled=True
    )


def protect_sign_in(app: Flask) -> None:
    """Puts the limits on the sign-in library's views; only what is sent counts, looking does not."""
    limit_view(app, "security.login", SIGN_IN_PER_ADDRESS)
    limit_view(app, "security.login", SIGN_IN_PER_ACCOUNT, by_account=True)
    limit_view(app, "security.change_password", SIGN_IN_PER_ADDRESS)
    limit_view(app, "security.verify", SIGN_IN_PER_ADDRESS)
    limit_view(app, "security.register", REGISTER_PER_ADDRESS, unless=is_check)
    limit_view(app, "security.register", REGISTER_CHECKS_PER_ADDRESS, unless=lambda: not is_check())


def limit_view(
    app: Flask,
    endpoint: str,
    limit: str,
    *,
    by_account: bool = False,
    key: Callable[[], str] | None = None,
    unless: Callable[[], bool] | None = None,
    methods: Sequence[str] = ("POST",),
) -> None:
    """Limits the POSTs (or other `methods`) to `endpoint`, per address, per account named in the form, or per `key`.

    Those of which `unless` is true do not count.
    """
    limiter: Limiter = app.extensions[LIMITER]
    view = app.view_functions[endpoint]
    limited: Any = limiter.limit(
        limit, key_func=key or (submitted_account if by_account else caller), methods=[*methods], exempt_when=unless
    )(view)
    app.view_functions[endpoint] = limited


def submitted_account() -> str:
    """A key for the address that somebody tries to sign in with; hashed, because it is stored.

    One account has one key, however its address is spelled: the form reads full-width letters and the like as well.
    """
    email = one_line(request.form.get("email"))
    # For what is no address no account is asked.
    with suppress(EmailNotValidError):
        email = validate_email(email, check_deliverability=False).normalized
    email = email.lower()
    return hashlib.sha256(email.encode()).hexdigest()
