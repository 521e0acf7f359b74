"""The sign-in library, fitted to our accounts: argon2, one session row per device, forms only, no mail yet."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask_security import Security, SQLAlchemyUserDatastore
from flask_wtf import CSRFProtect

from marketplace.accounts import services
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.web.auth import devices
from marketplace.web.auth.forms import PasswordForm, RegistrationForm, SignInForm
from marketplace.web.language import select_locale
from marketplace.web.limits import protect_sign_in

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
    "SECURITY_PASSWORD_LENGTH_MIN": 8,
    "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
    "SECURITY_REGISTERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_URL": "/password",
    "SECURITY_POST_CHANGE_VIEW": "auth.session_list",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGOUT_CSRF": True,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_FLASH_MESSAGES": True,
    "SECURITY_CACHE_CONTROL": None,
    # Mail comes with its own feature; until then nothing here pretends to send any.
    "SECURITY_CONFIRMABLE": False,
    "SECURITY_RECOVERABLE": False,
    "SECURITY_SEND_REGISTER_EMAIL": False,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
}


class AccountDatastore(SQLAlchemyUserDatastore):  # type: ignore[misc]  # the library's base is untyped to us
    """Lets the library read accounts, and sends what it creates through our service."""

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
    for key, value in SETTINGS.items():
        app.config.setdefault(key, value)
    app.config.setdefault("SECURITY_PASSWORD_SALT", app.config["SECRET_KEY"])
    CSRFProtect(app)
    security = Security(
        app,
        AccountDatastore(db, Account, None),
        login_form=SignInForm,
        register_form=RegistrationForm,
        change_password_form=PasswordForm,
    )
    security.want_json(lambda request: False)
    protect_sign_in(app)
    devices.init_app(app)
    app.after_request(say_no_with_a_status)


def say_no_with_a_status(response: Response) -> Response:
    """The library shows a refused form with 200; a refusal here is a 422 like everywhere else."""
    if request.blueprint == "security" and request.method == "POST" and response.status_code == 200:
        response.status_code = 422
    return response
