"""Shape of the board's filters, as they stand in its address."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from marketplace.core.text import one_line
from marketplace.orders.queries.board import BoardFilter, CategoryChoice
from marketplace.web.fields import DayField, MoneyField
from marketplace.web.filters import label
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
        self.category.choices = _options(tuple(choices), select_locale())
        self.offered = {category.slug for category, _number in choices if category.is_active}

    def validate_category(self, field: SelectField) -> None:
        """One of those offered."""
        if field.data and field.data not in self.offered:
            raise ValidationError(field.gettext("Not a valid choice."))

    def validate_price_to(self, field: MoneyField) -> None:
        """A range that can hold something."""
        if field.data is not None and self.price_from.data is not None and field.data < self.price_from.data:
            raise ValidationError(_("“To” is below “from”."))

    def shows(self) -> tuple[object, ...]:
        """All that a page shows of this form, by value."""
        typed = tuple(tuple(field.raw_data or ()) for field in self if field is not self.cursor)
        return typed, tuple(self.category.choices or ()), tuple(map(str, chain(*self.errors.values())))

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


@lru_cache(maxsize=64)
def _options(choices: tuple[CategoryChoice, ...], locale: str) -> list[tuple[str, str]]:
    listed = [(category.slug, f"{label(category)} ({number})") for category, number in choices if category.is_active]
    return [("", _("All categories")), *listed]
