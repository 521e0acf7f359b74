"""Shapes of the admin forms; each carries the site's CSRF token."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import EmailValidateException
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    PasswordField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from marketplace.accounts.models import (
    ABOUT_LENGTH,
    CONTACT_LENGTH,
    EMAIL_LENGTH,
    HEADLINE_LENGTH,
    MAX_LINKS,
    NAME_LENGTH,
)
from marketplace.accounts.states import PriceUnit, Role
from marketplace.catalog.models import CATEGORY_LENGTH, SLUG_LENGTH
from marketplace.core.text import one_line, tidy
from marketplace.orders.models import NOTE_LENGTH
from marketplace.web.fields import LinkField, LinksField, MoneyField, PhoneField, WholeField
from marketplace.web.filters import LABELS
from marketplace.web.passwords import MAX_PASSWORD, at_most, not_endless


def role_choices() -> list[tuple[str, Any]]:
    """Every role with its words."""
    return [(role.value, LABELS[role]) for role in Role]


class ConfirmForm(FlaskForm):
    """No question but "really?"."""


class ReasonForm(FlaskForm):
    """Why: it goes into the history or the audit trail."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[tidy],
        validators=[InputRequired(_l("Say why.")), Length(min=1, max=NOTE_LENGTH)],
        render_kw={"rows": 3, "maxlength": NOTE_LENGTH},
    )


class ReassignForm(ReasonForm):
    """To whom, and why."""

    performer = StringField(
        _l("New performer"),
        filters=[one_line],
        description=_l("Email or number of an active performer."),
        validators=[InputRequired(_l("Name a performer.")), Length(max=EMAIL_LENGTH)],
        render_kw={"autocomplete": "off"},
    )


class RoleForm(FlaskForm):
    """Which role everybody in the group gets."""

    role = SelectField(_l("New role"), choices=role_choices)


class AccountForm(FlaskForm):
    """A new person."""

    email = StringField(
        _l("Email"),
        filters=[one_line, at_most(EMAIL_LENGTH)],
        validators=[InputRequired(_l("Enter an email.")), Length(max=EMAIL_LENGTH)],
        render_kw={"type": "email", "autocomplete": "off"},
    )
    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[InputRequired(_l("Enter a name.")), Length(min=1, max=NAME_LENGTH)],
        render_kw={"autocomplete": "off"},
    )
    role = SelectField(_l("Role"), choices=role_choices, default=Role.MANAGER.value)
    password = PasswordField(
        _l("Password"),
        filters=[at_most(MAX_PASSWORD)],
        description=_l("Tell it to the person in a safe way; they can change it after signing in."),
        validators=[InputRequired(_l("Enter a password.")), not_endless],
        render_kw={"autocomplete": "new-password"},
    )
    submit = SubmitField(_l("Create the account"))

    def validate_email(self, field: StringField) -> None:
        """The form of the address that signing in will look for."""
        try:
            field.data = current_app.extensions["security"].mail_util.validate(field.data)
        except EmailValidateException:
            raise ValidationError(_("Enter a valid email address.")) from None

    def validate_password(self, field: PasswordField) -> None:
        """The same rules as registration, on the spelling that signing in will compare."""
        problems, normal = current_app.extensions["security"].password_util.validate(
            field.data, True, email=self.email.data, name=self.name.data
        )
        if problems:
            raise ValidationError(problems[0])
        field.data = normal


class ProfileForm(FlaskForm):
    """What a person says of themselves, mended by an admin."""

    name = StringField(
        _l("Name"), filters=[one_line], validators=[InputRequired(_l("Enter a name.")), Length(min=1, max=NAME_LENGTH)]
    )
    headline = StringField(_l("Headline"), filters=[one_line], validators=[Length(max=HEADLINE_LENGTH)])
    about = TextAreaField(
        _l("About, experience"), filters=[tidy], validators=[Length(max=ABOUT_LENGTH)], render_kw={"rows": 8}
    )
    phone = PhoneField(_l("Phone"), validators=[Length(max=CONTACT_LENGTH)])
    messenger = StringField(_l("Messenger"), filters=[one_line], validators=[Length(max=CONTACT_LENGTH)])
    site = LinkField(_l("Site"), validators=[Length(max=CONTACT_LENGTH)])
    usual_price = MoneyField(_l("Usual price"))
    price_unit = SelectField(_l("Price is"), choices=lambda: [(unit.value, LABELS[unit]) for unit in PriceUnit])
    links = LinksField(_l("Portfolio"), limit=MAX_LINKS, description=_l("One address per line."), render_kw={"rows": 4})
    submit = SubmitField(_l("Save"))


class CategoryForm(FlaskForm):
    """A kind of work."""

    name_en = StringField(
        _l("Name in English"),
        filters=[one_line],
        validators=[InputRequired(_l("Enter a name.")), Length(min=1, max=CATEGORY_LENGTH)],
    )
    name_ru = StringField(
        _l("Name in Russian"),
        filters=[one_line],
        validators=[InputRequired(_l("Enter a name.")), Length(min=1, max=CATEGORY_LENGTH)],
    )
    slug = StringField(
        _l("Name in addresses"),
        filters=[one_line],
        description=_l("Small Latin letters, digits and hyphens, for example web-design."),
        validators=[
            InputRequired(_l("Enter a name.")),
            Length(max=SLUG_LENGTH),
            Regexp(r"[a-z0-9-]+\Z", message=_l("Use small Latin letters, digits and hyphens only.")),
        ],
    )
    position = WholeField(
        _l("Position in lists"),
        default=0,
        validators=[InputRequired(_l("Enter a number.")), NumberRange(min=0, max=10_000)],
        render_kw={"min": 0, "max": 10_000},
    )
    is_active = BooleanField(_l("Takes new orders"), default=True)
    submit = SubmitField(_l("Save"))
