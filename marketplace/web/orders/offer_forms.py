"""Shapes of what people send about offers: the offer itself, and a word to a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from marketplace.accounts.models import EMAIL_LENGTH, Account
from marketplace.accounts.queries import find_account_by_email
from marketplace.core import clock
from marketplace.core.text import one_line, tidy
from marketplace.orders.errors import NotAPerformer
from marketplace.orders.models import MAX_DAYS, MESSAGE_LENGTH, NOTE_LENGTH, Line, Offer, Order
from marketplace.orders.services import LineInput, OfferInput
from marketplace.web.checking import Form
from marketplace.web.errors import explain
from marketplace.web.fields import DayField, MoneyField, SelectChoice, WholeField
from marketplace.web.language import time_zone
from marketplace.web.orders.line_rows import LinesField

TOTAL, LINES = "total", "lines"
USUAL_VALIDITY = timedelta(days=14)
LATEST_VALIDITY = timedelta(days=5 * 365)


class OfferLinesField(LinesField):
    """The rows of an offer: always words with a price; whether a row names a product of the order, its name tells."""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Rows that nobody asked for are not read."""
        if not form.is_by_lines:
            self.errors = []
            return True
        if not super().validate(form, extra_validators):
            return False
        if not self.live():
            self.errors = [_("Fill in at least one line.")]
        return not self.errors

    def wanted(self) -> list[LineInput]:
        """The lines as the services take them."""
        return [
            LineInput(row.quantity.data or 0, name=row.name.data or "", unit_price=row.unit_price.data)
            for row in self.live()
        ]

    def show(self, lines: Sequence[Line]) -> None:
        """Makes rows of `lines`, for a form that nobody has sent yet."""
        for line in lines:
            self.append_entry({"name": line.name, "quantity": line.quantity, "unit_price": line.unit_price})


class OfferForm(Form):
    """What somebody would do the order for. `performer` is for the desk, which sends offers for others.

    `terms` carries the terms that the page showed back to the act, which refuses if they are no longer the order's.
    """

    terms = HiddenField("")
    performer = EmailField(
        _l("Performer"),
        filters=[one_line],
        description=_l("The address with which the performer signs in."),
        validators=[DataRequired(_l("Name the performer.")), Length(max=EMAIL_LENGTH)],
        render_kw={"autocomplete": "off"},
    )
    way = RadioField(
        _l("How you name your price"),
        choices=[
            SelectChoice(TOTAL, _l("One price for everything")),
            SelectChoice(LINES, _l("Line by line: the sum is the price")),
        ],
        default=TOTAL,
    )
    price = MoneyField(_l("Price"))
    lines = OfferLinesField(_l("Lines"))
    days = WholeField(
        _l("Days of work"),
        validators=[
            InputRequired(_l("Say how many days it takes.")),
            NumberRange(1, MAX_DAYS, _l("The number of days is a whole number from 1 to %(max)s.")),
        ],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    valid_until = DayField(_l("Valid until"), validators=[Optional()])
    message = TextAreaField(
        _l("Message"),
        filters=[tidy],
        description=_l("What is included, how you would go about it, what you have done of the kind."),
        validators=[Length(max=MESSAGE_LENGTH)],
    )

    person: Account | None = None
    """The performer whom the desk has named, once the form is valid."""

    def show(self, order: Order, last: Offer | None, lines: Sequence[Line]) -> None:
        """Fills the form that nobody has sent yet: from the last version, else from what the customer asks for."""
        self.terms.data = order.terms
        today = clock.now().astimezone(time_zone()).date()
        self.valid_until.data = today + USUAL_VALIDITY
        shown = lines
        if last is not None:
            self.price.data = None if last.lines else last.price
            self.days.data = last.days
            self.message.data = last.message
            if last.expires_at is None:
                self.valid_until.data = None
            elif last.expires_at.astimezone(time_zone()).date() >= today:
                self.valid_until.data = last.expires_at.astimezone(time_zone()).date()
            shown = last.lines or lines
        by_lines = bool(last.lines) if last is not None else bool(lines)
        self.way.data = LINES if by_lines else TOTAL
        self.lines.show(shown)
        self.lines.add_blank(1 if shown else 3)

    @property
    def is_by_lines(self) -> bool:
        """True when the lines make the price. A program that leaves the choice out has made it by what it filled in."""
        if self.way.raw_data:
            return bool(self.way.data == LINES)
        return bool(self.lines.live())

    def validate(self, extra_validators: Any = None) -> bool:
        """What is not asked for may hold anything."""
        if self.is_by_lines:
            self.price.process_errors = []
        return bool(super().validate(extra_validators))

    def validate_performer(self, field: EmailField) -> None:
        """Somebody who exists; whether they may, the service knows."""
        self.person = find_account_by_email(field.data or "")
        if self.person is None:
            raise ValidationError(explain(NotAPerformer()))

    def validate_price(self, field: MoneyField) -> None:
        """Here or in the lines; an unreadable one already has its own error."""
        if not self.is_by_lines and field.data is None and not field.errors:
            raise ValidationError(_("Name your price."))

    def validate_valid_until(self, field: DayField) -> None:
        """A day that is not over, and not in another age."""
        if field.data is None:
            return
        today = clock.now().astimezone(time_zone()).date()
        if field.data < today:
            raise ValidationError(_("Choose a day that is not over yet."))
        if field.data > today + LATEST_VALIDITY:
            raise ValidationError(_("The day is too far away."))

    def wanted(self) -> OfferInput:
        """The offer as the services take it."""
        by_lines = self.is_by_lines
        return OfferInput(
            price=None if by_lines else self.price.data,
            days=self.days.data or 0,
            message=self.message.data or "",
            expires_at=None if self.valid_until.data is None else end_of_day(self.valid_until.data),
            lines=self.lines.wanted() if by_lines else (),
        )


class WordForm(Form):
    """A word to go with a decision, if somebody has one."""

    reason = TextAreaField(_l("Reason"), filters=[tidy], validators=[Length(max=NOTE_LENGTH)])


def end_of_day(day: date) -> datetime:
    """The last second of `day` where the person lives."""
    return datetime.combine(day, time(23, 59, 59), time_zone()).astimezone(UTC)
