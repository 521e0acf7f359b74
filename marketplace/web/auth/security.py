"""The sign-in library, fitted to our accounts: argon2, one session row per device, forms only, no mail yet."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_security import Security, SQLAlchemyUserDatastore, user_registered
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.web.auth import devices, words
from marketplace.web.auth.forms import PasswordAgainForm, PasswordForm, RegistrationForm, SignInForm
from marketplace.web.language import select_locale
from marketplace.web.limits import protect_sign_in
from marketplace.web.passwords import MIN_PASSWORD, Passwords
from marketplace.web.safe import local_address

# The minimum that OWASP's password storage cheat sheet gives for argon2id: 19 MiB, 2 passes, 1 lane.
ARGON2 = {
    "argon2__type": "ID",
    "argon2__memory_cost": 19 * 1024,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}

SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2,
    "SECURITY_PASSWORD_LENGTH_MIN": MIN_PASSWORD,
    "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
    "SECURITY_REGISTERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_URL": "/password",
    "SECURITY_POST_CHANGE_VIEW": "auth.session_list",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGOUT_CSRF": True,
    # Our forms decide what to tell (forms.py); the library's switch would also blur "you left the password out".
    "SECURITY_RETURN_GENERIC_RESPONSES": False,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_FLASH_MESSAGES": True,
    "SECURITY_CACHE_CONTROL": None,
    # Its commands would make people past our services and roles that nobody has.
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    # Mail comes with its own feature; until then nothing here pretends to send any.
    "SECURITY_CONFIRMABLE": False,
    "SECURITY_RECOVERABLE": False,
    "SECURITY_SEND_REGISTER_EMAIL": False,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
}


LEADS_TO = {
    "security.login": "home.index",
    "security.verify": "home.index",
    "security.register": "auth.welcome",
    "security.logout": "home.index",
}
"""Where these forms lead when nobody said `next`."""


class AccountDatastore(SQLAlchemyUserDatastore):
    """Lets the library read accounts, and sends what it creates through our service."""

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | None:
        """The account with this email: the only thing by which the library looks for people here.

        Its own query would compare `lower(email)`, which no index answers: addresses are stored in lower case.
        """
        return queries.find_account_by_email(wanted["email"])

    def create_user(self, **values: Any) -> Account:
        """A registration, already checked by the form."""
        return services.register_account(
            email=values["email"],
            password_hash=values["password"],
            role=Role(values["role"]),
            name=values["name"],
            locale=select_locale(),
        )


def init_app(app: Flask) -> None:
    """Adds sign-in, registration and CSRF protection to the application."""
    for key, value in {**SETTINGS, **words.settings()}.items():
        app.config.setdefault(key, value)
    app.config.setdefault("SECURITY_PASSWORD_SALT", app.config["SECRET_KEY"])
    CSRFProtect(app)
    security = Security(
        app,
        AccountDatastore(db, Account, None),  # type: ignore[arg-type]  # no roles of the library's kind
        login_form=SignInForm,
        register_form=RegistrationForm,
        change_password_form=PasswordForm,
        verify_form=PasswordAgainForm,
        password_util_cls=Passwords,
    )
    security.want_json(lambda request: False)
    # The library's permissions are not used here, and would ask the database who comes for every style sheet.
    security.principal.identity_loaders.clear()
    words.init_app(app)
    protect_sign_in(app)
    devices.init_app(app)
    user_registered.connect(welcome, app)
    app.before_request(refuse_damaged_next)
    app.after_request(mend_answer)


def welcome(sender: Flask, user: Account, **_rest: Any) -> None:
    """The first words to somebody new; `auth.welcome` then leads them to their first step."""
    if user.role is Role.PERFORMER:
        flash(_("Welcome, %(name)s! Say what you do: customers look for you here.", name=user.name), "success")
    else:
        flash(_("Welcome, %(name)s! Describe what has to be done.", name=user.name), "success")


def refuse_damaged_next() -> None:
    """The library fails on a `next` that it cannot take apart, such as `http://[::1`."""
    if request.blueprint != "security":
        return
    for target in request.values.getlist("next"):
        try:
            urlsplit(target)
        except ValueError:
            raise BadRequest(_("The address to return to is not one of this site.")) from None


def mend_answer(response: Response) -> Response:
    """The library shows a refused form with 200: a refusal is a 422 here. Its redirects stay on this site.

    The library's own idea of a safe `next` is to bend a foreign address into a page of ours that does not exist.
    """
    if request.blueprint != "security" or request.method != "POST":
        return response
    if response.status_code == 200:
        # The answer to a check is no refused form.
        response.status_code = 200 if response.is_json else 422
    elif response.location is not None and request.endpoint in LEADS_TO:
        wanted = request.form.get("next") or request.args.get("next")
        response.location = local_address(wanted, url_for(LEADS_TO[request.endpoint]))
    return response
