"""Shapes of the account forms: the sign-in library's, with our words and our two extra questions."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_security import ChangePasswordForm, LoginForm, RegisterFormV2
from wtforms import RadioField, StringField, SubmitField
from wtforms.validators import DataRequired, Length

from marketplace.accounts.models import EMAIL_LENGTH, NAME_LENGTH
from marketplace.accounts.states import Role
from marketplace.core.text import one_line


class SignInForm(LoginForm):  # type: ignore[misc]  # the library's forms are untyped to us
    """Email and password. There is no "remember me": a device stays signed in until its session is ended."""

    remember = None
    submit = SubmitField(_l("Sign in"))


class RegistrationForm(RegisterFormV2):  # type: ignore[misc]
    """Who somebody is and what they come for."""

    role = RadioField(
        _l("I am here to"),
        choices=[(Role.CUSTOMER.value, _l("post orders")), (Role.PERFORMER.value, _l("do the work"))],
        default=Role.CUSTOMER.value,
        validators=[DataRequired()],
    )
    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[DataRequired(_l("Enter your name.")), Length(max=NAME_LENGTH)],
        render_kw={"autocomplete": "name"},
    )
    submit = SubmitField(_l("Register"))

    def validate(self, **kwargs: Any) -> bool:
        """As the library does; an address that is taken is said so while no mail can say it (docs/decisions)."""
        fine = bool(super().validate(**kwargs))
        if self.email.data and len(self.email.data) > EMAIL_LENGTH:
            self.email.errors = [*self.email.errors, _l("The address is too long.")]
            fine = False
        if self.existing_email_user is not None:
            self.existing_email_user = None
            self.email.errors = [_l("An account with this email already exists. Sign in instead.")]
            fine = False
        return fine


class PasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Old password, new password twice."""

    submit = SubmitField(_l("Change password"))
