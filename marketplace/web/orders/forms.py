"""Shapes of what people send about one order."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from marketplace.accounts.models import Account
from marketplace.core.text import tidy
from marketplace.orders.models import NOTE_LENGTH, REVIEW_LENGTH, Order
from marketplace.orders.states import MAX_RATING, MIN_RATING, MONEY_TRANSITIONS, MoneyState
from marketplace.web.checking import Form
from marketplace.web.fields import SelectChoice
from marketplace.web.filters import label


class ConfirmForm(Form):
    """No field: carries the CSRF token of an act that is only confirmed."""


class TakeForm(Form):
    """Carries the terms that the page showed back to the act, which refuses if they are no longer the order's."""

    terms = HiddenField("")


class ReasonForm(Form):
    """Why somebody withdraws or cancels; the other side reads it."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[tidy],
        validators=[DataRequired(_l("Give a reason: the other side will read it.")), Length(max=NOTE_LENGTH)],
    )


class RatingForm(Form):
    """1 to 10 and a few words."""

    rating = RadioField(
        _l("Rating, 10 is best"),
        choices=[SelectChoice(str(number)) for number in range(MIN_RATING, MAX_RATING + 1)],
        coerce=int,
        validators=[InputRequired(_l("Choose a number from 1 to 10."))],
    )
    text = TextAreaField(_l("Review"), filters=[tidy], validators=[Length(max=REVIEW_LENGTH)])


class AnswerForm(Form):
    """What the performer says to a review, once."""

    answer = TextAreaField(
        _l("Your answer"),
        filters=[tidy],
        validators=[DataRequired(_l("Write your answer.")), Length(max=REVIEW_LENGTH)],
    )


class AssignForm(Form):
    """Who looks after an order; 0 is nobody."""

    manager = SelectField(_l("Manager"), coerce=int, validators=[InputRequired()])

    def offer(self, managers: Sequence[Account]) -> None:
        """Fills the list of people to choose from."""
        self.manager.choices = [(0, _("Nobody yet")), *((person.id, person.name) for person in managers)]


class MoneyForm(Form):
    """The next state of an order's money."""

    state = RadioField(_l("Money"), validators=[InputRequired(_l("Choose one."))])

    def offer(self, order: Order) -> None:
        """Fills the list with the steps that lead from the present state."""
        steps = sorted(MONEY_TRANSITIONS[order.money_state], key=list(MoneyState).index)
        self.state.choices = [(state.value, label(state)) for state in steps]
