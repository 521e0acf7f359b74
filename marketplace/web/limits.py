"""How often one address, and one account, may be tried; shared by all processes through PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from email_validator import validate_email
from flask import Flask, Response, current_app, request
from flask_limiter import Limiter

from marketplace.accounts import queries
from marketplace.accounts.models import EMAIL_LENGTH
from marketplace.core.limits import PostgresStorage
from marketplace.core.text import is_storable, one_line
from marketplace.web.checking import is_check
from marketplace.web.programs import REPLAYED, is_for_program
from marketplace.web.viewer import account

SIGN_IN_PER_ADDRESS = "20 per minute;200 per hour"
SIGN_IN_PER_ACCOUNT = "10 per minute;50 per hour"
REGISTER_PER_ADDRESS = "10 per minute;50 per hour"
# A form that is checked while it is filled in asks a few times. Whoever is over this limit can still register.
REGISTER_CHECKS_PER_ADDRESS = "20 per minute;60 per hour"
# A program asks four times an hour, and many of them may share one address.
REFRESH_PER_ADDRESS = "60 per minute;1000 per hour"
# Whoever takes an order is told how to reach its customer; giving back one after the other would collect everybody's
# address. No honest work is given back as often as this.
WITHDRAWALS_PER_PERSON = "20 per hour"

LIMITER = "attempts"

assert PostgresStorage.STORAGE_SCHEME == ["app-postgresql"]


def caller() -> str:
    """A key for where a request comes from."""
    return _place(request.remote_addr or "")


def _place(text: str) -> str:
    """The address, or the network that one household of IPv6 has."""
    try:
        address = ip_address(text)
    except ValueError:
        # A proxy that passes on what it was told cannot be trusted with a key of any length.
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((int(address), 64), strict=False))


def init_app(app: Flask) -> None:
    """Gives the application a limiter of its own, switched on unless RATELIMIT_ENABLED says no."""
    # What is registered first runs last: the API has told of its own limit by then.
    app.after_request(tell)
    app.extensions[LIMITER] = Limiter(caller, app=app, storage_uri="app-postgresql://", strategy="fixed-window")


def tell(answer: Response) -> Response:
    """Says what is left of every limit that the request counted for, and when to come back if nothing is.

    As draft-ietf-httpapi-ratelimit-headers has it; a limit that was told of before stays told of.
    """
    limiter: Limiter = current_app.extensions[LIMITER]
    policies, states, waits = [], [], [0]
    for counted in limiter.current_limits:
        window = counted.limit.get_expiry()
        # The library's own `reset_at` is a second late.
        seconds = max(int(counted.window.reset_time) - int(time.time()), 1)
        name = f"{counted.request_args[-1]} {window}"
        policies.append(f'"{name}";q={counted.limit.amount};w={window}')
        states.append(f'"{name}";r={counted.remaining};t={seconds}')
        if counted.breached:
            waits.append(seconds)
    for header, parts in (("RateLimit-Policy", policies), ("RateLimit", states)):
        told = answer.headers.get(header)
        if parts:
            answer.headers[header] = ", ".join([*([told] if told else []), *parts])
    if answer.status_code == 429 and max(waits):
        answer.headers["Retry-After"] = str(max(waits))
    return answer


def protect_sign_in(app: Flask) -> None:
    """Puts the limits on the sign-in library's views; only what is sent counts, looking does not."""
    limit_sign_in(app, "security.login")
    limit_password(app, "security.change_password")
    limit_password(app, "security.verify")
    limit_registration(app, "security.register", unless=is_check)
    limit_view(app, "security.register", REGISTER_CHECKS_PER_ADDRESS, unless=lambda: not is_check())


def limit_sign_in(app: Flask, endpoint: str) -> None:
    """Limits a way to sign in; attempts count together, whichever way they come."""
    limit_view(app, endpoint, SIGN_IN_PER_ADDRESS, shared="sign-in by address")
    limit_view(app, endpoint, SIGN_IN_PER_ACCOUNT, by_account=True, shared="sign-in by account")


def limit_password(app: Flask, endpoint: str) -> None:
    """Limits a way for who is signed in to tell the password; all of them count together, by address with signing in.

    By account they do not: whoever guesses at it from outside must not keep its owner from changing the password.
    """
    limit_view(app, endpoint, SIGN_IN_PER_ADDRESS, shared="sign-in by address")
    limit_view(app, endpoint, SIGN_IN_PER_ACCOUNT, key=lambda: str(account().id), shared="password by account")


def limit_registration(app: Flask, endpoint: str, *, unless: Callable[[], bool] | None = None) -> None:
    """Limits a way to register; those of all ways count together."""
    limit_view(app, endpoint, REGISTER_PER_ADDRESS, unless=unless, shared="registration")


def limit_withdrawals(app: Flask, endpoint: str) -> None:
    """Limits a way to give orders back; those of all ways count together, and only what was done counts."""
    limit_view(
        app,
        endpoint,
        WITHDRAWALS_PER_PERSON,
        key=lambda: str(account().id),
        shared="withdrawals by account",
        counts=lambda answer: answer.status_code < 400 and REPLAYED not in answer.headers,
    )


def limit_view(
    app: Flask,
    endpoint: str,
    limit: str,
    *,
    by_account: bool = False,
    key: Callable[[], str] | None = None,
    unless: Callable[[], bool] | None = None,
    counts: Callable[[Response], bool] | None = None,
    methods: Sequence[str] = ("POST",),
    shared: str | None = None,
) -> None:
    """Limits the POSTs (or other `methods`) to `endpoint`, per address, per account named in the form, or per `key`.

    Those of which `unless` is true do not count, nor do those for whose answer `counts` is false. Those to all
    endpoints whose limit is `shared` by one name count together.
    """
    limiter: Limiter = app.extensions[LIMITER]
    view = app.view_functions[endpoint]
    how: dict[str, Any] = {
        "key_func": key or (submitted_account if by_account else caller),
        "methods": [*methods],
        "exempt_when": unless,
        "deduct_when": counts,
    }
    limit_it: Any = limiter.limit(limit, **how) if shared is None else limiter.shared_limit(limit, shared, **how)
    app.view_functions[endpoint] = limit_it(view)


def submitted_account() -> str:
    """A key for the address that somebody tries to sign in with; hashed, because it is stored.

    One account has one key, however its address is spelled: the form reads full-width letters and the like as well.
    Where its owner is signed in it has another, so that strangers who guess at it elsewhere do not keep them out.
    """
    email = one_line(_submitted_email())
    # For what is no address no account is asked. Nor is it for what is too long, which takes ages to be normalised:
    # the square of the number of accents in a row.
    if len(email) <= EMAIL_LENGTH:
        with suppress(ValueError):
            email = validate_email(email, check_deliverability=False).normalized
    email = email.lower()
    key = hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()
    is_known_here = is_storable(email) and caller() in map(_place, queries.live_addresses(email))
    return f"{key} {caller()}" if is_known_here else key


def _submitted_email() -> str | None:
    if not is_for_program():
        return request.form.get("email")
    body = None
    # What cannot be read is refused by the view, and no account is asked.
    with suppress(ValueError, RecursionError):
        body = json.loads(request.get_data())
    email = body.get("email") if isinstance(body, dict) else None
    return email if isinstance(email, str) else None
