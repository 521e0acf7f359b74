"""Shapes of the account forms: the sign-in library's, with our words, our limits and our two extra questions."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import ChangePasswordForm, LoginForm, RegisterFormV2
from flask_security.forms import (
    EmailValidation,
    EqualToLocalize,
    NextFormMixin,
    VerifyForm,
    email_required,
    password_required,
    unique_user_email,
)
from flask_security.utils import get_message
from wtforms import EmailField, Field, PasswordField, RadioField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from marketplace.accounts import services
from marketplace.accounts.models import EMAIL_LENGTH, NAME_LENGTH, Account
from marketplace.accounts.states import Role
from marketplace.core.text import one_line
from marketplace.web.checking import Checkable
from marketplace.web.fields import SelectChoice
from marketplace.web.passwords import MAX_PASSWORD, at_most, not_endless
from marketplace.web.safe import local_address
from marketplace.web.viewer import account


def must_be_legible(form: Any, field: StringField) -> None:
    """Refuses names without a single letter or digit: nobody could see or say them."""
    if not any(character.isalnum() for character in field.data or ""):
        raise ValidationError(_("Enter a name with letters in it."))


class LocalNext(NextFormMixin):
    """A `next` that leads to another site is forgotten, so that the form still does what it was sent for."""

    def validate_next(self, field: Field) -> None:
        """Keeps only addresses of ours."""
        field.data = local_address(field.data, "")


class SignInForm(LocalNext, LoginForm):
    """Email and password. There is no "remember me": a device stays signed in until its session is ended."""

    email = EmailField(
        _l("Email"),
        filters=[one_line, at_most(EMAIL_LENGTH)],
        render_kw={"autocomplete": "username", "autofocus": True},
        validators=[email_required, Length(max=EMAIL_LENGTH), EmailValidation(verify=False)],
    )
    password = PasswordField(
        _l("Password"),
        filters=[at_most(MAX_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
        validators=[password_required, not_endless],
    )
    remember = None  # type: ignore[assignment]  # how WTForms drops a field
    submit = SubmitField(_l("Sign in"))

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # as the library's own
        """As the library does; whether the account is unknown, blocked or has another password is not told apart."""
        if super().validate(**kwargs):
            assert isinstance(self.user, Account)
            if services.hold_checked(self.user):
                return True
        # Set once the fields themselves were fine and the library went on to ask for the account.
        if self.ifield is not None:
            self.email.errors = []
            self.password.errors = []
            self.form_errors = [get_message("GENERIC_AUTHN_FAILED")[0]]
        return False


class RegistrationForm(Checkable, LocalNext, RegisterFormV2):
    """Who somebody is and what they come for. Other roles than these two are no choice of the form."""

    role = RadioField(
        _l("I am here to"),
        choices=[
            SelectChoice(Role.CUSTOMER.value, _l("post orders: I am a customer")),
            SelectChoice(Role.PERFORMER.value, _l("do the work: I am a performer")),
        ],
        default=Role.CUSTOMER.value,
        validators=[InputRequired(_l("Choose one of the two."))],
    )
    name = StringField(
        _l("Name"),
        description=_l("Of a person or a firm; everybody sees it."),
        filters=[one_line],
        render_kw={"autocomplete": "name"},
        validators=[DataRequired(_l("Enter your name.")), Length(max=NAME_LENGTH), must_be_legible],
    )
    # An address that is taken is said so while there is no mail that could say it to its owner alone.
    email = EmailField(
        _l("Email"),
        filters=[one_line, at_most(EMAIL_LENGTH)],
        description=_l("You sign in with it."),
        render_kw={"autocomplete": "email"},
        validators=[email_required, Length(max=EMAIL_LENGTH), EmailValidation(verify=True), unique_user_email],
    )
    password = PasswordField(
        _l("Password"),
        description=_l("At least 8 characters."),
        filters=[at_most(MAX_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
        validators=[password_required, not_endless],
    )
    submit = SubmitField(_l("Register"))


class PasswordForm(ChangePasswordForm):
    """Present password, new password twice."""

    password = PasswordField(
        _l("Present password"),
        filters=[at_most(MAX_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
        validators=[password_required, not_endless],
    )
    new_password = PasswordField(
        _l("New password"),
        description=_l("At least 8 characters."),
        filters=[at_most(MAX_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
        validators=[password_required, not_endless],
    )
    new_password_confirm = PasswordField(
        _l("New password again"),
        filters=[at_most(MAX_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
        validators=[EqualToLocalize("new_password", message="RETYPE_PASSWORD_MISMATCH"), password_required],
    )
    submit = SubmitField(_l("Change password"))

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # as the library's own
        """As the library does; of two who change one password at once the second does not know it any more."""
        return bool(super().validate(**kwargs)) and is_known_still(self.password)


class PasswordAgainForm(LocalNext, VerifyForm):
    """The password once more, before something that a borrowed device must not do."""

    password = PasswordField(
        _l("Password"),
        filters=[at_most(MAX_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
        validators=[password_required, not_endless],
    )
    submit = SubmitField(_l("Go on"))

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # as the library's own
        """As the library does, for the password that is the person's now."""
        return bool(super().validate(**kwargs)) and is_known_still(self.password)


def is_known_still(field: PasswordField) -> bool:
    """True when the password of the person who is signed in, just found right in `field`, has not changed since."""
    if services.hold_checked(account()):
        return True
    field.errors = [*field.errors, get_message("INVALID_PASSWORD")[0]]
    return False
