"""Shape of an order, for the customer who posts it and for whoever edits it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.core.text import one_line, tidy
from marketplace.orders.models import DESCRIPTION_LENGTH, TITLE_LENGTH
from marketplace.web.fields import DayField, MoneyField
from marketplace.web.filters import label
from marketplace.web.language import time_zone

LATEST_DEADLINE = timedelta(days=5 * 365)


class OrderForm(FlaskForm):
    """What is wanted, for how much, by when."""

    title = StringField(
        _l("Title"),
        filters=[one_line],
        validators=[DataRequired(_l("Say in a few words what has to be done.")), Length(max=TITLE_LENGTH)],
    )
    description = TextAreaField(
        _l("Description"),
        filters=[tidy],
        validators=[DataRequired(_l("Describe the work.")), Length(max=DESCRIPTION_LENGTH)],
    )
    category_id = SelectField(_l("Category"), coerce=int, validators=[InputRequired()])
    price = MoneyField(_l("Price"), validators=[Optional()])
    by_agreement = BooleanField(_l("By agreement: performers and I settle the price"))
    deadline = DayField(_l("Deadline"), validators=[Optional()])

    def offer(self, categories: Sequence[Category]) -> None:
        """Fills the list of categories to choose from."""
        self.category_id.choices = [(category.id, label(category)) for category in categories]

    def validate_title(self, field: StringField) -> None:
        """A title that somebody can see: it is the link to the order."""
        if not any(character.isalnum() for character in field.data or ""):
            raise ValidationError(_("Say in a few words what has to be done."))

    def validate_price(self, field: MoneyField) -> None:
        """A price or "by agreement", and not both."""
        if self.by_agreement.data and field.data is not None:
            raise ValidationError(_("Enter a price or choose “by agreement”, not both."))

    def validate_by_agreement(self, field: BooleanField) -> None:
        """One of the two must be there; an unreadable price already has its own error."""
        if not field.data and self.price.data is None and not self.price.errors:
            raise ValidationError(_("Enter a price or choose “by agreement”."))

    def validate_deadline(self, field: DayField) -> None:
        """Not in the past and not in another age."""
        if field.data is None or field.data == field.object_data:
            return
        # The person's day: west of Greenwich the evening belongs to the day before UTC's.
        today = clock.now().astimezone(time_zone()).date()
        if field.data < today:
            raise ValidationError(_("The deadline is in the past."))
        if field.data > today + LATEST_DEADLINE:
            raise ValidationError(_("The deadline is too far away."))

    def order_fields(self) -> dict[str, Any]:
        """The values as the services take them."""
        return {
            "title": self.title.data,
            "description": self.description.data,
            "category_id": self.category_id.data,
            "price": None if self.by_agreement.data else self.price.data,
            "deadline": self.deadline.data,
        }
