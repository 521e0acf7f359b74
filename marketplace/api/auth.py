"""Becoming known and being forgotten: registration, and the tokens of programs."""

from __future__ import annotations

from flask import Flask, Response, current_app, request
from flask_security.utils import hash_password

from marketplace.accounts import queries, services
from marketplace.accounts.errors import EmailTaken, NoSuchToken
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.api.me import shown_me
from marketplace.api.protocol import repeating
from marketplace.api.protocol.blueprint import blueprint
from marketplace.api.protocol.errors import FieldsRefused, KeySpent, NotRecognised
from marketplace.api.protocol.operations import operation
from marketplace.api.protocol.signing import unrecognised
from marketplace.api.schemas.auth import Refresh, Registration, SignIn, Tokens
from marketplace.api.schemas.me import Me
from marketplace.web.guards import PUBLIC
from marketplace.web.language import select_locale
from marketplace.web.limits import REFRESH_PER_ADDRESS, limit_registration, limit_sign_in, limit_view
from marketplace.web.viewer import account, device


def init_app(app: Flask) -> None:
    """Puts the limits of the pages on these operations; an attempt counts the same, whichever way it comes."""
    limit_registration(app, f"{blueprint.name}.register_account")
    limit_sign_in(app, f"{blueprint.name}.sign_in")
    limit_view(app, f"{blueprint.name}.refresh_tokens", REFRESH_PER_ADDRESS)


@operation(
    "POST",
    "/auth/register",
    tag="auth",
    body=Registration,
    answer=Me,
    status=201,
    gate=PUBLIC,
    is_tagged=True,
    asks_who=False,
)
def register_account(body: Registration) -> Me:
    """Register.

    Makes an account for somebody who posts orders or somebody who does the work; other accounts are made by admins.
    Nobody is signed in by that. An address that has an account is a 422 that says so. A 409 is told while the first
    request of an Idempotency-Key is still at work: send the same again after a moment.
    """
    made = services.register_account(
        email=body.email,
        password_hash=first_password_hash(body.password, email=body.email, name=body.name),
        role=Role(body.role),
        name=body.name,
        locale=select_locale(),
    )
    return shown_me(made)


@operation(
    "POST",
    "/auth/login",
    tag="auth",
    body=SignIn,
    answer=Tokens,
    gate=PUBLIC,
    errors=(409,),
    is_secret=True,
    asks_who=False,
)
def sign_in(body: SignIn) -> Tokens | Response:
    """Sign in.

    An unknown address, a wrong password and a blocked account are one and the same 401. Attempts at one account and
    from one address are limited, together with those on the sign-in page. `code` is for accounts with a second
    factor: as there are none, one that is sent is refused and not ignored, since whoever sends it takes the account
    for better guarded than it is. Sent again with its Idempotency-Key, the request gets the same refresh token, until
    that is used; afterwards it is a 409 (`key-spent`): sign in under another key. The other 409 (`still-at-work`) is
    told while the first request of the key is still at work: send the same again after a moment.
    """
    again = tokens_told_before()
    if again is not None:
        return again
    person = recognised(body.email, body.password)
    return unrecognised(NotRecognised()) if person is None else first_tokens(person)


@operation(
    "POST", "/auth/refresh", tag="auth", body=Refresh, answer=Tokens, gate=PUBLIC, is_secret=True, asks_who=False
)
def refresh_tokens(body: Refresh) -> Tokens | Response:
    """Get the next tokens.

    A refresh token is good for one use. One that comes a second time is in two hands, so it signs the program out:
    all its tokens are dead. A program that has lost the answer sends the request again with the same Idempotency-Key
    and gets the same refresh token, for 24 hours and until that is used: a repetition that comes later still is a
    second use. A 409 (`still-at-work`) is told while the first request of the key is still at work: send the same again
    after a moment.
    """
    key = repeating.sent_key()
    is_known = key is not None and repeating.recalled(key) is not None
    made = services.refresh_tokens(body.refresh_token, secret=current_app.config["SECRET_KEY"], retry=key)
    if key is not None and made is not None and not is_known:
        repeating.remember(key, "")
    # Not raised: the session of a token that came twice has ended, and that is to be committed.
    return unrecognised(NoSuchToken()) if made is None else shown_tokens(made)


@operation("POST", "/auth/logout", tag="auth")
def sign_out() -> None:
    """Sign out.

    The access token that was sent is dead at once, and so are all the others of this program. Other programs and
    browsers of the same person stay signed in. Sent again it is a 401, with a key too: nobody is signed in any more.
    """
    services.end_session(device().id, by=account())


def first_password_hash(sent: str, *, email: str, name: str) -> str:
    """The hash of a new account's password; raises FieldsRefused for a bad one, EmailTaken for a taken address."""
    wrong, password = current_app.extensions["security"].password_util.validate(sent, True, email=email, name=name)
    if wrong:
        raise FieldsRefused({"password": wrong})
    if queries.find_account_by_email(email) is not None:
        # Before the password is hashed, which takes long; the service finds those who come at the same moment.
        raise EmailTaken(field="email")
    return str(hash_password(password))


def recognised(email: str, password: str) -> Account | None:
    """Who has this address and this password, unless they are blocked; it takes as long to find out that nobody has."""
    person = queries.find_account_by_email(email)
    if person is None:
        hash_password(password)
        return None
    normal = current_app.extensions["security"].password_util.normalize(password)
    is_right = person.verify_and_update_password(normal)
    return person if is_right and services.hold_checked(person) else None


def tokens_told_before() -> Tokens | None:
    """What the request was answered under its Idempotency-Key; raises KeySpent when that is in use by now."""
    key = repeating.sent_key()
    begun = None if key is None else repeating.recalled(key)
    if key is None or begun is None:
        return None
    again = services.repeat_sign_in(int(begun), secret=current_app.config["SECRET_KEY"], retry=key)
    if again is None:
        raise KeySpent
    return shown_tokens(again)


def first_tokens(person: Account) -> Tokens:
    """Those of a new session of this program, whose person has told the password; its key can repeat them."""
    key = repeating.sent_key()
    made = services.sign_in_program(
        person,
        user_agent=request.headers.get("User-Agent", ""),
        address=request.remote_addr or "",
        secret=current_app.config["SECRET_KEY"],
        retry=key,
    )
    if key is not None:
        repeating.remember(key, str(made.session_id))
    return shown_tokens(made)


def shown_tokens(made: services.Tokens) -> Tokens:
    """The tokens as they are answered."""
    return Tokens(
        access_token=made.access_token,
        refresh_token=made.refresh_token,
        token_type="Bearer",
        expires_in=made.expires_in,
    )
