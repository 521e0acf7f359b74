"""Shape of an order, for whoever writes or edits it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from marketplace.accounts.models import EMAIL_LENGTH, Account
from marketplace.accounts.queries import find_account_by_email
from marketplace.accounts.states import Role
from marketplace.catalog.models import Category
from marketplace.core.errors import Invalid
from marketplace.core.text import one_line, tidy
from marketplace.orders.errors import NotACustomer
from marketplace.orders.models import DESCRIPTION_LENGTH, TITLE_LENGTH
from marketplace.orders.services.posting import check_deadline
from marketplace.orders.states import Pricing
from marketplace.web.checking import Form
from marketplace.web.errors import explain
from marketplace.web.fields import DayField, MoneyField, SelectChoice
from marketplace.web.filters import label
from marketplace.web.language import today
from marketplace.web.orders.line_rows import LinesField


class OrderForm(Form):
    """What is wanted, of what it consists, for how much, by when.

    `customer` is for the desk, which writes orders down for others; `pricing` is gone once offers have been asked for.
    """

    customer = EmailField(
        _l("Customer"),
        filters=[one_line],
        description=_l("The address with which the customer signs in."),
        validators=[DataRequired(_l("Name the customer.")), Length(max=EMAIL_LENGTH)],
        render_kw={"autocomplete": "off"},
    )
    title = StringField(
        _l("Title"),
        filters=[one_line],
        validators=[DataRequired(_l("Say in a few words what has to be done.")), Length(max=TITLE_LENGTH)],
    )
    category_id = SelectField(_l("Category"), coerce=int, validators=[InputRequired()])
    description = TextAreaField(
        _l("Description"),
        filters=[tidy],
        validators=[DataRequired(_l("Describe the work.")), Length(max=DESCRIPTION_LENGTH)],
    )
    lines = LinesField(_l("Products and works"))
    pricing = RadioField(
        _l("How the price comes about"),
        choices=[
            SelectChoice(Pricing.FIXED.value, _l("At my price: a performer takes the order as it is")),
            SelectChoice(Pricing.QUOTE.value, _l("By quote: performers offer theirs, I choose")),
        ],
        coerce=Pricing,
        default=Pricing.FIXED,
    )
    price = MoneyField(_l("Price"), validators=[Optional()])
    by_agreement = BooleanField(_l("By agreement: performers and I settle the price"))
    deadline = DayField(_l("Deadline"), validators=[Optional()])

    owner: Account | None = None
    """The customer whom the desk has named, once the form is valid."""

    def offer(self, categories: Sequence[Category]) -> None:
        """Fills the list of categories to choose from."""
        self.category_id.choices = [(category.id, label(category)) for category in categories]

    @property
    def is_quote(self) -> bool:
        """True when performers name the price."""
        return self.pricing is None or self.pricing.data is Pricing.QUOTE

    def validate_customer(self, field: EmailField) -> None:
        """An active customer."""
        self.owner = find_account_by_email(field.data or "")
        if self.owner is None or self.owner.role is not Role.CUSTOMER or not self.owner.active:
            raise ValidationError(explain(NotACustomer()))

    def validate_title(self, field: StringField) -> None:
        """A title that somebody can see: it is the link to the order."""
        if not any(character.isalnum() for character in field.data or ""):
            raise ValidationError(_("Say in a few words what has to be done."))

    def validate_price(self, field: MoneyField) -> None:
        """A price or "by agreement", and not both."""
        if not self.is_quote and self.by_agreement.data and field.data is not None:
            raise ValidationError(_("Enter a price or choose “by agreement”, not both."))

    def validate_by_agreement(self, field: BooleanField) -> None:
        """A price, lines that add up to one, or this; an unreadable price already has its own error."""
        if self.is_quote:
            return
        has_lines = bool(self.lines.live())
        if field.data and has_lines:
            raise ValidationError(_("The sum of the list is the price: leave “by agreement” out, or the list."))
        if not field.data and not has_lines and self.price.data is None and not self.price.errors:
            raise ValidationError(_("Enter a price, list what is needed, or choose “by agreement”."))

    def validate_deadline(self, field: DayField) -> None:
        """Not in the past and not in another age."""
        if field.data is None or field.data == field.object_data:
            return
        try:
            check_deadline(field.data, today=today())
        except Invalid as error:
            raise ValidationError(explain(error)) from None

    def order_fields(self) -> dict[str, Any]:
        """The values as the services take them."""
        is_open = not self.is_quote and self.by_agreement.data
        values = {
            "title": self.title.data,
            "description": self.description.data,
            "category_id": self.category_id.data,
            "price": None if is_open else self.price.data,
            "deadline": self.deadline.data,
            "lines": self.lines.wanted(),
        }
        return values if self.pricing is None else values | {"pricing": self.pricing.data}
