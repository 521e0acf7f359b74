"""Shape of the board's filters, as they stand in its address."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from marketplace.core.text import one_line
from marketplace.orders.queries.board import BoardFilter, CategoryChoice
from marketplace.web.fields import DayField, MoneyField
from marketplace.web.language import select_locale

MAX_WORDS = 100


class BoardFilterForm(FlaskForm):
    """What somebody looks for. Sent by GET, so it carries no token and changes nothing."""

    class Meta:
        csrf = False

    q = StringField(_l("Words in title or description"), filters=[one_line], validators=[Length(max=MAX_WORDS)])
    category = SelectField(_l("Category"), filters=[one_line], validate_choice=False)
    price_from = MoneyField(_l("Price from"), validators=[Optional()])
    price_to = MoneyField(_l("Price to"), validators=[Optional()])
    by_agreement = BooleanField(_l("By agreement only"))
    deadline_by = DayField(_l("Deadline not later than"), validators=[Optional()])
    # Without a label of its own WTForms reads its whole catalogue, at every request, to translate the field's name.
    cursor = HiddenField("", validators=[Length(max=200)])

    def offer(self, choices: Sequence[CategoryChoice]) -> None:
        """Fills the list of categories, each with its number of open orders."""
        locale = select_locale()
        # A category that takes no new orders is worth a look as long as it has old ones.
        shown = [(category, number) for category, number in choices if category.is_active or number]
        listed = [(category.slug, f"{category.name_in(locale)} ({number})") for category, number in shown]
        self.category.choices = [("", _("All categories")), *listed]
        self.slugs = [choice.category.slug for choice in choices]

    def validate_category(self, field: SelectField) -> None:
        """One that exists: orders link here, also those whose category is not offered any more."""
        if field.data and field.data not in self.slugs:
            raise ValidationError(field.gettext("Not a valid choice."))

    def validate_price_to(self, field: MoneyField) -> None:
        """A range that can hold something."""
        if field.data is not None and self.price_from.data is not None and field.data < self.price_from.data:
            raise ValidationError(_("“To” is below “from”."))

    def shows(self, *fields: Field) -> Hashable:
        """What pages show of these fields (of all filters, when none are named), by value.

        None when there is something that is not worth remembering: mistakes, and what people type.
        """
        shown = fields or [field for field in self if field is not self.cursor]
        chosen = (self.category, self.by_agreement)
        if self.errors or any(field.raw_data and any(field.raw_data) for field in shown if field not in chosen):
            return None
        return tuple((field.name, field.data) for field in shown), tuple(self.category.choices or ())

    def wanted(self) -> BoardFilter:
        """The filter as the query takes it."""
        return BoardFilter(
            words=self.q.data or "",
            category=self.category.data or "",
            price_from=self.price_from.data,
            price_to=self.price_to.data,
            deadline_by=self.deadline_by.data,
            by_agreement=self.by_agreement.data,
        )
