"""What the sign-in library says, in our words: its own Russian catalogue lacks a third of its messages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext
from flask_security.babel import FsDomain

from marketplace.core.errors import N_

MESSAGES: dict[str, tuple[str, str]] = {
    "GENERIC_AUTHN_FAILED": (N_("The email or the password is not right."), "error"),
    "EMAIL_NOT_PROVIDED": (N_("Enter your email."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("Enter an email such as name@example.com."), "error"),
    "EMAIL_ALREADY_ASSOCIATED": (N_("An account with this email already exists. Sign in instead."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Enter the password."), "error"),
    "INVALID_PASSWORD": (N_("The password is not right."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords differ."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("The new password is the same as the present one."), "error"),
    "PASSWORD_CHANGE": (N_("The password is changed. All other devices are signed out."), "success"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you, it is you."), "success"),
    "REAUTHENTICATION_REQUIRED": (N_("Enter your password once more to go on."), "warning"),
    "UNAUTHENTICATED": (N_("Sign in first, then do it again."), "warning"),
    "UNAUTHORIZED": (N_("Your account does not allow this."), "error"),
}
"""By the library's key: the words and the kind of notice."""


class Words(FsDomain):
    """Looks into our catalogue first and into the library's own for what is not there."""

    def gettext(self, string: str, **variables: Any) -> str:
        """`string` in the person's language."""
        own = gettext(string)
        if own == string:
            return str(super().gettext(string, **variables))  # type: ignore[no-untyped-call]  # the library's
        return own % variables if variables else own


def settings() -> dict[str, tuple[str, str]]:
    """MESSAGES as the library's settings."""
    return {f"SECURITY_MSG_{key}": message for key, message in MESSAGES.items()}


def init_app(app: Flask) -> None:
    """Puts our catalogue before the library's."""
    app.extensions["security"].i18n_domain = Words(app)  # type: ignore[no-untyped-call]  # the library's
